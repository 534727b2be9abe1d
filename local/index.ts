import { cleanText } from "./cleanText";
import { Cloud, type SavedCloud } from "./cloud/cloud";
import { dgraphEngines } from "./engines/dgraph/engines";
import { findDgraph } from "./engines/dgraph/executable";
import { type Engines, memoryEngines } from "./engines/index";
import { Faults } from "./faults/rules";
import { Journal } from "./faults/journal";
import { type Account, type Behaviour, behaviourOf, type LocalCloudOptions } from "./cloud/options";
import { Schedule } from "./cloud/schedule";
import { LocalServer } from "./http/server";
import { Store } from "./storage/store";

export { Backend } from "./cloud/backend";
export { Cloud } from "./cloud/cloud";
export type { Deployment } from "./cloud/deployment";
export { DgraphEngine } from "./engines/dgraph";
export type { Backup, Engine } from "./engines/engine";
export type { EngineKind } from "./engines/index";
export { MemoryEngine } from "./engines/memory";
export { type ActiveFault, type Fault, type FaultRule, Faults } from "./faults/rules";
export { parseFaults } from "./faults/file";
export { Journal, type JournalEntry, type Plane } from "./faults/journal";
export { type Account, defaultAccount, type LocalCloudOptions } from "./cloud/options";
export type { RestoreOutcome, RestoreState } from "./cloud/restores";
export { schemas } from "./graphql/schemas";

/** A Dgraph Cloud that runs in this process. */
export interface LocalCloud {
  /** Address of the control plane: what DGRAPHCLOUD_ENDPOINT is set to. */
  readonly endpoint: string;
  readonly port: number;
  readonly accounts: readonly Account[];
  /** Every request, in order. */
  readonly journal: Journal;
  /** Scripted faults. */
  readonly faults: Faults;
  /** The state itself: a second way to see and to change what is there, which asks no account. */
  readonly cloud: Cloud;
  /**
   * Stops it: sockets, servers, databases, and the lock on its folder. Rejects when its last state could not be written;
   * stopped it is all the same. May be called again, with the same outcome.
   */
  close(): Promise<void>;
}

/** Starts a Dgraph Cloud on 127.0.0.1. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const behaviour = behaviourOf(options);
  const say = sayTo(options.say);
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
      if (!closed) store?.keep(cloud);
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
      // Else databases and a lock that nobody knows of would outlive the process on a disk that is full.
      await engines.close().finally(() => store?.close());
    }
  };
  let ended: Promise<void> | undefined;
  // Once only: another process may have the folder by now.
  const close = (): Promise<void> => (ended ??= end());
  try {
    const port = await server.listen(cloud, behaviour.port);
    for (const backend of cloud.allBackends()) backend.deployment.url = await server.open(backend);
    // What is in the folder from now on belongs to this state.
    store?.keep(cloud);
    engines.begin();
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

/** What is said may hold words of a database or of a request. */
function sayTo(listener = sayOnStderr): (line: string) => void {
  return (line) => {
    listener(cleanText(line));
  };
}

function sayOnStderr(line: string): void {
  process.stderr.write(`dgraphcloud-local: ${line}\n`);
}
