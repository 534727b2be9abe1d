import type { FaultTarget } from "./injectTargetedFault";
import type { Row } from "./rows";

/** A row as a part of a program: one resource of its own, with a backend of its own. */
export interface Part {
  readonly row: Row;
  /** Name of what the program declares. */
  readonly name: string;
  /** Name of the resource that the fault is about, as the engine knows it. */
  readonly resource: string;
  /** Uids of the backends that were made for it. */
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

/** What the program says of it before the step, at the step, and from then on. */
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

/** Which backend the fault is meant for; `uid` is that of the part's own Backend, once there is one. */
export function faultTargetOf({ row, name, target, source }: Part, uid: string | undefined): FaultTarget {
  if (row.step.name === "create" || row.step.name === "readiness") return { name };
  if (row.step.name === "listBackups") return { uid: source };
  return { uid: target === "" ? (uid ?? "") : target };
}
