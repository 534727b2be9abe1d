/** The nodes of one type. */
export interface TypeCount {
  /** The name in GraphQL, if the schema has one: "Order", or "Invoice/Order" if Dgraph stores both as one type. */
  readonly type: string;
  /** The name in Dgraph, which a DataDrop of types takes. */
  readonly stored: string;
  readonly count: number;
}

/** What a backend or a cluster holds. */
export interface AtStake {
  /** Nodes by type, the most first, types without nodes left out; undefined when they cannot be counted. */
  readonly nodes: readonly TypeCount[] | undefined;
  /** How many different nodes these are: a node can have several types. Undefined when they cannot be counted. */
  readonly total: number | undefined;
  /** What was counted: all nodes, those of the types in the GraphQL schema, or fewer; undefined when nothing was. */
  readonly counted: "all" | "types of the schema" | "a part" | undefined;
  /** The newest backup; null when there is none; undefined when it cannot be known. */
  readonly newestBackup: { readonly timestamp: string; readonly type: string } | null | undefined;
  /** Why something is not known, each in words for a reader of the pull request. */
  readonly unknown: readonly string[];
}

/** What is known of a backend or a cluster that could not be asked. */
export function nothingKnown(why: string): AtStake {
  return { nodes: undefined, total: undefined, counted: undefined, newestBackup: undefined, unknown: [why] };
}

/** How many types or predicates are named. */
const mostNames = 10;

/** The lines about what a backend holds: "1,204 nodes: Order 800, Product 404", "newest backup: 3 hours old (full, 2026-11-27T09:00:00Z)". */
export function textOfStake(stake: AtStake, now: Date): string[] {
  return [...nodesLine(stake), ...backupLine(stake, now), ...stake.unknown];
}

/** "Order, Product and 12 more types". */
export function shortList(names: readonly string[], what = "type"): string {
  const more = names.length - mostNames;
  return `${names.slice(0, mostNames).join(", ")}${more > 0 ? ` and ${more} more ${what}${more === 1 ? "" : "s"}` : ""}`;
}

function nodesLine({ nodes, total, counted }: AtStake): string[] {
  if (nodes === undefined || total === undefined) return [];
  const byType = shortList(nodes.map(({ type, count }) => `${type} ${numberOf(count)}`));
  const scope = counted === "types of the schema" ? " of the types in its schema" : "";
  if (total === 0) return [counted === "a part" ? "no nodes of the types that can be counted" : `no nodes${scope}`];
  const least = counted === "a part" ? "at least " : "";
  const found = `${least}${numberOf(total)} ${total === 1 ? "node" : "nodes"}${scope}`;
  if (byType === "") return [found];
  // A node with several types counts for each of them.
  const isSum = nodes.reduce((sum, { count }) => sum + count, 0) === total;
  return [isSum ? `${found}: ${byType}` : `${found}; by type: ${byType}`];
}

function backupLine({ newestBackup }: AtStake, now: Date): string[] {
  if (newestBackup === undefined) return [];
  if (newestBackup === null) return ["no backup"];
  const { timestamp, type } = newestBackup;
  const age = now.getTime() - Date.parse(timestamp);
  return [`newest backup: ${Number.isNaN(age) ? "of unknown age" : `${ageOf(age)} old`} (${type}, ${timestamp})`];
}

const hourMs = 3_600_000;

/** In hours, because minutes would change the comment with every run. Dedicated backends are backed up every four hours. */
function ageOf(ms: number): string {
  if (ms < hourMs) return "less than an hour";
  const [count, unit] = ms < 48 * hourMs ? [Math.floor(ms / hourMs), "hour"] : [Math.floor(ms / (24 * hourMs)), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function numberOf(count: number): string {
  return count.toLocaleString("en");
}
