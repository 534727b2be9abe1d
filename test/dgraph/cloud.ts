import { DgraphEngine, type LocalCloud, type LocalCloudOptions, startLocalCloud } from "dgraphcloud-local";
import { prepareDgraph } from "../../tools/dgraph";
import { make, type Made, session, whenReady } from "../local/calls";

/** The options of a local cloud with a real Dgraph behind each backend. */
export async function dgraphOptions(options: LocalCloudOptions = {}): Promise<LocalCloudOptions> {
  const { executable } = await prepareDgraph();
  return { engine: "dgraph", dgraph: executable, provisioningMs: 0, say: () => undefined, ...options };
}

export async function startDgraphCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  return startLocalCloud(await dgraphOptions(options));
}

/** Creates a backend through the API, and waits until it is ready. */
export async function ready(local: LocalCloud, input: object = {}): Promise<Made> {
  return whenReady(await make(local, await session(local), input));
}

export function engineOf(local: LocalCloud, uid: string): DgraphEngine {
  const engine: unknown = local.cloud.get(uid).engine;
  if (!(engine instanceof DgraphEngine)) throw new Error("this backend is not a Dgraph");
  return engine;
}

/** The number of nodes of a type, queried from Alpha directly. */
export async function nodesOf(local: LocalCloud, uid: string, type: string): Promise<number> {
  const dql = `{ nodes(func: type(${type})) { count(uid) } }`;
  const { nodes } = await engineOf(local, uid).alpha.query<{ nodes: { count: number }[] }>(dql);
  return nodes[0]?.count ?? 0;
}
