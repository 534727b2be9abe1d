import type { FaultTarget } from "./injectTargetedFault";
import type { Row } from "./rows";
import { consent, schemaAfter, schemaBefore } from "./schemas";

/** A row as a part of a program, with its own resource and backend. */
export interface Part {
  readonly row: Row;
  /** The name in the program. */
  readonly name: string;
  /** The engine's name of the resource that the fault affects. */
  readonly resource: string;
  /** The uids of the backends that were created for it. */
  target: string;
  source: string;
}

export function partOf(row: Row, index: number): Part {
  const name = `r${index}`;
  const suffix = ["restore", "listBackups"].includes(row.step.name)
    ? "-request"
    : row.step.name === "restoreStatus"
      ? "-completion"
      : "";
  return { row, name, resource: `${name}${suffix}`, target: "", source: "" };
}

/** Before the step, or from the step on. */
export type Moment = "before" | "then";

export function statementOf(part: Part, moment: Moment): string {
  const { name, row } = part;
  const backend = (more: object = {}): string =>
    `new dgraphcloud.Backend("${name}", ${JSON.stringify({ name, zone: "us-east-1", deploymentType: "dedicated", ...more })});`;
  switch (row.step.name) {
    case "create":
    case "readiness":
      return moment === "before" ? "" : backend();
    case "update":
      return backend(moment === "before" ? {} : { name: `${name}-2` });
    case "lambda":
      return backend(moment === "before" ? {} : { lambdaScript: "export default () => 1" });
    case "delete":
      return moment === "before" ? backend() : "";
    case "restoreStatus":
      return restore(part, moment === "before" ? { waitForCompletion: false } : {});
    case "restore":
    case "listBackups":
      return moment === "before" ? "" : restore(part, {});
    case "drop all":
      return moment === "before" ? "" : drop(part, { allData: true });
    case "schema":
    case "drop types":
      return moment === "before" ? "" : drop(part, { types: ["Author"] });
    case "drop fields":
      return moment === "before" ? "" : drop(part, { types: ["Author"], fields: ["Author.name"] });
    case "export":
      return moment === "before" ? "" : drop(part, { allData: true, exportFirst: true });
    case "live schema":
    case "schema update":
    case "schema check":
      return schema(part, moment === "before" ? { schema: schemaBefore } : { schema: schemaAfter, allow: consent });
    case "first schema":
      return moment === "before" ? "" : schema(part, { schema: schemaBefore });
    default:
      throw new Error(`${row.step.name} belongs to no single resource`);
  }
}

function restore({ name, target, source }: Part, more: object): string {
  return `new dgraphcloud.Restore("${name}", ${JSON.stringify({ target, source, ...more })});`;
}

function drop({ name, target }: Part, more: object): string {
  return `new dgraphcloud.DataDrop("${name}", ${JSON.stringify({ backend: target, ...more })});`;
}

function schema({ name, target }: Part, more: object): string {
  return `new dgraphcloud.GraphqlSchema("${name}", ${JSON.stringify({ backend: target, ...more })});`;
}

/** The backend that the fault targets. `uid` is that of the part's own Backend, if it exists. */
export function faultTargetOf({ row, name, target, source }: Part, uid: string | undefined): FaultTarget {
  if (row.step.name === "create" || row.step.name === "readiness") return { name };
  if (row.step.name === "listBackups") return { uid: source };
  return { uid: target === "" ? (uid ?? "") : target };
}
