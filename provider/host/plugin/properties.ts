import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue } from "../../resource/fields";
import { isRecord } from "../../api/readAnswer";
import { keepAll } from "../hiddenInputs";
import type { Values } from "../../resource/values";

// How the engine writes what a plain value cannot say: an object with this key, or one of these texts.

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Values that are not known yet, by the type that the engine expects. */
const unknownValues: ReadonlySet<unknown> = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties as the engine sends them. */
export interface Properties {
  /** Plain values; what is not known is the engine's placeholder. */
  readonly values: Values;
  /** Names of the properties that are a secret, as a whole or in part. */
  readonly secrets: readonly string[];
}

export function readProperties(struct: Struct | undefined): Properties {
  const secrets: string[] = [];
  const entries = Object.entries(struct?.toJavaScript() ?? {}).map(([name, value]) => {
    const marks = { isSecret: false };
    const plain = plainValue(value, marks);
    if (marks.isSecret) secrets.push(name);
    return [name, plain] as const;
  });
  return { values: Object.fromEntries(entries), secrets };
}

/** Reads properties, and keeps the secrets in them out of every message of this process. */
export function readKeepingSecrets(struct: Struct | undefined): Properties {
  const found = readProperties(struct);
  for (const name of found.secrets) keepAll(found.values[name]);
  return found;
}

/** Writes properties for the engine. Those with a name in `secrets` are secret as a whole: without this mark the state keeps them in clear. */
export function writeProperties(values: Values, secrets: Iterable<string>): Struct {
  const secret = new Set(secrets);
  const entries = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, secret.has(name) ? { [signature]: secretSignature, value } : value] as const);
  // A struct has no undefined, and JSON leaves it out.
  const plain = JSON.parse(JSON.stringify(Object.fromEntries(entries))) as { [key: string]: JavaScriptValue };
  return Struct.fromJavaScript(plain);
}

function plainValue(value: unknown, marks: { isSecret: boolean }): unknown {
  if (unknownValues.has(value)) return unknownValue;
  if (Array.isArray(value)) return value.map((one) => plainValue(one, marks));
  if (!isRecord(value)) return value;
  switch (value[signature]) {
    case secretSignature:
      marks.isSecret = true;
      return plainValue(value["value"], marks);
    case outputSignature:
      if (value["secret"] === true) marks.isSecret = true;
      return "value" in value ? plainValue(value["value"], marks) : unknownValue;
    case resourceSignature:
      // A resource stands for its id, as `backend: orders` does in TypeScript.
      return plainValue(value["id"] === undefined || value["id"] === "" ? unknownValue : value["id"], marks);
    default:
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainValue(one, marks)]));
  }
}
