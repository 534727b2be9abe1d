/** A phrase of a docstring that holds for TypeScript only, and what other languages read instead. */
interface Rewording {
  readonly from: string;
  readonly to: string;
}

/** Stands for an input that takes a Backend in TypeScript. In other languages it takes the uid. */
export const backendPhrase = "a Backend or its uid";

/** Stands for an input that takes an asset in TypeScript. In other languages it takes a text. */
export const assetPhrase = 'a text, or an asset (`new pulumi.asset.FileAsset("schema.graphql")`)';

const rewordings: readonly Rewording[] = [
  { from: backendPhrase, to: "its uid, which is the `id` of a Backend" },
  {
    from: assetPhrase,
    to:
      'a text. To read it from a file: `readFileSync("schema.graphql", "utf8")` in TypeScript, `open("schema.graphql").read()` in Python, ' +
      '`os.ReadFile("schema.graphql")` in Go, and `fn::readFile: schema.graphql` in YAML',
  },
  // Only the sdk can set an option of the resource.
  { from: " A plain `true` also sets the option `protect`.", to: "" },
  // The input `backup` of a Restore takes a resource: other languages give its parts.
  { from: ", unless `backup` is given", to: "" },
  { from: "`location` or `backup` says where", to: "`location` says where" },
  { from: "that gets the Backup compares", to: "that gets its `contents` compares" },
  { from: "an object from", to: "a map from" },
  { from: "undefined", to: "not set" },
  { from: "Undefined", to: "Not set" },
];

/** Turns docstrings into descriptions that are right in every language. */
export class Words {
  private readonly unused = new Set(rewordings);

  /** The description for a docstring: its paragraphs, without the line breaks in them. */
  of(docstring: string): string {
    const paragraphs = docstring.split(/\n{2,}/).map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim());
    return this.reworded(paragraphs.join("\n\n")).replace(/\{@link (\w+) ?\}/g, (_, name: string) => {
      // Other languages have no interface of that name. The resource documents its inputs.
      return `\`${name.replace(/Args$/, "")}\``;
    });
  }

  /** Fails if a rewording has become useless: its docstring may now say something that is wrong in other languages. */
  finish(): void {
    const [first] = this.unused;
    if (first === undefined) return;
    throw new Error(
      `No docstring has the words "${first.from}" any more, which tools/schema/words.ts rewords: change or remove the rewording.`,
    );
  }

  private reworded(text: string): string {
    let result = text;
    for (const rewording of rewordings) {
      if (!result.includes(rewording.from)) continue;
      this.unused.delete(rewording);
      result = result.replaceAll(rewording.from, rewording.to);
    }
    return result;
  }
}

/** Whether a description says that its value is a secret. One that may be a secret says "A secret if …". */
export function saysSecret(description: string): boolean {
  return /\bA secret\.(\s|$)/.test(description);
}

/** Adds the possible values to a description that does not name them. */
export function withValues(description: string, values: readonly string[]): string {
  if (values.every((value) => description.includes(`"${value}"`))) return description;
  return `${description} Possible values: ${values.map((value) => `"${value}"`).join(", ")}.`;
}
