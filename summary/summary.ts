import { resourceName } from "../provider/resource/messages";
import type { AtStake } from "./atStake/text";
import { type Destruction, destructions, type Finding } from "./findings/finding";
import { findingsOf } from "./findings";
import { gradesIn } from "./findings/graphqlSchema";
import { type Plan, plansOf } from "./plan";
import type { Preview } from "./preview";
import { type Refusal, refusalsIn } from "./refusals";

/** What a preview means for a reader. */
export interface Summary {
  /** `project/stack`. */
  readonly stack: string;
  readonly failed: boolean;
  readonly refusals: readonly Refusal[];
  /** What is lost, the worst first. */
  readonly destroyed: readonly Finding[];
  /** All other changes, those that deserve a look first. */
  readonly others: readonly Finding[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  readonly stakes: Stakes | undefined;
}

/** What the service says about what is lost. */
export interface Stakes {
  /** By the uid of the backend. */
  readonly backends: ReadonlyMap<string, AtStake>;
  /** By the URN of a GraphqlSchema: the nodes that each of its destructive changes is about, in their order. */
  readonly changes: ReadonlyMap<string, readonly (number | undefined)[]>;
}

export async function summaryOf(
  preview: Preview,
  ask?: (destroyed: readonly Finding[]) => Promise<Stakes>,
): Promise<Summary> {
  const findings = await findingsOf(plansOf(preview), preview);
  const destroyed = findings.filter(({ destroys }) => destroys !== undefined);
  const others = findings.filter(({ destroys }) => destroys === undefined);
  const { stack, failed, unchanged } = preview;
  return {
    stack,
    failed,
    refusals: refusalsIn(preview),
    destroyed,
    others: [...others.filter(({ warning }) => warning), ...others.filter(({ warning }) => !warning)],
    unchanged,
    stakes: ask && (await ask(destroyed)),
  };
}

/** The one line that says what is lost, how many, and where. */
export function headlineOf(summary: Summary): string {
  const { stack, failed, destroyed } = summary;
  const losses = [...lossesOf(destroyed), ...(destroyed.length === 0 ? [] : nodesLost(summary))];
  const drift = driftOf(summary);
  const parts = losses.length > 0 ? [...losses, ...drift] : restOf(summary, drift);
  if (failed)
    return `${stack || "preview"}: the preview failed${losses.length === 0 ? "" : `; it planned: ${losses.join("; ")}`}`;
  return `${stack || "preview"}: ${parts.join("; ")}`;
}

/** Without a loss: how many changes there are, and what this version cannot tell. */
function restOf({ others }: Summary, drift: readonly string[]): string[] {
  const planned = others.filter(({ plan }) => !plan.drift);
  const unknown = planned.filter(({ isUnknown }) => isUnknown).length;
  const changes = planned.length === 1 ? "1 change" : `${planned.length} changes`;
  if (unknown > 0)
    return [
      `${changes}, of which this version does not know what ${unknown} ${unknown === 1 ? "does" : "do"}`,
      ...drift,
    ];
  if (planned.length > 0) return [`${changes}, nothing is destroyed`, ...drift];
  return drift.length > 0 ? [...drift] : ["no changes"];
}

/** What a refresh found. A backend that is gone is named: its data is lost, whatever the program does. */
function driftOf({ others }: Summary): string[] {
  const isGone = ({ drift, gone, operation }: Plan): boolean => gone !== undefined || (drift && operation === "delete");
  const gone = others.filter(({ plan }) => plan.kind === "Backend" && isGone(plan));
  const rest = others.filter((finding) => finding.plan.drift && !gone.includes(finding)).length;
  const names = gone.map(({ plan }) => resourceName(plan.urn));
  return [
    ...(names.length === 0 ? [] : [`${names.join(", ")} no longer ${names.length === 1 ? "exists" : "exist"}`]),
    ...(rest === 0
      ? []
      : [`${rest === 1 ? "1 resource was" : `${rest} resources were`} changed outside of this program`]),
  ];
}

function lossesOf(destroyed: readonly Finding[]): string[] {
  return destructions.flatMap((word) => {
    const ofWord = destroyed.filter(({ destroys }) => destroys === word);
    const own = ofWord.filter(({ plan }) => plan.kind !== undefined);
    const foreign = ofWord.length - own.length;
    return [
      ...(own.length === 0 ? [] : [ownLoss(word, own)]),
      ...(foreign === 0
        ? []
        : [`${foreign === 1 ? "1 other resource is" : `${foreign} other resources are`} ${word}d`]),
    ];
  });
}

const one: Readonly<Record<Destruction, string>> = {
  delete: "is deleted with its data",
  replace: "is replaced by an empty one",
  restore: "replaces all data of its target",
  drop: "erases data",
  schema: "has changes that need consent",
};

const many: Readonly<Record<Destruction, string>> = {
  delete: "backends are deleted with their data",
  replace: "backends are replaced by empty ones",
  restore: "restores replace all data of their targets",
  drop: "data drops erase data",
  schema: "schemas have changes that need consent",
};

function ownLoss(word: Destruction, findings: readonly Finding[]): string {
  const names = findings.map(({ plan }) => resourceName(plan.urn));
  if (names.length === 1)
    return `${names[0] ?? ""} ${one[word]}${gradesIn(findings.flatMap(({ data }) => data?.changes ?? []))}`;
  const few = [...names.slice(0, 3).map((name) => name.replace(/^\w+ /, "")), ...(names.length > 3 ? ["…"] : [])];
  return `${names.length} ${many[word]} (${few.join(", ")})`;
}

/** How many nodes are lost, each backend once; nothing if it was not asked for. */
function nodesLost({ destroyed, stakes }: Summary): string[] {
  if (stakes === undefined) return [];
  const lost = new Map<string, ReadonlySet<string> | "all">();
  for (const { data } of destroyed) {
    if (data === undefined || data.changes !== undefined) continue;
    const before = lost.get(data.uid) ?? new Set();
    lost.set(data.uid, before === "all" || data.types === undefined ? "all" : new Set([...before, ...data.types]));
  }
  if (lost.size === 0) return [];
  const counts = [...lost].map(([uid, types]) => countOf(stakes.backends.get(uid), types));
  const total = counts.reduce((sum, { nodes = 0 }) => sum + nodes, 0);
  if (counts.every(({ nodes }) => nodes === undefined)) return ["how many nodes are lost is not known"];
  const least = counts.every(({ isAll }) => isAll) ? "" : "at least ";
  return [`${least}${total.toLocaleString("en")} ${total === 1 ? "node is" : "nodes are"} lost`];
}

interface Count {
  /** Undefined if they cannot be counted. */
  readonly nodes: number | undefined;
  /** There are no others. */
  readonly isAll: boolean;
}

function countOf(stake: AtStake | undefined, types: ReadonlySet<string> | "all"): Count {
  if (types === "all") return { nodes: stake?.total, isAll: stake?.counted === "all" };
  // A type that is missing has no nodes, or cannot be counted: an interface, say.
  const found = stake?.nodes?.filter(({ stored }) => types.has(stored)) ?? [];
  const nodes = found.length === 0 ? undefined : found.reduce((sum, { count }) => sum + count, 0);
  return { nodes, isAll: stake?.counted === "all" && found.length === types.size };
}
