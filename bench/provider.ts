import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { backend } from "../provider/backend";
import { dynamicProvider } from "../provider/host/dynamic";
import type { DynamicProvider } from "../provider/host/dynamicProvider";
import { silent } from "../provider/host/engineChannel";
import { HostProcess } from "../provider/host/process";
import { systemClock } from "../provider/time";

const usage = "usage: npm run bench:provider -- [backends, default 1000] [milliseconds between two creates, default 0]";

/** How many operations run at a time: as the engine does on two cores, and with --parallel 64. */
const parallels = [8, 64];

/** The steps of a run. Each begins with a provider that knows nothing, as each command of the engine does; `start` does nothing. */
const steps = ["start", "create", "read", "update", "delete"] as const;
type Step = (typeof steps)[number];

interface Cost {
  readonly "cpu ms": number;
  readonly "wall ms": number;
  /** The highest resident memory so far. */
  readonly "peak MB": number;
  /** Resident memory, and memory of objects, after the garbage was collected. */
  readonly "resident MB": number;
  readonly "objects MB": number;
}

interface Requests {
  readonly requests: number;
  readonly lists: number;
  readonly logins: number;
}

type Values = Record<string, unknown>;

interface Made {
  readonly id: string;
  readonly inputs: Values;
  outs: Values;
}

/**
 * Prints what the provider alone costs, without an engine: the callbacks of the dynamic provider in one process, against a local cloud in
 * another. Each row is one step for all backends.
 */
async function compare(count: number, paceMs: number): Promise<void> {
  if (!(count > 0 && paceMs >= 0)) throw new Error(usage);
  for (const parallel of parallels) {
    const cloud = await startRole("cloud");
    const provider = await startRole("provider", `${count}`, `${parallel}`, `${paceMs}`, cloud.answer as string);
    const rows: (Cost & Requests)[] = [];
    for (const step of steps) {
      const cost = (await ask(provider.child, step)) as Cost;
      rows.push({ ...cost, ...((await ask(cloud.child, "requests")) as Requests) });
    }
    console.log(`${count} backends, ${parallel} at a time, ${paceMs} ms between two creates`);
    console.table(Object.fromEntries(rows.map((row, index) => [steps[index], row])));
    for (const { child } of [provider, cloud]) {
      child.send("end");
      await once(child, "exit");
    }
  }
}

/** Starts a process of this file, and waits until it is ready. */
async function startRole(...role: string[]): Promise<{ child: ChildProcess; answer: unknown }> {
  const child = fork(__filename, role, { execArgv: [...process.execArgv, "--expose-gc"] });
  return { child, answer: await answerOf(child) };
}

function ask(child: ChildProcess, question: string): Promise<unknown> {
  const answer = answerOf(child);
  child.send(question);
  return answer;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new Error(`a process of the benchmark ended with ${code ?? "a signal"}`));
    };
    child.once("exit", onExit);
    child.once("message", (answer) => {
      child.off("exit", onExit);
      resolve(answer);
    });
  });
}

async function serveCloud(): Promise<void> {
  const local = await startLocalCloud({ provisioningMs: 0 });
  process.on("message", (question) => {
    if (question === "end")
      void local.close().then(() => {
        process.exit();
      });
    else process.send?.(requestsOf(local));
  });
  process.send?.(local.endpoint);
}

/** The requests since the last question. */
function requestsOf({ journal }: LocalCloud): Requests {
  const requests = { requests: journal.count(), lists: journal.count("deployments"), logins: journal.count("login") };
  journal.clear();
  return requests;
}

function serveProvider(count: number, parallel: number, paceMs: number, endpoint: string): void {
  process.env["DGRAPHCLOUD_ENDPOINT"] = endpoint;
  process.env["DGRAPHCLOUD_EMAIL"] = "dev@example.com";
  process.env["DGRAPHCLOUD_PASSWORD"] = "local-password";
  const made: Made[] = [];
  const work: Record<Step, (provider: DynamicProvider) => Promise<void>> = {
    start: () => Promise.resolve(),
    create: (provider) =>
      several(parallel, Array.from({ length: count }, inputsOf), async (inputs) => {
        const created = await provider.create(inputs);
        made.push({ id: created.id, inputs, outs: created.outs as Values });
        if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs * parallel));
      }),
    read: (provider) => several(parallel, made, ({ id, outs }) => provider.read(id, outs)),
    update: (provider) =>
      several(parallel, made, async (one) => {
        const news = { ...one.inputs, deploymentMode: "flexible" };
        one.outs = (await provider.update(one.id, one.outs, news)).outs as Values;
      }),
    delete: (provider) => several(parallel, made, ({ id, outs }) => provider.delete(id, outs)),
  };
  process.on("message", (question) => {
    if (question === "end") process.exit();
    void measured(work[question as Step]).then((cost) => process.send?.(cost));
  });
  process.send?.("ready");
}

function inputsOf(_: unknown, index: number): Values {
  const name = `backend-${index}`;
  const __urn = `urn:pulumi:dev::bench::pulumi-nodejs:dynamic/dgraphcloud:Backend::${name}`;
  return { name, zone: "us-east-1", deploymentType: "dedicated", __urn, __provider: "" };
}

async function several<T>(parallel: number, all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const queue = all[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

async function measured(work: (provider: DynamicProvider) => Promise<void>): Promise<Cost> {
  // With the address of an engine, the provider shares what it knows with the other processes of the same run.
  const host = new HostProcess(
    systemClock,
    () => silent,
    Math.random,
    () => `bench:${process.pid}`,
  );
  const before = process.cpuUsage();
  const began = performance.now();
  await work(dynamicProvider(() => backend, host));
  const { user, system } = process.cpuUsage(before);
  const wallMs = performance.now() - began;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    "cpu ms": Math.round((user + system) / 1_000),
    "wall ms": Math.round(wallMs),
    "peak MB": Math.round(peakMb),
    "resident MB": Math.round(rss / 2 ** 20),
    "objects MB": Math.round(heapUsed / 2 ** 20),
  };
}

const [role, ...values] = process.argv.slice(2);
if (role === "cloud") void serveCloud();
else if (role === "provider") serveProvider(Number(values[0]), Number(values[1]), Number(values[2]), values[3] ?? "");
else
  compare(Number(role ?? 1_000), Number(values[0] ?? 0)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
