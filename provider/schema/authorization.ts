import { isRecord } from "../api/readAnswer";
import { keepSecret } from "../errors/redact";
import { listOf } from "../errors/text";
import { holdsUnknown, unknownValue } from "../resource/fields";
import { holdsSecret, secretLine } from "./secretLines";

/** Who may use a schema: what Dgraph reads from its line `# Dgraph.Authorization`. */
export interface Authorization {
  readonly header: string;
  readonly namespace: string;
  readonly algo?: string;
  readonly verificationKey?: string;
  readonly jwkUrl?: string;
  readonly jwkUrls?: readonly string[];
  readonly audience?: readonly string[];
  readonly closedByDefault?: boolean;
}

/** The names in Dgraph's line. */
const namesInLine: Readonly<Record<keyof Authorization, string>> = {
  header: "Header",
  namespace: "Namespace",
  algo: "Algo",
  verificationKey: "VerificationKey",
  jwkUrl: "JWKUrl",
  jwkUrls: "JWKUrls",
  audience: "Audience",
  closedByDefault: "ClosedByDefault",
};

const names = Object.keys(namesInLine) as (keyof Authorization)[];

const authorizationLine = /^\s*#\s*Dgraph\.Authorization\s*/;

/** What is wrong with the input `authorization`; undefined when it is complete. Repeats no value. */
export function authorizationProblem(value: unknown): string | undefined {
  if (!isRecord(value))
    return 'must be an object like { header: "X-Auth", namespace: "https://example.com/claims", … }';
  const unknown = Object.keys(value).find((name) => !names.includes(name as keyof Authorization));
  if (unknown !== undefined) return `has no "${unknown}"; there are ${listOf(names, "and")}`;
  const wrong = names.find((name) => value[name] !== undefined && !fits(name, value[name]));
  if (wrong !== undefined) return `"${wrong}" ${expected(wrong)}`;
  const missing = (["header", "namespace"] as const).find((name) => value[name] === undefined);
  if (missing !== undefined) return `"${missing}" is required`;
  const has = (name: keyof Authorization): boolean => value[name] !== undefined;
  const keys = (["verificationKey", "jwkUrl", "jwkUrls"] as const).filter(has);
  if (keys.length > 1) return `has ${listOf(keys, "and")}: Dgraph takes one of them`;
  if (has("verificationKey") && has("algo")) return undefined;
  if ((has("jwkUrl") || has("jwkUrls")) && has("audience")) return undefined;
  return 'needs "verificationKey" and "algo", or "jwkUrl" (or "jwkUrls") and "audience"';
}

function fits(name: keyof Authorization, value: unknown): boolean {
  if (value === unknownValue) return true;
  if (name === "closedByDefault") return typeof value === "boolean";
  if (name !== "jwkUrls" && name !== "audience") return typeof value === "string" && value !== "";
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && one !== "");
}

function expected(name: keyof Authorization): string {
  if (name === "closedByDefault") return "must be true or false";
  return name === "jwkUrls" || name === "audience"
    ? "must be a list of strings that are not empty"
    : "must be a string that is not empty";
}

/** The text that Dgraph gets: the schema, and the line of its authorization at the end. */
export function textOf({ schema, authorization }: SchemaParts): string {
  if (authorization === undefined) return schema;
  keepSecret(authorization.verificationKey);
  const entries = names.flatMap((name) =>
    authorization[name] === undefined ? [] : [[namesInLine[name], authorization[name]] as const],
  );
  const end = schema.endsWith("\n") ? "" : "\n";
  return `${schema}${end}# Dgraph.Authorization ${JSON.stringify(Object.fromEntries(entries))}\n`;
}

/** Whether the text has a line of its own that sets the authorization. */
export function hasAuthorization(text: string): boolean {
  return text.split("\n").some((line) => authorizationLine.test(line));
}

/** Keeps the secrets in a text out of every message: Dgraph quotes such lines in its errors. */
export function keepSecretLines(text: string): void {
  for (const line of text.split(/\r?\n/).filter(holdsSecret)) {
    keepSecret(line.trim());
    const parsed = parseLine(line);
    if (parsed === undefined) quotedIn(line).forEach(keepSecret);
    else keepSecret(parsed.verificationKey);
  }
}

/** The quoted values of a line that cannot be read. Names, and values that are no secrets, are ordinary words of messages. */
function quotedIn(line: string): string[] {
  const rest = line.replace(
    /"(Header|Namespace|Algo|Audience|ClosedByDefault)"\s*:\s*("(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi,
    "",
  );
  const quoted = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"(\s*:)?/g)];
  return quoted.filter(([, , colon]) => colon === undefined).map(([, value = ""]) => value);
}

/** The schema of a GraphqlSchema: its text, and the authorization that stands beside it. */
export interface SchemaParts {
  readonly schema: string;
  readonly authorization?: Authorization | undefined;
}

/** In place of a secret that somebody else wrote: the state would keep it in clear. */
const foreign = "(not the one of the program)";

/** Whether a refresh has put a note in place of a secret, and the program sends it back (ignoreChanges does). */
export function holdsForeign({ schema, authorization }: SchemaParts): boolean {
  return schema.includes(foreign) || authorization?.verificationKey === foreign;
}

/**
 * Takes a live text apart, as the program has it in two inputs. A secret that the program does not have is replaced by a note. So the
 * difference shows, and the secret does not.
 */
export function splitText(live: string, known: SchemaParts): SchemaParts {
  keepSecretLines(live);
  const ours = new Set(known.schema.split("\n"));
  const others = live.split("\n").filter((line) => holdsSecret(line) && !ours.has(line));
  const line = known.authorization === undefined ? undefined : others.find((one) => parseLine(one) !== undefined);
  const found = line === undefined ? undefined : parseLine(line);
  const kept = live.split("\n").flatMap((one) => {
    if (!others.includes(one)) return [one];
    return one === line ? [] : [`${secretLine.exec(one)?.[0].trim() ?? ""} ${foreign}`];
  });
  const isForeign = found?.verificationKey !== known.authorization?.verificationKey;
  const authorization = {
    ...found,
    ...(found?.verificationKey !== undefined && isForeign && { verificationKey: foreign }),
  };
  return { schema: kept.join("\n"), ...(found !== undefined && { authorization: authorization as Authorization }) };
}

/** Go reads the names in the line without regard to upper and lower case. */
function parseLine(line: string): Authorization | undefined {
  if (!authorizationLine.test(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line.replace(authorizationLine, ""));
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const name = names.find((other) => namesInLine[other].toLowerCase() === key.toLowerCase());
    return name === undefined ? [] : [[name, one] as const];
  });
  const found = Object.fromEntries(entries);
  return holdsUnknown(found) || authorizationProblem(found) !== undefined
    ? undefined
    : (found as unknown as Authorization);
}
