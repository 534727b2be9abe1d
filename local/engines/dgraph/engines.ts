import { mkdirSync, rmSync } from "node:fs";
import { freemem } from "node:os";
import { join, resolve } from "node:path";
import { CallerError, type Deployment } from "../../cloud/deployment";
import type { Engines } from "../index";
import { LambdaEndpoint } from "../../lambda/endpoint";
import { DgraphEngine } from "./index";
import { backendFolders, sweep, sweepTemporary, temporaryFolder } from "./folders";
import { turns } from "./turns";

export interface DgraphEnginesOptions {
  /** The `dgraph` program. */
  readonly executable: string;
  /** Where the data is kept across restarts; without it, in a folder that goes with the local cloud. */
  readonly data: string | undefined;
  /** Whether no earlier run has kept a state there. Default true. */
  readonly isNew?: boolean;
  readonly say: (line: string) => void;
  /** How many bytes of memory are free. Default: what the system says. */
  readonly freeBytes?: () => number;
}

/** What a pair takes soon after its start, with room for its first data. */
const pairMb = 400;
// A start is mostly waiting for elections; many more at once would take the processors from each other.
const startsAtOnce = 8;
const openToPages =
  "this Dgraph takes connections without a certificate that begin with a request for /health: web pages in a browser on this machine can reach its databases past the local cloud. Use the one that npm run tools builds in a checkout of the repository where none is on PATH";

/** Makes a real Dgraph for each backend. Ends first what an earlier run that was killed has left. */
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
  if (isNew) refuseUnknown(root);
  await sweep(root, say);
  const lambdaEndpoint = await LambdaEndpoint.open();
  const made = new Map<string, DgraphEngine>();
  const inTurn = turns(startsAtOnce);
  let isToldOpen = false;
  const tellOpen = (): void => {
    if (!isToldOpen) say(openToPages);
    isToldOpen = true;
  };
  const abandonAll = (): void => {
    for (const engine of made.values()) engine.abandon();
  };
  process.once("exit", abandonAll);
  return {
    kind: "dgraph",
    runsLambdas: true,
    refuseWithoutRoom: () => {
      const waiting = [...made.values()].filter(({ isComing }) => isComing).length;
      const freeMb = Math.floor(freeBytes() / 1_048_576);
      if (freeMb >= pairMb * (waiting + 1)) return;
      throw new CallerError(
        `a Dgraph needs about ${pairMb} MB of memory, ${freeMb} MB are free and ${waiting} others are starting: delete a backend, or use the memory engine`,
      );
    },
    make: (deployment, saved) => {
      const folder = join(root, deployment.uid);
      // A new backend must not begin with what an older one of its uid has left.
      if (saved === undefined) rmSync(folder, { recursive: true, force: true });
      const engine = new DgraphEngine({
        executable,
        folder,
        say,
        uid: deployment.uid,
        deployment,
        lambdaEndpoint,
        acl: hasAcl(deployment),
        inTurn,
        onPlainHttp: tellOpen,
        onRemoved: () => made.delete(deployment.uid),
      });
      made.set(deployment.uid, engine);
      return engine;
    },
    begin: () => {
      // What a delete that was killed has left.
      for (const uid of backendFolders(root).filter((name) => !made.has(name)))
        rmSync(join(root, uid), { recursive: true, force: true });
      for (const engine of made.values()) void engine.start();
    },
    close: async () => {
      const stopped = await Promise.allSettled([...made.values()].map((engine) => engine.stop()));
      lambdaEndpoint.close();
      for (const one of stopped) if (one.status === "rejected") throw one.reason;
      process.off("exit", abandonAll);
      if (data === undefined) rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The vendor's client sends it for every type; it is for dedicated backends only. */
function hasAcl({ aclEnabled, deploymentType }: Deployment): boolean {
  return deploymentType === "dedicated" && aclEnabled === "true";
}

/** Databases without a state that tells whose they are: a new one would give their uids again, and remove them. */
function refuseUnknown(root: string): void {
  const [uid] = backendFolders(root);
  if (uid === undefined) return;
  throw new Error(
    `${join(root, uid)} holds a database, but there is no cloud.json beside ${root} that tells whose: put that back, or move ${root} away, or choose another folder with --data`,
  );
}
