import { Cloud, type SavedCloud } from "./cloud";
import { Faults } from "./faults";
import { Journal } from "./journal";
import { type Account, behaviourOf, type LocalCloudOptions } from "./options";
import { LocalServer } from "./server";
import { Store } from "./store";

export { Backend, type RestoreOutcome, type RestoreState } from "./backend";
export { Cloud } from "./cloud";
export type { Backup, Deployment } from "./deployment";
export { type ActiveFault, type Fault, type FaultRule, Faults } from "./faults";
export { parseFaults } from "./faultFile";
export { Journal, type JournalEntry, type Plane } from "./journal";
export { type Account, defaultAccount, type LocalCloudOptions } from "./options";
export { schemas } from "./schemas";

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
  /** Stops it: sockets, servers, and the lock on its folder. May be called again. */
  close(): void;
}

/** Starts a Dgraph Cloud on 127.0.0.1. */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const behaviour = behaviourOf(options);
  const store = options.data === undefined ? undefined : Store.open(options.data);
  const journal = new Journal();
  const faults = new Faults();
  let closed = false;
  const server: LocalServer = new LocalServer({
    journal,
    faults,
    now: behaviour.now,
    ageOf: (uid) => behaviour.now() - (cloud.backend(uid)?.deployment.createdAt ?? 0),
    isClosed: () => closed,
    onChange: () => {
      if (!closed) store?.save(cloud.save());
    },
  });
  const cloud: Cloud = new Cloud(behaviour, server, loadOrClose(store));
  const close = (): void => {
    // Another process may have the folder by now.
    if (closed) return;
    closed = true;
    faults.clear();
    server.closeAll();
    store?.save(cloud.save());
    store?.close();
  };
  try {
    const port = await server.listen(cloud, behaviour.port);
    for (const backend of cloud.allBackends()) backend.deployment.url = await server.open(backend);
    return {
      endpoint: `http://127.0.0.1:${port}/graphql`,
      port,
      accounts: behaviour.accounts,
      journal,
      faults,
      cloud,
      close,
    };
  } catch (error) {
    server.closeAll();
    store?.close();
    throw error;
  }
}

function loadOrClose(store: Store | undefined): SavedCloud | undefined {
  try {
    return store?.load();
  } catch (error) {
    store?.close();
    throw error;
  }
}
