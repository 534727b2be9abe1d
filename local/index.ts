import { Cloud, type SavedCloud } from "./cloud/cloud";
import type { Engines } from "./cloud/engine";
import { type Account, type Behaviour, behaviourOf, type LocalCloudOptions } from "./cloud/options";
import { Schedule } from "./cloud/schedule";
import { dgraphEngines } from "./engines/dgraph/engines";
import { findDgraph } from "./engines/dgraph/executable";
import { memoryEngines } from "./engines/memory/engines";
import { Journal } from "./faults/journal";
import { Faults } from "./faults/rules";
import { LocalServer } from "./server/server";
import { Store } from "./storage/store";
import { cleanText } from "./text/cleanText";

export { Backend } from "./cloud/backend";
export { Cloud } from "./cloud/cloud";
export type { Deployment } from "./cloud/deployment";
export type { Backup, Engine, EngineKind } from "./cloud/engine";
export { type Account, defaultAccount, type LocalCloudOptions } from "./cloud/options";
export type { RestoreOutcome, RestoreState } from "./cloud/restores";
export { DgraphEngine } from "./engines/dgraph";
export { MemoryEngine } from "./engines/memory";
export { parseFaults } from "./faults/file";
export { Journal, type JournalEntry, type Plane } from "./faults/journal";
export { type ActiveFault, type Fault, type FaultRule, Faults } from "./faults/rules";
export { schemas } from "./graphql/schemas";

/** A Dgraph Cloud that runs in this process. */
export interface LocalCloud {
  /** The address of the control plane, for DGRAPHCLOUD_ENDPOINT. */
  readonly endpoint: string;
  readonly port: number;
  readonly accounts: readonly Account[];
  /** The requests, in the order of arrival. */
  readonly journal: Journal;
  /** Scripted faults. */
  readonly faults: Faults;
  /** The state itself, to read and to change it without an account. */
  readonly cloud: Cloud;
  /**
   * Stops the servers and the databases, and releases the lock on the folder. Rejects when the last state could not be saved;
   * everything is stopped even then. May be called again, with the same outcome.
   */
  close(): Promise<void>;
}

/** Starts a Dgraph Cloud on 127.0.0.1. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const behaviour = behaviourOf(options);
  const say = cleanLines(options.say);
  const store = options.data === undefined ? undefined : Store.open(options.data);
  try {
    const saved = store?.load();
    const engines = await enginesOf(options, saved === undefined, say);
    return await start(behaviour, say, engines, store, saved);
  } catch (error) {
    store?.close();
    throw error;
  }
}

async function start(
  behaviour: Behaviour,
  say: (line: string) => void,
  engines: Engines,
  store: Store | undefined,
  saved: SavedCloud | undefined,
): Promise<LocalCloud> {
  const journal = new Journal();
  const faults = new Faults();
  let closed = false;
  const server: LocalServer = new LocalServer({
    journal,
    faults,
    now: behaviour.now,
    ageOf: (uid) => behaviour.now() - (cloud.backend(uid)?.deployment.createdAt ?? 0),
    isClosed: () => closed,
    say,
    onChange: () => {
      if (!closed) store?.saveIfChanged(cloud);
    },
  });
  const cloud: Cloud = new Cloud(behaviour, server, engines, saved);
  const schedule = new Schedule(cloud, say);
  const end = async (): Promise<void> => {
    closed = true;
    schedule.end();
    faults.clear();
    server.closeAll();
    try {
      store?.save(cloud.save());
    } finally {
      // Also when the save fails, on a full disk for instance: databases and lock must not outlive the local cloud.
      await engines.close().finally(() => store?.close());
    }
  };
  let ended: Promise<void> | undefined;
  // Only once: a later call could touch a folder that another process has opened since.
  const close = (): Promise<void> => (ended ??= end());
  try {
    const port = await server.openControlPlane(cloud, behaviour.port);
    for (const backend of cloud.allBackends()) backend.deployment.url = await server.openDataPlane(backend);
    // Saved before any database starts: a folder with databases and no state is refused at the next start.
    store?.saveIfChanged(cloud);
    engines.startAll();
    const { accounts } = behaviour;
    return { endpoint: `http://127.0.0.1:${port}/graphql`, port, accounts, journal, faults, cloud, close };
  } catch (error) {
    schedule.end();
    server.closeAll();
    await engines.close();
    throw error;
  }
}

async function enginesOf(
  { engine, dgraph, data }: LocalCloudOptions,
  isNew: boolean,
  say: (line: string) => void,
): Promise<Engines> {
  if (engine !== "dgraph") return memoryEngines;
  return dgraphEngines({ executable: findDgraph(dgraph), data, isNew, say });
}

/** Log lines may quote a database or a request, so they are made safe to print. */
function cleanLines(listener = printToStderr): (line: string) => void {
  return (line) => {
    listener(cleanText(line));
  };
}

function printToStderr(line: string): void {
  process.stderr.write(`dgraphcloud-local: ${line}\n`);
}
