import { consent, schemaAfter, schemaBefore } from "../schemas";
import type { Outcome } from "../simulatedStack";
import type { Values } from "../world";
import type { StepName } from "./steps";
import { type ClusterWorld, folder, type Type } from "./world";

/** How to run a step: its preparation, the step itself, and a `pulumi up` of the same program, or of one with another input. */
export interface Scenario {
  /** Prepares the stack before the process with the fault starts. */
  readonly before?: (world: ClusterWorld) => Promise<void>;
  /** Whether the step runs in the process of `before`. */
  readonly sameProcess?: boolean;
  /** The resource of the step. */
  readonly resource: string;
  readonly run: (world: ClusterWorld) => Promise<Outcome>;
  readonly again: (world: ClusterWorld, more?: Values) => Promise<Outcome>;
}

function upOf(name: string, type: Type, inputs: (world: ClusterWorld) => Values): Scenario {
  const run = (world: ClusterWorld, more: Values = {}): Promise<Outcome> =>
    outcomeOf(world.up(name, type, { ...inputs(world), ...more }));
  return { resource: name, run, again: run };
}

/** A failed check may throw. It is reported like any other failure, as an engine does. */
async function outcomeOf(work: Promise<Outcome>): Promise<Outcome> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error) return { made: false, error };
    throw error;
  }
}

/** Another text than the one that is live at the start, with the same meaning. */
const ownSchema = `# of this stack\n${schemaBefore}`;
const first = upOf("api", "schema", () => ({ schema: ownSchema }));
const publishing: Scenario = {
  ...upOf("api", "schema", () => ({ schema: schemaAfter, allow: consent })),
  before: (world) => world.prepare("api", "schema", { schema: ownSchema }),
};
const refreshing: Scenario = {
  ...first,
  before: (world) => world.prepare("api", "schema", { schema: ownSchema }),
  run: (world) => outcomeOf(world.refresh("api", "schema").then(() => ({ made: false, error: undefined }))),
};

const dropping = (inputs: Values): Scenario => upOf("wipe", "drop", () => inputs);
const ofAll = { resetAccessControl: true };

const restoring = upOf("copy", "request", () => ({ location: folder }));
const waiting: Scenario = {
  ...upOf("wait", "completion", ({ stack }) => {
    const { target, predicates } = stack.outputs("copy") ?? {};
    return { request: stack.id("copy"), target, predicates };
  }),
  before: (world) => world.prepare("copy", "request", { location: folder }),
  sameProcess: true,
};

const backingUp: Scenario = {
  ...upOf("nightly", "backup", () => ({ destination: folder })),
  // Without something new, there is nothing to back up.
  before: ({ cluster }) => {
    cluster.addNodes(1, "Author", ["Author.name"]);
    return Promise.resolve();
  },
};

export const scenarios: Readonly<Record<StepName, Scenario>> = {
  "log-in": publishing,
  identity: publishing,
  busy: publishing,
  health: publishing,
  readiness: publishing,
  running: publishing,
  "identity again": publishing,
  "live schema": publishing,
  predicates: publishing,
  counts: publishing,
  "schema update": publishing,
  "first schema": first,
  "schema check": publishing,
  "schema refresh": refreshing,
  names: dropping({ types: ["Author"] }),
  "drop data": dropping({ allData: true, ...ofAll }),
  "drop everything": dropping({ allDataAndSchema: true, ...ofAll }),
  "drop field": dropping({ fields: ["Author.age"] }),
  "schema after fields": dropping({ fields: ["Author.age"] }),
  "drop type": dropping({ types: ["Author"] }),
  "nodes before a deletion": dropping({ types: ["Author"] }),
  "nodes after a deletion": dropping({ types: ["Author"] }),
  password: dropping({ allData: true, ...ofAll }),
  listBackups: restoring,
  restore: restoring,
  "end of restore": waiting,
  verdict: waiting,
  contents: backingUp,
  "backups before": backingUp,
  backup: backingUp,
  task: backingUp,
  "backups after": backingUp,
};
