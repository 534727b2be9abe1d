import { DgraphCloudError } from "../../provider/errors/errors";
import { CheckFailure } from "./simulatedStack";
import { injectFault, knownSecrets } from "./injectFault";
import { scenarios, longAgoMs } from "./scenarios";
import { duplicates, leakedSecrets, orphans, misdirectedTokens, wrongOutputs } from "./findings";
import { type RecordedStatus, recordedStatusOf } from "./recordedStatus";
import type { Network } from "./network";
import type { Row } from "./rows";
import type { VirtualTime } from "../harness/clocks";
import { World } from "./world";

/** Everything that was observed for a row. */
export interface Observation {
  readonly run: OperationResult;
  /** The next plain up, in a new process without the fault. */
  readonly next: OperationResult;
  /** An up after the user has followed the message of the next one: with acceptUnknown, or with another schema. Undefined if it asked for nothing. */
  readonly accepted: OperationResult | undefined;
  /** One more up after a success. */
  readonly last: OperationResult | undefined;
  /** Whether a later refresh removes a vanished Backend. Undefined if none vanished. */
  readonly forgotten: boolean | undefined;
  readonly hits: number;
  /** Times of the requests of the failing operation during the run. */
  readonly sentAt: readonly number[];
  readonly orphans: readonly string[];
  readonly duplicates: readonly string[];
  readonly secrets: readonly string[];
  /** Whether the debug log, which is also searched for secrets, names the failing operation. */
  readonly logged: boolean;
  /** Tokens that were sent to the other plane. */
  readonly misdirectedTokens: readonly string[];
  /** How long the run took. */
  readonly tookMs: number;
  /** Log-ins during the run. */
  readonly logins: number;
  /** The number of requests of the failing operation on a reused connection. */
  readonly onUsedConnections: number;
}

/** The result of one engine operation. */
export interface OperationResult {
  /** The error classes from the outermost to the innermost. Empty after a success. */
  readonly classes: readonly string[];
  readonly message: string;
  readonly recorded: RecordedStatus;
  /** Whether the outputs in the state are unchanged. */
  readonly same: boolean;
  readonly id: string | undefined;
  /** Outputs that differ from the cloud. */
  readonly wrongOutputs: readonly string[];
  /** The number of executed mutations of any kind. */
  readonly acts: number;
  readonly requests: number;
}

const mutations = [
  ...["createDeployment", "updateDeployment", "updateLambda", "deleteDeployment"],
  ...["restore", "dropData", "updateGQLSchema"],
];

/** Runs one row: preparation, fault, step, and then the next plain up of a new process. */
export async function observe(row: Row, time: VirtualTime, network: Network): Promise<Observation> {
  network.reset();
  const world = await World.start(time, network, {
    secure: row.kind.name === "TLS failure",
    ownToken: row.kind.family === "final",
  });
  try {
    return await observeIn(row, world);
  } finally {
    await world.stop();
  }
}

async function observeIn(row: Row, world: World): Promise<Observation> {
  const { step, when, kind } = row;
  const { journal, faults } = world.local;
  const scenario = scenarios[step.name];
  await scenario.before?.(world, kind.family === "lag" ? "young" : "old");
  if (scenario.sameProcess !== true) world.restart();
  if (when === "mid-run") await scenario.earlier?.(world);
  const hits = injectFault(world, row);
  const secrets = new Set(knownSecrets(world).split(" "));
  const startedAt = world.time.now();
  const run = await perform(world, scenario.resource, () => scenario.run(world));
  const tookMs = world.time.now() - startedAt;
  const own = journal.entries.filter(({ operation }) => operation === step.operation);
  const logins = journal.count("login");
  const onUsedConnections = own.filter(({ connection, sequence }) =>
    journal.entries.some((other) => other.connection === connection && other.sequence < sequence),
  ).length;
  const injected = hits();
  faults.clear();
  world.network.heal();
  world.restart();
  const next = await perform(world, scenario.resource, () => scenario.again(world));
  const more = next.recorded === "unknown" ? { acceptUnknown: next.id } : scenario.follow?.(next.message);
  const accepted =
    more === undefined ? undefined : await perform(world, scenario.resource, () => scenario.again(world, more));
  const settled = (accepted ?? next).classes.length === 0;
  if (settled) world.restart();
  const last = settled ? await perform(world, scenario.resource, () => scenario.again(world, more)) : undefined;
  const forgotten = kind.family === "vanished" && next.classes.length > 0 ? await forget(world) : undefined;
  const said = [run, next, accepted, last].map((one) => one?.message ?? "").join("\n");
  for (const secret of knownSecrets(world).split(" ")) secrets.add(secret);
  return {
    run,
    next,
    accepted,
    last,
    forgotten,
    hits: injected,
    sentAt: own.map(({ time }) => time),
    tookMs,
    logins,
    onUsedConnections,
    misdirectedTokens: misdirectedTokens(world),
    orphans: orphans(world, said),
    duplicates: duplicates(world),
    secrets: leakedSecrets(world, said, secrets),
    logged: world.logged.includes(
      `dgraphcloud: ${step.name === "readiness" ? "OPTIONS /graphql" : step.operation} at `,
    ),
  };
}

/** Refreshes after the stack's backend, if any, has become old enough for its absence to be believed. */
async function forget(world: World): Promise<boolean | undefined> {
  if (!world.stack.has("orders")) return undefined;
  world.time.pass(longAgoMs);
  world.restart();
  await world.refresh("orders");
  return !world.stack.has("orders");
}

async function perform(
  world: World,
  resource: string,
  work: () => Promise<{ readonly error: Error | undefined }>,
): Promise<OperationResult> {
  const { journal } = world.local;
  const before = JSON.stringify(world.stack.outputs(resource));
  const wasPending = recordedStatusOf(world.stack.outputs(resource)) === "pending";
  journal.clear();
  const { error } = await work();
  return {
    classes: classesOf(error),
    message: error?.message ?? "",
    recorded: recordedStatusOf(world.stack.outputs(resource)),
    same: JSON.stringify(world.stack.outputs(resource)) === before,
    id: world.stack.id(resource),
    wrongOutputs: await wrongOutputs(world, resource, wasPending),
    acts: mutations.reduce((sum, mutation) => sum + journal.acted(mutation), 0),
    requests: journal.count(),
  };
}

function classesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof DgraphCloudError || error instanceof CheckFailure ? [error.name] : [];
  return [...own, ...classesOf(error.cause)];
}
