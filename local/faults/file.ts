import { validateHeaderValue } from "node:http";
import { schemas } from "../graphql/schemas";
import { parseTrustedJson } from "../text/json";
import type { Fault, FaultRule } from "./rules";

type Check = readonly [expected: string, accepts: (value: unknown) => boolean];

const flag: Check = ["true or false", (value) => typeof value === "boolean"];
const text: Check = ["a string", (value) => typeof value === "string"];
const header: Check = ["the value of a header", (value) => typeof value === "string" && isHeader(value)];
const texts: Check = [
  "a list of strings",
  (value) => Array.isArray(value) && value.every((v) => typeof v === "string"),
];
const milliseconds: Check = ["milliseconds", (value) => typeof value === "number" && value >= 0];
const status: Check = [
  "an HTTP status",
  (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) < 600,
];
const anything: Check = ["a value", (value) => value !== undefined];
const forms: Check = [
  "null, 401, 403 or errors",
  (v) => typeof v === "string" && ["null", "401", "403", "errors"].includes(v),
];
const optional = ([expected, accepts]: Check): Check => [expected, (value) => value === undefined || accepts(value)];

/** The fields of each kind of fault. The type makes the compiler ask for those of a new kind. */
const shapes: Record<Fault["kind"], Readonly<Record<string, Check>>> = {
  reset: { acted: flag },
  hang: { acted: flag },
  slow: { ms: milliseconds },
  status: { status, acted: flag, retryAfter: optional(header), body: optional(text), location: optional(header) },
  body: { body: text, acted: flag },
  "cut-off": { acted: flag },
  errors: { messages: texts, acted: flag, withData: optional(flag) },
  data: { data: anything, acted: flag },
  unauthorized: { as: optional(forms) },
  pause: { acted: flag },
  duplicates: {},
  lag: { ms: milliseconds },
  "half-applied": { message: optional(text), applied: optional(texts) },
};

const operations = [
  ...["ready", "graphql", "download", "validate", "query", "mutate", "commit", "alter"],
  ...Object.values(schemas).flatMap((schema) =>
    [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type?.getFields() ?? {})),
  ),
];

/** Parses a JSON file with a list of rules for `Faults.add`. The error names the rule and what is wrong with it. */
export function parseFaults(json: string): FaultRule[] {
  const value = parseTrustedJson(json);
  if (!Array.isArray(value)) throw new Error("the file must hold a list of faults");
  value.forEach((rule: unknown, index) => {
    checkRule(rule, `fault ${index + 1}`);
  });
  return value as FaultRule[];
}

function checkRule(rule: unknown, where: string): void {
  if (!isObject(rule) || !isObject(rule["fault"]))
    throw new Error(
      `${where} must look like {"operation": "createDeployment", "fault": {"kind": "reset", "acted": true}}`,
    );
  const { operation, fault, calls, deployment, name } = rule;
  if (typeof operation !== "string" || !operations.includes(operation))
    throw new Error(`${where}: "operation" must be one of ${operations.join(", ")}`);
  const counted = Array.isArray(calls) && calls.every((call) => Number.isInteger(call) && Number(call) >= 1);
  if (calls !== undefined && calls !== "every" && !counted)
    throw new Error(`${where}: "calls" must be "every" or a list of whole numbers from 1`);
  if (deployment !== undefined && typeof deployment !== "string")
    throw new Error(`${where}: "deployment" must be the uid of a backend`);
  if (name !== undefined && typeof name !== "string") throw new Error(`${where}: "name" must be the name of a backend`);
  checkNames(rule, ["operation", "deployment", "name", "calls", "fault"], where);
  checkFault(fault, where);
  if (fault["kind"] === "half-applied" && operation !== "updateGQLSchema")
    throw new Error(`${where} (half-applied): "operation" must be updateGQLSchema`);
}

function checkFault(fault: Record<string, unknown>, where: string): void {
  const kind = fault["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind))
    throw new Error(`${where}: "kind" must be one of ${Object.keys(shapes).join(", ")}`);
  const shape = shapes[kind as Fault["kind"]];
  for (const [name, [expected, accepts]] of Object.entries(shape))
    if (!accepts(fault[name])) throw new Error(`${where} (${kind}): "${name}" must be ${expected}`);
  checkNames(fault, ["kind", ...Object.keys(shape)], where);
}

function checkNames(value: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${where}: "${unknown}" is not known; it takes ${known.join(", ")}`);
}

function isHeader(value: string): boolean {
  try {
    validateHeaderValue("location", value);
    return true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
