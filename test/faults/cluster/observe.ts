import { DgraphCloudError } from "../../../provider/errors/errors";
import type { VirtualTime } from "../../harness/clocks";
import type { Network } from "../network";
import { recordedStatusOf, type RecordedStatus } from "../recordedStatus";
import { CheckFailure } from "../simulatedStack";
import type { Row } from "./rows";
import { scenarios } from "./scenarios";
import { ClusterWorld } from "./world";

/** Everything that was observed for a row. */
export interface Observation {
  readonly run: OperationResult;
  /** The next plain up, in a new process without the fault. */
  readonly next: OperationResult;
  /** An up with acceptUnknown, if the outcome is unknown. */
  readonly accepted: OperationResult | undefined;
  /** One more up after a success. */
  readonly last: OperationResult | undefined;
  readonly hits: number;
  /** Times of the requests of the failing operation from the step on. */
  readonly sentAt: readonly number[];
  /** Secrets that were stored or shown. */
  readonly secrets: readonly string[];
  readonly tookMs: number;
  /** The number of requests of a mutation that is sent once on a reused connection. */
  readonly onUsedConnections: number;
  /** Whether everybody can log in with the well-known password. */
  readonly isOpen: boolean;
}

/** The result of one engine operation. */
export interface OperationResult {
  /** The error classes from the outermost to the innermost. Empty after a success. */
  readonly classes: readonly string[];
  readonly message: string;
  /** What was shown beside an error. */
  readonly shown: string;
  readonly recorded: RecordedStatus;
  /** Whether the outputs in the state are unchanged. */
  readonly same: boolean;
  readonly id: string | undefined;
  /** The number of executed mutations of the row. */
  readonly acts: number;
  readonly requests: number;
}

/** More calls than any row makes. */
const many = 1_000;
const answerTimeMs = 20_000;
/** How often and how long, in real milliseconds, to check whether the cluster has executed a request without an answer. */
const look = { everyMs: 3, maxMs: 150 };

/** Runs one row: preparation, fault, step, and then the next plain up of a new process. */
export async function observe(row: Row, time: VirtualTime, network: Network): Promise<Observation> {
  network.reset();
  const world = await ClusterWorld.start(time, network);
  try {
    return await observeIn(row, world);
  } finally {
    await world.stop();
  }
}

async function observeIn(row: Row, world: ClusterWorld): Promise<Observation> {
  const scenario = scenarios[row.step.name];
  await scenario.before?.(world);
  if (scenario.sameProcess !== true) world.restart();
  const hits = inject(world, row);
  const startedAt = world.time.now();
  const run = await perform(world, row, () => scenario.run(world));
  const tookMs = world.time.now() - startedAt;
  const { entries } = world.cluster.journal;
  const own = entries.filter(({ operation }) => operation === row.step.operation);
  const sentAt = own.slice(row.step.skips ?? 0).map(({ time: at }) => at);
  const onUsedConnections = entries.filter(
    ({ operation, connection, sequence }) =>
      ["alter", "restore", "mutate"].includes(operation) &&
      entries.some((other) => other.connection === connection && other.sequence < sequence),
  ).length;
  const injected = hits();
  world.cluster.faults.clear();
  world.network.heal();
  world.restart();
  const next = await perform(world, row, () => scenario.again(world));
  const more = next.recorded === "unknown" ? { acceptUnknown: next.id } : undefined;
  const accepted = more === undefined ? undefined : await perform(world, row, () => scenario.again(world, more));
  const isSettled = (accepted ?? next).classes.length === 0;
  if (isSettled) world.restart();
  const last = isSettled ? await perform(world, row, () => scenario.again(world, more)) : undefined;
  const said = [run, next, accepted, last].map((one) => one?.message ?? "").join("\n");
  return {
    ...{ run, next, accepted, last, tookMs, onUsedConnections },
    sentAt,
    hits: injected,
    secrets: leakedSecrets(world, said),
    isOpen: world.cluster.isOpen,
  };
}

/** Injects the fault of a row. Returns how often it has been injected. */
function inject(world: ClusterWorld, { step, kind, when }: Row): () => number {
  const { cluster, network, time } = world;
  const first = 1 + (step.skips ?? 0);
  const last = when === "every call" ? many : first;
  const { effect } = kind;
  if (effect.on === "network") {
    const rule = network.injectFailure(step.operation, effect.failure, (call) => call >= first && call <= last);
    return () => rule.hits;
  }
  const calls = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const add = (fault: Parameters<typeof cluster.faults.add>[0]["fault"], onStrike?: () => void): (() => number) => {
    const active = cluster.faults.add({ operation: step.operation, calls, fault }, onStrike);
    return () => active.struck;
  };
  switch (effect.on) {
    case "answer": {
      // The cloud's own steps are not those of a cluster: only the operation counts.
      const ofStep = { operation: step.operation } as Parameters<typeof effect.fault>[0];
      return add(effect.fault(ofStep, cluster.secrets.join(" ")));
    }
    case "hang":
      return add({ kind: "hang", acted: kind.acted }, () => {
        expireOnceActed(world, kind.acted);
      });
    case "outside":
      return add({ kind: "slow", ms: 1 }, () => {
        time.pass(answerTimeMs);
      });
  }
}

function expireOnceActed({ cluster, time }: ClusterWorld, acted: boolean): void {
  const until = Date.now() + look.maxMs;
  const timer = setInterval(() => {
    if (acted && cluster.journal.entries.at(-1)?.acted === false && Date.now() < until) return;
    clearInterval(timer);
    time.expire();
  }, look.everyMs);
}

const mutations = ["updateGQLSchema", "alter", "mutate", "restore", "backup"];

async function perform(
  world: ClusterWorld,
  { step }: Row,
  work: () => Promise<{ readonly error: Error | undefined }>,
): Promise<OperationResult> {
  const { journal } = world.cluster;
  const { resource } = scenarios[step.name];
  const before = JSON.stringify(world.stack.outputs(resource));
  const shownBefore = world.shown.length;
  journal.clear();
  const { error } = await work();
  const outputs = world.stack.outputs(resource);
  // What repairs a drop afterwards is no mutation of its own.
  const counted = resource === "wipe" ? mutations.filter((one) => one !== "updateGQLSchema") : mutations;
  return {
    classes: classesOf(error),
    message: error?.message ?? "",
    shown: world.shown.slice(shownBefore),
    recorded: recordedStatusOf(outputs),
    same: JSON.stringify(outputs) === before,
    id: world.stack.id(resource),
    acts: counted.reduce((sum, one) => sum + journal.acted(one), 0),
    requests: journal.count(),
  };
}

function classesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof DgraphCloudError || error instanceof CheckFailure ? [error.name] : [];
  return [...own, ...classesOf(error.cause)];
}

/** Secrets in the state, in what was shown, and in the debug log. */
function leakedSecrets(world: ClusterWorld, said: string): string[] {
  const outputs = world.stack.names().map((name) => world.stack.outputs(name) ?? {});
  const everything = `${JSON.stringify(outputs)}\n${world.shown}\n${world.logged}\n${said}`;
  return world.cluster.secrets.filter((secret) => everything.includes(secret));
}
