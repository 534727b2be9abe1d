import { isHidden } from "../../provider/resource/fields";
import { kindOf } from "../../provider/resource/typeTokens";
import type { Preview, State, Step } from "./preview";

/** What a preview plans for one resource. */
export interface Plan {
  readonly urn: string;
  /** The type token. */
  readonly type: string;
  /** "Backend" of `pulumi-nodejs:dynamic/dgraphcloud:Backend` and of `dgraphcloud:index:Backend`; none for resources of other packages. */
  readonly kind: string | undefined;
  /** The word of the engine: create, update, replace, delete, …, or one that this version does not know. */
  readonly operation: string;
  /** A refresh found that somebody changed or deleted it outside of this program: nothing is planned. */
  readonly drift: boolean;
  /** The id of the old resource, if a refresh found that it no longer exists: it is created again. */
  readonly gone?: string;
  /** The old resource of an earlier replace, which could not delete it. */
  readonly leftover?: true;
  /** None before a create. */
  readonly old: State | undefined;
  /** None after a delete. */
  readonly next: State | undefined;
  /** Paths of the changed inputs: "zone", "triggers.release"; only their first names for resources of other packages. */
  readonly changed: readonly string[];
  /** Names of the inputs that cause a replace; "id" if the engine was told to replace it. */
  readonly causes: readonly string[];
}

/** Operations that change no resource: they only read, or only change the state. */
const harmless = [
  "same",
  "refresh",
  "read",
  "read-replacement",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
];

/** The plans for the resources that change, sorted by URN: the engine plans them in another order each time. */
export function plansOf({ steps }: Preview): Plan[] {
  const refreshed = new Map(steps.filter(({ op }) => op === "refresh").map((step) => [step.urn, step]));
  const isDrift = isFoundBy(refreshed, steps);
  const found = plansIn(steps.filter(isDrift)).map((plan) => ({ ...plan, drift: true }));
  const planned = plansIn(steps.filter((step, index) => !isDrift(step, index))).map((plan) => {
    const before = plan.operation === "create" ? refreshed.get(plan.urn)?.oldState?.id : undefined;
    return before === undefined ? plan : { ...plan, gone: before };
  });
  // A stable sort: what a refresh found comes before what the program does about it.
  return [...found, ...planned].sort((one, other) => (one.urn < other.urn ? -1 : one.urn > other.urn ? 1 : 0));
}

/**
 * Which steps say what a refresh found. A refresh gives each resource one step. If it found a change, the operation of that step is "update" or
 * "delete", as for a planned change. The steps of the program follow, and begin with the step of the stack.
 *
 * With --run-program, the stack comes first, and a planned delete cannot be told from a found one: it counts as planned.
 */
function isFoundBy(
  refreshed: ReadonlyMap<string, Step>,
  steps: readonly Step[],
): (step: Step, index: number) => boolean {
  const begin = steps.findIndex(({ op }) => op === "refresh");
  const stackSteps = steps.flatMap((step, index) => (isStack(step) && step.op !== "refresh" ? [index] : []));
  const runsAlong = stackSteps.some((index) => index < begin);
  const end = stackSteps.find((index) => index > begin) ?? steps.length;
  const operations = runsAlong ? ["update"] : ["update", "delete"];
  return ({ op, urn }, index) => begin !== -1 && index < end && operations.includes(op) && !refreshed.has(urn);
}

function isStack({ urn }: Step): boolean {
  return urn.includes("::pulumi:pulumi:Stack::");
}

function plansIn(steps: readonly Step[]): Plan[] {
  const ofResource = new Map<string, Step[]>();
  for (const step of steps.filter(isOfResource)) {
    ofResource.set(step.urn, [...(ofResource.get(step.urn) ?? []), step]);
  }
  return [...ofResource.values()].flatMap((group) => joined(group).map(planOf));
}

/** A component, and the stack itself, are groups of resources. */
function isOfResource({ oldState, newState }: Step): boolean {
  return (newState ?? oldState)?.custom ?? true;
}

/** A replace is one operation, although the engine plans the creation of the new resource and the deletion of the old one beside it. */
function joined(steps: readonly Step[]): Step[] {
  const replace = steps.find(({ op }) => op === "replace") ?? steps.find(({ op }) => op === "create-replacement");
  const isAnEarlierOne = ({ op, oldState }: Step): boolean =>
    op === "delete-replaced" && oldState?.id !== replace?.oldState?.id;
  return (replace === undefined ? [...steps] : [replace, ...steps.filter(isAnEarlierOne)]).filter(
    (step) => !isHarmless(step),
  );
}

function planOf(step: Step): Plan {
  const { urn, oldState, newState, diffReasons, replaceReasons, detailedDiff } = step;
  const { type = "resource" } = newState ?? oldState ?? {};
  const kind = kindOf(type);
  const changed = detailedDiff ? Object.keys(detailedDiff) : (diffReasons ?? []);
  return {
    urn,
    type,
    kind,
    operation: operationOf(step),
    drift: false,
    ...(step.op === "delete-replaced" && { leftover: true }),
    old: oldState ?? undefined,
    next: newState ?? undefined,
    changed: shownPaths(changed, kind),
    causes: shownPaths(replaceReasons ?? [], kind),
  };
}

/** A path below an input of another package has keys that the user chose, so they may be secret. */
function shownPaths(paths: readonly string[], kind: string | undefined): string[] {
  const shown = kind === undefined ? paths.map((path) => path.replace(/[.[].*$/s, "")) : paths;
  return [...new Set(shown)].filter((path) => !isHidden(path)).sort();
}

function isHarmless({ op, oldState, newState }: Step): boolean {
  return harmless.includes(op) && (oldState?.protect ?? false) === (newState?.protect ?? oldState?.protect ?? false);
}

/** A newer engine may have operations that are unknown here: the reasons and states of a step then say whether it replaces or deletes. */
function operationOf({ op, oldState, newState, replaceReasons }: Step): string {
  if (op === "create-replacement") return "replace";
  // What an earlier replace could not delete.
  if (op === "delete-replaced") return "delete";
  if (["create", "update", "replace", "delete", "import", "same"].includes(op)) return op;
  if ((replaceReasons ?? []).length > 0) return "replace";
  return oldState && !newState ? "delete" : op;
}
