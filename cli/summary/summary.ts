import { resourceName } from "../../provider/resource/messages";
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
  const lost = [...lossesOf(destroyed), ...(destroyed.length === 0 ? [] : nodesLost(summary))];
  const drift = driftOf(summary);
  const parts = lost.length > 0 ? [...lost, ...drift] : restOf(summary, drift);
  if (failed)
    return `${stack || "preview"}: the preview failed${lost.length === 0 ? "" : `; it planned: ${lost.join("; ")}`}`;
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

/** Names our resources if all are lost in the same way. Otherwise only counts them: the list below has the names. */
function lossesOf(destroyed: readonly Finding[]): string[] {
  const own = destroyed.filter(({ plan }) => plan.kind !== undefined);
  const isOneKind = new Set(own.map(({ destroys }) => destroys)).size === 1;
  return destructions.flatMap((word) => {
    const ofWord = own.filter(({ destroys }) => destroys === word);
    const foreign = destroyed.filter(({ destroys }) => destroys === word).length - ofWord.length;
    return [
      ...(ofWord.length === 0 ? [] : [isOneKind ? namedLoss(word, ofWord) : countedLoss(word, ofWord.length)]),
      ...(foreign === 0
        ? []
        : [`${foreign === 1 ? "1 other resource is" : `${foreign} other resources are`} ${word}d`]),
    ];
  });
}

/** What is lost and what happens to it, in the singular and in the plural. */
const losses: Readonly<Record<Destruction, readonly [one: string, happens: string, many: string, happen: string]>> = {
  delete: ["backend", "is deleted with its data", "backends", "are deleted with their data"],
  replace: ["backend", "is replaced without its data", "backends", "are replaced without their data"],
  restore: ["restore", "replaces all data of its target", "restores", "replace all data of their targets"],
  drop: ["data drop", "erases data", "data drops", "erase data"],
  schema: ["schema", "has changes that need consent", "schemas", "have changes that need consent"],
};

function countedLoss(word: Destruction, count: number): string {
  const [one, happens, many, happen] = losses[word];
  return count === 1 ? `1 ${one} ${happens}` : `${count} ${many} ${happen}`;
}

function namedLoss(word: Destruction, findings: readonly Finding[]): string {
  const [first = "", ...others] = findings.map(({ plan }) => resourceName(plan.urn));
  if (others.length === 0)
    return `${first} ${losses[word][1]}${gradesIn(findings.flatMap(({ data }) => data?.changes ?? []))}`;
  const names = [first, ...others].map((name) => name.replace(/^\w+ /, ""));
  return `${countedLoss(word, names.length)} (${[...names.slice(0, 3), ...(names.length > 3 ? ["…"] : [])].join(", ")})`;
}

/** How many nodes are lost, counting each backend once; nothing without --data. */
function nodesLost({ destroyed, stakes }: Summary): string[] {
  if (stakes === undefined) return [];
  // The nodes of a cluster are one object, whether a resource names it by its id or by its host.
  const lost = new Map<AtStake | string, ReadonlySet<string> | "all">();
  for (const { data } of destroyed) {
    if (data === undefined || data.changes !== undefined) continue;
    const key = stakes.backends.get(data.uid) ?? data.uid;
    const before = lost.get(key) ?? new Set();
    lost.set(key, before === "all" || data.types === undefined ? "all" : new Set([...before, ...data.types]));
  }
  if (lost.size === 0) return [];
  const counts = [...lost].map(([key, types]) => countOf(typeof key === "string" ? undefined : key, types));
  const total = counts.reduce((sum, { nodes = 0 }) => sum + nodes, 0);
  if (counts.every(({ nodes }) => nodes === undefined)) return ["how many nodes are lost is not known"];
  const least = counts.every(({ isAll }) => isAll) ? "" : "at least ";
  return [`${least}${total.toLocaleString("en")} ${total === 1 ? "node is" : "nodes are"} lost`];
}

interface Count {
  /** Undefined if they cannot be counted. */
  readonly nodes: number | undefined;
  /** Whether these are all nodes that are lost. */
  readonly isAll: boolean;
}

function countOf(stake: AtStake | undefined, types: ReadonlySet<string> | "all"): Count {
  if (types === "all") return { nodes: stake?.total, isAll: stake?.counted === "all" };
  // A type that is missing has no nodes, or cannot be counted: an interface, say.
  const found = stake?.nodes?.filter(({ stored }) => types.has(stored)) ?? [];
  const nodes = found.length === 0 ? undefined : found.reduce((sum, { count }) => sum + count, 0);
  return { nodes, isAll: stake?.counted === "all" && found.length === types.size };
}
