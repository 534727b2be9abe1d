import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

// How the engine writes secrets. Written here once more: a test that used the plugin's own code could not find a mistake in it.

export type Values = Record<string, unknown>;

const signature = "4dabf18193072939515e22adb298388d";
const ofSecret = "1b47061264138c4ac30d75fd1eb44270";

/** Writes properties for a host, and marks those with these names as secrets. */
export function structOf(values: Values, secrets: readonly string[] = []): Struct {
  const entries = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, secrets.includes(name) ? { [signature]: ofSecret, value } : value] as const);
  return Struct.fromJavaScript(withoutUndefined(Object.fromEntries(entries)));
}

export function isSecretValue(value: unknown): boolean {
  return isObject(value) && value[signature] === ofSecret;
}

/** The value without the marks of secrets. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (!isObject(value)) return value;
  if (isSecretValue(value)) return plainOf(value["value"]);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainOf(one)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutUndefined(values: Values): { [key: string]: JavaScriptValue } {
  return JSON.parse(JSON.stringify(values)) as { [key: string]: JavaScriptValue };
}
