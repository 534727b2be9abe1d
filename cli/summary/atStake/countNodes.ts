import type { DataPlane } from "../../../provider/api/dataPlane";
import type { Deployment } from "../../../provider/api/deployment";
import type { Call } from "../../../provider/api/retry";
import { keepSecretLines } from "../../../provider/schema/authorization";
import { ifAnswered } from "../../../provider/schema/live";
import type { AtStake, TypeCount } from "./text";
import { type Countable, countsInDql, countsInGraphql, notCounted } from "./countableTypes";
import { unknownOfBackend } from "../../lookUpFailures";

/** Sends one call within the time that all look-ups have. */
export type Ask = <T>(send: (call: Call) => Promise<T>) => Promise<T>;

/** What is known about the nodes of a backend. */
export type NodeCounts = Pick<AtStake, "nodes" | "total" | "counted" | "unknown">;

/** Counts the nodes of a backend or a cluster by type: in DQL where it answers that, else in GraphQL. */
export async function countNodes(
  data: DataPlane,
  backend: Pick<Deployment, "uid" | "deploymentMode">,
  ask: Ask,
  unknownOf: typeof unknownOfBackend = unknownOfBackend,
): Promise<NodeCounts> {
  const { uid } = backend;
  try {
    const live = await ask((call) => data.generatedSchema(uid, call));
    keepSecretLines(live.schema);
    const stored = answersDql(backend) ? await ask((call) => ifAnswered(data.storedTypes(uid, call))) : undefined;
    if (stored !== undefined) {
      const { types, heads, unknown } = countsInDql(live.schema, stored);
      const counts = heads.length === 0 ? [0] : await ask((call) => data.counts(uid, heads, call));
      return found(types, counts, { all: "all", unknown, total: counts.at(-1) });
    }
    const { types, unknown } = countsInGraphql(live);
    if (types.length === 0 && unknown.length > 0) return notKnown(unknown);
    const names = types.map(({ name }) => name);
    const counts = names.length === 0 ? [] : await ask((call) => data.aggregates(uid, names, call));
    // Only DQL can give a node a second object type, so no node counts twice here.
    const total = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return found(types, counts, { all: "types of the schema", unknown, total });
  } catch (error) {
    return notKnown([unknownOf("the nodes cannot be counted", error)]);
  }
}

/** Whether a backend may answer DQL: all but those in the mode graphql. A cluster has no mode. */
export function answersDql({ deploymentMode }: Pick<Deployment, "deploymentMode">): boolean {
  return deploymentMode !== "graphql";
}

function notKnown(unknown: readonly string[]): NodeCounts {
  return { nodes: undefined, total: undefined, counted: undefined, unknown };
}

function found(
  types: readonly Countable[],
  counts: readonly (number | undefined)[],
  { all, unknown, total }: { all: NodeCounts["counted"]; unknown: readonly string[]; total: number | undefined },
): NodeCounts {
  const nodes = types.flatMap(({ type, stored }, index): TypeCount[] => {
    const count = counts[index] ?? 0;
    return count === 0 ? [] : [{ type, stored, count }];
  });
  const unread = types.filter((_, index) => counts[index] === undefined).map(({ type }) => type);
  const reasons = [...unknown, ...notCounted(unread, (their) => `this token may not read ${their} nodes`)];
  if (total === undefined) return notKnown(["the nodes cannot be counted: this token may not read them", ...unknown]);
  if (types.length > 0 && unread.length === types.length) return notKnown(reasons);
  return {
    nodes: nodes.sort((one, other) => other.count - one.count || (one.type < other.type ? -1 : 1)),
    total,
    counted: reasons.length === 0 ? all : "a part",
    unknown: reasons,
  };
}
