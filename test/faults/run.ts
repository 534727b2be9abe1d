import { DgraphCloudError } from "../../provider/errors";
import { arm, secretsOf } from "./arm";
import { drives } from "./drives";
import { type Left, leftOf } from "./left";
import type { Network } from "./network";
import type { Row } from "./rows";
import type { VirtualTime } from "./time";
import { World } from "./world";

/** What a row has come to. */
export interface Observation {
  readonly run: Ran;
  /** The next plain up, in a new process, when the fault has gone. */
  readonly next: Ran;
  /** An up with the user's word on an attempt of unknown outcome; undefined when there was none. */
  readonly accepted: Ran | undefined;
  readonly struck: number;
  /** Times of the requests of the struck operation during the run. */
  readonly sentAt: readonly number[];
  readonly orphans: readonly string[];
  readonly duplicates: readonly string[];
  readonly secrets: readonly string[];
  /** Tokens that were sent to the other plane. */
  readonly strayed: readonly string[];
  /** Log-ins during the run. */
  readonly logins: number;
  /** Requests of the struck operation that travelled on a connection which something else had used. */
  readonly onUsedConnections: number;
}

/** One operation of the engine and what it left. */
export interface Ran {
  /** Classes of the error, the outermost first; empty when it succeeded. */
  readonly classes: readonly string[];
  readonly message: string;
  readonly left: Left;
  /** Whether the stack has of it what it had before, to the letter. */
  readonly same: boolean;
  readonly id: string | undefined;
  /** Outputs that are not as the cloud has it. */
  readonly untrue: readonly string[];
  /** Mutations that were carried out, of whatever kind. */
  readonly acts: number;
  readonly requests: number;
}

const mutations = ["createDeployment", "updateDeployment", "updateLambda", "deleteDeployment", "restore", "dropData"];

/** Runs one row: what must be there, the fault, the step, and then the next plain up of a new process. */
export async function observe(row: Row, time: VirtualTime, network: Network): Promise<Observation> {
  network.reset();
  const world = await World.start(time, network, { secure: row.kind.name === "TLS failure" });
  try {
    return await observed(row, world);
  } finally {
    await world.stop();
  }
}

async function observed(row: Row, world: World): Promise<Observation> {
  const { step, when, kind } = row;
  const { journal, faults } = world.local;
  const drive = drives[step.name];
  await drive.before?.(world, kind.family === "lag" ? "young" : "old");
  if (drive.sameProcess !== true) world.restart();
  if (when === "mid-run") await drive.earlier?.(world);
  const struck = arm(world, row);
  const secrets = new Set(secretsOf(world).split(" "));
  const run = await ran(world, drive.resource, () => drive.run(world));
  const own = journal.entries.filter(({ operation }) => operation === step.operation);
  const logins = journal.count("login");
  const onUsedConnections = own.filter(({ connection, sequence }) =>
    journal.entries.some((other) => other.connection === connection && other.sequence < sequence),
  ).length;
  const strikes = struck();
  faults.clear();
  world.network.heal();
  world.restart();
  const next = await ran(world, drive.resource, () => drive.again(world));
  const acceptUnknown = next.left === "unknown" ? next.id : undefined;
  const accepted =
    acceptUnknown === undefined
      ? undefined
      : await ran(world, drive.resource, () => drive.again(world, { acceptUnknown }));
  const said = [run, next, accepted].map((one) => one?.message ?? "").join("\n");
  for (const secret of secretsOf(world).split(" ")) secrets.add(secret);
  return {
    run,
    next,
    accepted,
    struck: strikes,
    sentAt: own.map(({ time }) => time),
    logins,
    onUsedConnections,
    strayed: strayed(world),
    orphans: orphans(world, said),
    duplicates: duplicates(world),
    secrets: leaks(world, said, secrets),
  };
}

async function ran(
  world: World,
  resource: string,
  work: () => Promise<{ readonly error: Error | undefined }>,
): Promise<Ran> {
  const { journal } = world.local;
  const before = JSON.stringify(world.stack.outputs(resource));
  const wasPending = leftOf(world.stack.outputs(resource)) === "pending";
  journal.clear();
  const { error } = await work();
  return {
    classes: classesOf(error),
    message: error?.message ?? "",
    left: leftOf(world.stack.outputs(resource)),
    same: JSON.stringify(world.stack.outputs(resource)) === before,
    id: world.stack.id(resource),
    untrue: untrue(world, resource, wasPending),
    acts: mutations.reduce((sum, mutation) => sum + journal.acted(mutation), 0),
    requests: journal.count(),
  };
}

function classesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error instanceof DgraphCloudError ? [error.name] : [];
  return [...own, ...classesOf(error.cause)];
}

/** What a resource that is ready says of itself and what the cloud knows better. */
function untrue(world: World, resource: string, wasPending: boolean): string[] {
  const id = world.stack.id(resource);
  const outputs = world.stack.outputs(resource);
  if (id === undefined || outputs === undefined || leftOf(world.stack.outputs(resource)) !== "ready") return [];
  const live = world.local.cloud.backend(id)?.deployment;
  const [target, restoreId] = id.split("/");
  const truth: Record<string, Record<string, unknown>> = {
    orders: { name: live?.name, url: live?.url, jwtToken: live?.jwtToken, lambdaScript: decoded(live?.lambdaScript) },
    copy: { target, restoreId: Number(restoreId) },
    // Whoever comes back to a wait may not be able to tell whose restore the OK is said of.
    wait: { target, status: "OK", ...(wasPending ? {} : { confirmed: true }) },
    wipe: { backend: target },
  };
  return Object.entries(truth[resource] ?? {}).flatMap(([name, value]) => (outputs[name] === value ? [] : [name]));
}

function decoded(script = ""): string {
  return Buffer.from(script, "base64").toString("utf8");
}

/** Backends that nobody knows of: not in the state, made by nobody else, and not named to the user. */
function orphans(world: World, said: string): string[] {
  const known = ["first", "orders"].map((name) => world.stack.id(name));
  return world.local.cloud
    .all()
    .map(({ uid }) => uid)
    .filter((uid) => !known.includes(uid) && !world.strangers.includes(uid) && !said.includes(uid));
}

/** The session's token goes to the control plane alone, and a backend's token never there. */
function strayed({ local, network: { destinations } }: World): string[] {
  const control = `127.0.0.1:${local.port}`;
  return [
    ...[...destinations.authorization].filter((address) => address !== control),
    ...[...destinations["x-auth-token"]].filter((address) => address === control),
  ];
}

function duplicates({ local, strangers }: World): string[] {
  const names = local.cloud
    .all()
    .filter(({ uid }) => !strangers.includes(uid))
    .map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** Secrets outside of the two outputs that are declared to be secret. */
function leaks(world: World, said: string, secrets: ReadonlySet<string>): string[] {
  const outputs = world.stack.names().map((name) => world.stack.outputs(name) ?? {});
  const urls = outputs.flatMap((values) => (values["exportUrls"] as string[] | undefined) ?? []);
  const plain = outputs.map((values) => ({ ...values, jwtToken: undefined, exportUrls: undefined }));
  const everything = `${JSON.stringify(plain)}\n${world.shown}\n${said}`;
  return [...secrets, ...urls].filter((secret) => secret !== "" && everything.includes(secret));
}
