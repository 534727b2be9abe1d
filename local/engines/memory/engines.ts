import type { Engines } from "../../cloud/engine";
import { MemoryEngine, type SavedMemory } from "./index";

/** One database in memory for each backend. */
export const memoryEngines: Engines = {
  kind: "memory",
  runsLambdas: false,
  refuseWithoutRoom: () => undefined,
  make: (_deployment, saved) => new MemoryEngine(saved as SavedMemory | undefined),
  startAll: () => undefined,
  close: () => Promise.resolve(),
};
