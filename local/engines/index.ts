import type { Deployment } from "../cloud/deployment";
import type { Engine } from "./engine";
import { MemoryEngine, type SavedMemory } from "./memory";

/** What can stand behind a backend. */
export const engineKinds = ["memory", "dgraph"] as const;
export type EngineKind = (typeof engineKinds)[number];

/** Makes the databases of one local cloud. */
export interface Engines {
  readonly kind: EngineKind;
  /** Whether the lambda scripts of the backends are run. */
  readonly runsLambdas: boolean;
  /** Throws when there is no room for one more. One that was made counts from then on, until it is removed. */
  refuseWithoutRoom(): void;
  /** The database of a backend, not started yet, with what an earlier run kept. */
  make(deployment: Deployment, saved?: unknown): Engine;
  /** Starts those that an earlier run kept. */
  begin(): void;
  /** Ends them all, and what they keep outside a folder of the user's. */
  close(): Promise<void>;
}

export const memoryEngines: Engines = {
  kind: "memory",
  runsLambdas: false,
  refuseWithoutRoom: () => undefined,
  make: (_deployment, saved) => new MemoryEngine(saved as SavedMemory | undefined),
  begin: () => undefined,
  close: () => Promise.resolve(),
};
