/** A comment that Dgraph reads as a setting: `# Dgraph.Authorization {…}`. Its values are secrets. */
export interface DgraphLine {
  readonly name: "Dgraph.Authorization" | "Dgraph.Allow-Origin" | "Dgraph.Secret";
  /** Its values in a form that does not depend on spaces, or on the order of keys. Never print it. */
  readonly value: string;
  /** The number of the line, from 1. */
  readonly line: number;
}

/** The settings in the comments of a text, in order. Dgraph finds them by the beginning of a line, in a description too. */
export function dgraphLinesOf(text: string): DgraphLine[] {
  return text.split("\n").flatMap((line, index) => {
    const [, name, values = ""] =
      /^\s*#\s*(Dgraph\.Authorization|Dgraph\.Allow-Origin|Dgraph\.Secret)(.*)$/s.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ name: name as DgraphLine["name"], value: comparable(values.trim()), line: index + 1 }];
  });
}

/** A text to compare the settings of two schemas with. */
export function settingsKey(text: string): string {
  const settings = dgraphLinesOf(text).map(({ name, value }) => `${name} ${value}`);
  return [...new Set(settings)].sort().join("\n");
}

const marks = /(#\s*Dgraph\.[\w-]+|Dgraph\.(Authorization|Secret|Allow-Origin)|VerificationKey).*$/is;

/** A line of the schema for a message: `# Dgraph.Authorization …` instead of its values. */
export function withoutSettings(line: string): string {
  return line.replace(marks, (_, mark: string) => `${mark} …`);
}

function comparable(values: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(values)));
  } catch {
    return values.replace(/\s+/g, " ");
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, sorted(one)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
