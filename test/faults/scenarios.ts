import type { Outcome } from "./simulatedStack";
import { consent, schemaAfter, schemaBefore, schemaOfLists } from "./schemas";
import type { StepName } from "./steps";
import { type Type, type Values, type World } from "./world";

/** How to run a step: its preparation, the step itself, and the same step for another resource. */
export interface Scenario {
  /** Prepares the stack before the process with the fault starts. */
  readonly before?: (world: World, age: Age) => Promise<void>;
  /** Whether the step runs in the process of `before`. */
  readonly sameProcess?: boolean;
  /** The resource of the step. */
  readonly resource: string;
  readonly run: (world: World) => Promise<Outcome>;
  /** Runs the step successfully for another resource, so that the failing one comes in mid-run. A poll does not need it. */
  readonly earlier?: (world: World) => Promise<void>;
  /** A `pulumi up` of the same program, or of one with another input. */
  readonly again: (world: World, more?: Values) => Promise<Outcome>;
  /** The inputs that a user changes after this message. Undefined if it asks for nothing. */
  readonly follow?: (message: string) => Values | undefined;
}

/** Whether existing backends are old enough for an absence to be believed. */
export type Age = "old" | "young";

/** The time after which an absence is believed. */
export const longAgoMs = 600_000;
const zone = "us-east-1";
const named = (name: string, more: Values = {}): Values => ({ name, zone, deploymentType: "dedicated", ...more });

const outcomeOf = async (work: Promise<unknown>): Promise<Outcome> => {
  try {
    await work;
    return { made: false, error: undefined };
  } catch (error) {
    if (error instanceof Error) return { made: false, error };
    throw error;
  }
};

const up =
  (name: string, type: Type, inputs: (world: World) => Values) =>
  (world: World, more: Values = {}): Promise<Outcome> =>
    world.up(name, type, { ...inputs(world), ...more });

const prepare =
  (name: string, type: Type, inputs: (world: World) => Values) =>
  (world: World): Promise<void> =>
    world.prepare(name, type, inputs(world));

/** Creates the backends of the stack. */
async function backends(world: World, age: Age): Promise<void> {
  for (const name of ["first", "orders"]) await world.prepare(name, "backend", named(name));
  if (age === "old") world.time.pass(longAgoMs);
}

function creating(pauseMs: number): Scenario {
  const run = up("orders", "backend", () => named("orders"));
  return {
    resource: "orders",
    run,
    again: run,
    earlier: async (world) => {
      await world.prepare("first", "backend", named("first"));
      world.time.pass(pauseMs);
    },
  };
}

function updating(news: Values): Scenario {
  const run = up("orders", "backend", () => named("orders", news));
  const renamed = news["name"] === undefined ? {} : { name: "first-2" };
  return {
    resource: "orders",
    before: backends,
    run,
    again: run,
    earlier: prepare("first", "backend", () => named("first", { ...news, ...renamed })),
  };
}

function dropping(inputs: Values): Scenario {
  const drop = up("wipe", "drop", ({ target }) => ({ backend: target, ...inputs }));
  // A failed check throws. Report it like any other failure, as an engine does.
  const run = async (world: World, more?: Values): Promise<Outcome> => {
    let outcome: Outcome | undefined;
    const { error } = await outcomeOf(
      drop(world, more).then((result) => {
        outcome = result;
      }),
    );
    return outcome ?? { made: false, error };
  };
  return {
    resource: "wipe",
    run,
    again: run,
    earlier: async (world) => {
      await world.prepare("wiped", "drop", { backend: world.target, ...inputs });
      world.time.pass(momentMs);
    },
  };
}

const copy = ({ target, source }: World): Values => ({ target, source });
const restoring: Scenario = {
  resource: "copy",
  run: up("copy", "request", copy),
  again: up("copy", "request", copy),
  earlier: async (world) => {
    await world.prepare("copied", "request", copy(world));
    world.time.pass(60_000);
  },
};

const waited = (world: World): Values => {
  const { target, restoreId } = world.stack.outputs("copy") ?? {};
  return { request: world.stack.id("copy"), target, restoreId };
};
const waiting: Scenario = {
  resource: "wait",
  before: prepare("copy", "request", copy),
  sameProcess: true,
  run: up("wait", "completion", waited),
  again: up("wait", "completion", waited),
};

/** What the message of a GraphqlSchema asks for: consent, or a schema that Dgraph does not refuse. */
function followSchema(message: string): Values | undefined {
  const line = /allow: (\[.*?\])/.exec(message)?.[1];
  if (line !== undefined) return { allow: JSON.parse(line) as unknown };
  return message.includes("DGC703") ? { schema: schemaOfLists, allow: ["*"] } : undefined;
}

async function schemaOf(world: World): Promise<void> {
  for (const uid of [world.target, world.source]) {
    // Only then does a backend answer DQL.
    world.local.cloud.get(uid).deployment.deploymentMode = "flexible";
  }
  await world.prepare("api", "schema", { backend: world.target, schema: schemaBefore });
  const query = `mutation { addAuthor(input: [{ name: "Ann", age: 30 }]) { numUids } }`;
  await world.local.cloud.get(world.target).engine.graphql({ query });
}

const first = up("api", "schema", ({ target }) => ({ backend: target, schema: schemaBefore }));
const changed = up("api", "schema", ({ target }) => ({ backend: target, schema: schemaAfter, allow: consent }));
const publishing: Scenario = {
  resource: "api",
  before: schemaOf,
  run: changed,
  again: changed,
  earlier: prepare("published", "schema", ({ source }) => ({ backend: source, schema: schemaAfter })),
  follow: followSchema,
};

const deleting: Scenario = {
  resource: "orders",
  before: backends,
  run: (world) => outcomeOf(world.delete("orders")),
  again: (world) => outcomeOf(world.stack.has("orders") ? world.delete("orders") : Promise.resolve()),
  earlier: (world) => world.delete("first"),
};

/** Times after which a list is no longer recent, a list is no longer known, and a session has expired. */
const momentMs = 10_000;
const listAgesMs = 120_000;
const sessionEndsMs = 3 * 3_600_000 + 60_000;

export const scenarios: Readonly<Record<StepName, Scenario>> = {
  "log-in": creating(sessionEndsMs),
  list: creating(listAgesMs),
  create: creating(0),
  search: creating(listAgesMs),
  readiness: { ...creating(0), earlier: () => Promise.resolve() },
  refresh: {
    resource: "orders",
    before: backends,
    run: (world) => outcomeOf(world.refresh("orders")),
    again: up("orders", "backend", () => named("orders")),
    earlier: async (world) => {
      await world.refresh("first");
      world.time.pass(momentMs);
    },
  },
  update: updating({ name: "orders-2" }),
  lambda: updating({ lambdaScript: "export default () => 1" }),
  delete: deleting,
  proof: deleting,
  probe: restoring,
  listBackups: restoring,
  restore: restoring,
  restoreStatus: waiting,
  confirm: dropping({ allData: true, confirm: "staging" }),
  schema: dropping({ types: ["Author"] }),
  "drop all": dropping({ allData: true }),
  "drop types": dropping({ types: ["Author"] }),
  "drop fields": dropping({ types: ["Author"], fields: ["Author.name"] }),
  export: dropping({ allData: true, exportFirst: true }),
  "live schema": publishing,
  predicates: publishing,
  counts: publishing,
  "schema update": publishing,
  "first schema": { resource: "api", run: first, again: first, follow: followSchema },
  "schema check": publishing,
  "schema refresh": {
    resource: "api",
    before: schemaOf,
    run: (world) => outcomeOf(world.refresh("api", "schema")),
    again: first,
    earlier: async (world) => {
      await world.refresh("api", "schema");
      world.time.pass(momentMs);
    },
    follow: followSchema,
  },
};
