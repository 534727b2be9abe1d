import { whatIsDropped } from "../../../provider/dataDrop/steps";
import { holdsUnknown } from "../../../provider/resource/fields";
import { metadataIn } from "../../../provider/resource/values";
import { type Finding, isUnfinished, type LostData } from "./finding";
import type { Plan } from "../plan";
import type { State } from "../preview";

/** What the plan of a single resource does not say. */
export interface Surroundings {
  /** The plan for a Backend, by its URN. */
  readonly backendPlans: ReadonlyMap<string, Plan>;
  /** What the provider said about a resource in the preview: "will erase all data of the backend …". */
  readonly announcements: ReadonlyMap<string, readonly string[]>;
}

/** A restore or a data drop. It runs if it is new or replaced. */
export function actionFinding(plan: Plan, surroundings: Surroundings): Finding {
  const { operation, old, next } = plan;
  if (operation === "delete") {
    return {
      plan,
      what: "leaves the state; the data stays. If it is put back into the program, it runs again",
      details: [],
    };
  }
  if (operation !== "create" && operation !== "replace") {
    return hasMoreToDrop(plan) ? running(plan, "goes on with what an earlier run did not finish") : stateOnly(plan);
  }
  const resumed = next?.inputs["resumeRestoreId"];
  if (typeof resumed === "number") {
    return { plan, what: "waits for a restore that was sent before, and sends nothing (resumeRestoreId)", details: [] };
  }
  if (isOnNewBackend(next, surroundings)) {
    return { plan, what: "runs on a new backend, which holds nothing to lose", details: [] };
  }
  const announced = surroundings.announcements.get(plan.urn)?.find((line) => line.startsWith("will "));
  return running(plan, announced ?? `will ${effectOf(plan)}${reasonOf(plan, old)}`);
}

function running(plan: Plan, what: string): Finding {
  const data = dataOf(plan);
  return { plan, destroys: plan.kind === "DataDrop" ? "drop" : "restore", what, details: [], ...(data && { data }) };
}

/** Nothing for a drop of single fields, because their nodes stay. */
function dataOf({ kind, old, next }: Plan): LostData | undefined {
  const uid = isOnCluster(next) ? clusterOf(old, next) : targetOf(next);
  if (uid === undefined) return undefined;
  const { allData, allDataAndSchema, types } = next?.inputs ?? {};
  if (kind === "RestoreRequest" || allData === true || allDataAndSchema === true) return { uid };
  return isListed(types) ? { uid, types } : undefined;
}

function stateOnly(plan: Plan): Finding {
  return { plan, what: "changes in the state only: it does not run", details: [] };
}

/** A DataDrop of types and fields is two mutations: if the second one failed, the next run sends it. */
function hasMoreToDrop({ kind, old }: Plan): boolean {
  return kind === "DataDrop" && (isUnfinished(old) || isPending(old));
}

function isPending(old: State | undefined): boolean {
  const record = old?.outputs["__state"];
  if (old === undefined || record === undefined || record === "[secret]") return false;
  return metadataIn(old.outputs).status === "pending";
}

/** Whether a resource uses a backend that the same preview creates, and does not take over. */
export function isOnNewBackend(next: State | undefined, { backendPlans }: Surroundings): boolean {
  const backend = backendPlans.get(String(next?.inputs["__backend"]));
  if (backend === undefined || !["create", "replace"].includes(backend.operation)) return false;
  const { adoptUid, adoptExisting } = backend.next?.inputs ?? {};
  return adoptUid === undefined && (adoptExisting === undefined || adoptExisting === false);
}

/** Whether the program names no backend: the action is on the cluster that its provider is connected to. */
function isOnCluster(next: State | undefined): boolean {
  return next?.inputs["target"] === undefined && next?.inputs["backend"] === undefined;
}

/** The id of the cluster, as the state has it; in a first run the name that `confirm` gives. */
function clusterOf(old: State | undefined, next: State | undefined): string | undefined {
  const recorded = old?.outputs["target"] ?? old?.outputs["backend"] ?? next?.inputs["confirm"];
  return typeof recorded === "string" && recorded !== "[secret]" && !holdsUnknown(recorded) ? recorded : undefined;
}

/** The uid of the backend whose data is lost. */
function targetOf(next: State | undefined): string | undefined {
  const uid = next?.inputs["target"] ?? next?.inputs["backend"];
  return typeof uid === "string" && !holdsUnknown(uid) ? uid : undefined;
}

function effectOf({ kind, old, next }: Plan): string {
  const target = isOnCluster(next) ? ["the cluster", clusterOf(old, next)].join(" ").trim() : backendOf(next);
  if (kind !== "DataDrop") return `replace all data and the schema of ${target}`;
  return `erase ${droppedBy(next?.inputs ?? {})} of ${target}`;
}

function backendOf(next: State | undefined): string {
  const uid = targetOf(next);
  return uid === undefined ? "a backend that is not known yet" : `the backend ${uid}`;
}

function droppedBy(inputs: State["inputs"]): string {
  const isHidden = ["types", "fields"].some((name) => inputs[name] === "[secret]");
  return isHidden ? "types or fields that are secret" : whatIsDropped(inputs);
}

function reasonOf({ changed, causes }: Plan, old: State | undefined): string {
  if (old === undefined) return ". This is a first run";
  return becauseOf({ changed, causes });
}

/** Why an action runs again. */
function becauseOf({ changed, causes }: Pick<Plan, "changed" | "causes">): string {
  if (causes.includes("id")) return ". It runs again because the engine was told to replace it";
  const paths = causes.flatMap((name) => {
    const below = changed.filter((path) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
    return below.length === 0 ? [name] : below;
  });
  return paths.length === 0 ? "" : `. It runs again because of a change of ${paths.join(", ")}`;
}

/** A backup of a cluster. Nothing is lost, also where the engine replaces its record. */
export function backupFinding(plan: Plan): Finding {
  const { operation } = plan;
  const whats: Readonly<Record<string, string>> = {
    create: "is taken",
    replace: `is taken again, and the files of the earlier one stay${becauseOf(plan)}`,
    delete: "leaves the state; its files stay",
  };
  return { plan, what: whats[operation] ?? "changes in the state only", details: [] };
}

function isListed(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
