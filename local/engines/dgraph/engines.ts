import { mkdirSync, rmSync } from "node:fs";
import { freemem } from "node:os";
import { join, resolve } from "node:path";
import { CallerError } from "../../cloud/callerError";
import type { Deployment } from "../../cloud/deployment";
import type { Engines } from "../../cloud/engine";
import { LambdaEndpoint } from "../../lambda/endpoint";
import { backendFolders, sweep, sweepTemporary, temporaryFolder } from "./folders";
import { DgraphEngine } from "./index";
import { startQueue } from "./startQueue";

export interface DgraphEnginesOptions {
  /** The `dgraph` program. */
  readonly executable: string;
  /** The folder that keeps the data across restarts. Without it, a temporary folder is used. */
  readonly data: string | undefined;
  /** Whether the folder has no state of an earlier run. Default true. */
  readonly isNew?: boolean;
  readonly say: (line: string) => void;
  /** How many bytes of memory are free. Default: asks the system. */
  readonly freeBytes?: () => number;
}

/** The memory that a pair takes soon after its start, with room for its first data. */
const pairMb = 400;
// A start mostly waits for elections. More starts at a time would compete for the processors.
const maxConcurrentStarts = 8;
const plainHttpWarning =
  "this Dgraph accepts connections without a certificate if their first request is for /health: web pages in a browser on this machine can reach its databases directly. Use the Dgraph that npm run tools builds in a checkout of the repository when none is on PATH";

/** A real Dgraph for each backend. First kills the processes that an earlier run has left behind. */
export async function dgraphEngines({
  executable,
  data,
  isNew = true,
  say,
  freeBytes = freemem,
}: DgraphEnginesOptions): Promise<Engines> {
  await sweepTemporary(say);
  const base = data === undefined ? temporaryFolder() : resolve(data);
  const root = join(base, "backends");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  if (isNew) refuseUnknownDatabases(root);
  await sweep(root, say);
  const lambdaEndpoint = await LambdaEndpoint.open();
  const engines = new Map<string, DgraphEngine>();
  const queueStart = startQueue(maxConcurrentStarts);
  let hasWarned = false;
  const warnOnce = (): void => {
    if (!hasWarned) say(plainHttpWarning);
    hasWarned = true;
  };
  const abandonAll = (): void => {
    for (const engine of engines.values()) engine.abandon();
  };
  process.once("exit", abandonAll);
  return {
    kind: "dgraph",
    runsLambdas: true,
    refuseWithoutRoom: () => {
      const starting = [...engines.values()].filter(({ isPending }) => isPending).length;
      const freeMb = Math.floor(freeBytes() / 1_048_576);
      if (freeMb >= pairMb * (starting + 1)) return;
      throw new CallerError(
        `a Dgraph needs about ${pairMb} MB of memory, ${freeMb} MB are free and ${starting} others are starting: delete a backend, or use the memory engine`,
      );
    },
    make: (deployment, saved) => {
      const folder = join(root, deployment.uid);
      // A new backend must not start with the files of an older one with the same uid.
      if (saved === undefined) rmSync(folder, { recursive: true, force: true });
      const engine = new DgraphEngine({
        executable,
        folder,
        say,
        uid: deployment.uid,
        deployment,
        lambdaEndpoint,
        acl: hasAcl(deployment),
        queueStart,
        onPlainHttp: warnOnce,
        onRemoved: () => engines.delete(deployment.uid),
      });
      engines.set(deployment.uid, engine);
      return engine;
    },
    startAll: () => {
      // The folders that a delete has left when the local cloud was killed in it.
      for (const uid of backendFolders(root).filter((name) => !engines.has(name)))
        rmSync(join(root, uid), { recursive: true, force: true });
      for (const engine of engines.values()) void engine.start();
    },
    close: async () => {
      const results = await Promise.allSettled([...engines.values()].map((engine) => engine.stop()));
      lambdaEndpoint.close();
      for (const result of results) if (result.status === "rejected") throw result.reason;
      process.off("exit", abandonAll);
      if (data === undefined) rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Only dedicated backends have access control; the vendor's client sends the field for every type. */
function hasAcl({ aclEnabled, deploymentType }: Deployment): boolean {
  return deploymentType === "dedicated" && aclEnabled === "true";
}

/** Refuses a folder with databases but without a state: new backends would get the same uids, and remove those databases. */
function refuseUnknownDatabases(root: string): void {
  const [uid] = backendFolders(root);
  if (uid === undefined) return;
  throw new Error(
    `${join(root, uid)} holds a database, but the cloud.json beside ${root}, which says whose it is, is missing: put that file back, or move ${root} away, or choose another folder with --data`,
  );
}
