import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { waitUntilReady } from "../provider/resource/wait";
import { Account } from "../provider/run/account";
import { begin } from "../provider/run/operation";
import { pause, TestClock, waitUntil } from "../test/harness/clocks";
import { contextOf } from "../test/harness/contexts";
import { Stack } from "../test/harness/engineStack";
import { providersWith } from "../test/harness/processes";
import type { HostName } from "../test/harness/testedHost";

/** Seconds that a backend takes until it answers. Many are no multiples of a pause. */
const lengths = [
  ...[0.1, 0.3, 0.5, 0.95, 1, 2, 3, 3.7, 5, 7, 8, 9.3, 11, 13, 16, 17.7, 21, 26.2, 31, 37.9, 45, 53.6, 60],
  ...[73.1, 90, 111.3, 120, 149.7, 180, 213.9, 271.7, 300, 389.1, 450, 523.7, 600],
];

/** One wait on a virtual clock. */
export interface MeasuredWait {
  readonly seconds: number;
  /** How long after its end it is noticed. */
  readonly lateSeconds: number;
  /** Requests until then. */
  readonly looks: number;
}

export async function measureWaits(): Promise<readonly MeasuredWait[]> {
  const waits: MeasuredWait[] = [];
  for (const seconds of lengths) waits.push(await measureWait(seconds));
  return waits;
}

/** Waits for a backend that answers after `seconds`. */
async function measureWait(seconds: number): Promise<MeasuredWait> {
  const clock = new TestClock();
  const account = new Account({ endpoint: "https://cloud.example.com/", credentials: { missing: "token" } }, clock);
  const context = contextOf({ account, clock });
  const operation = begin(context, { input: "timeouts.create", value: "20m", ms: 1_200_000 });
  let looks = 0;
  await waitUntilReady(context, operation, "0x42", {
    ask: () => {
      looks += 1;
      return Promise.resolve({ status: clock.elapsedMs >= seconds * 1_000 ? 200 : 503, retryAfterMs: undefined });
    },
  });
  return { seconds, lateSeconds: clock.elapsedMs / 1_000 - seconds, looks };
}

export async function measureWaitingShares(): Promise<Readonly<Record<HostName, number>>> {
  const [dynamic, plugin] = await Promise.all([measureWaitingShare("dynamic"), measureWaitingShare("plugin")]);
  return { dynamic, plugin };
}

const waiting = 64;
/** The share is measured for the first ten minutes after the last create: in the beginning the looks are more frequent. */
const measuredMs = 600_000;

/** What the provider process uses of one core while 64 backends are awaited at once, with the real engine and real sockets. */
async function measureWaitingShare(host: HostName): Promise<number> {
  // The local cloud runs in this process, so its work is not counted.
  const stack = await Stack.start({ provisioningMs: measuredMs + 20_000 });
  try {
    stack.use(host);
    stack.program(
      `for (let i = 0; i < ${waiting}; i++) new dgraphcloud.Backend("backend-" + i, { zone: "us-east-1", deploymentType: "free" });`,
    );
    const up = stack.begin("up", "--yes", "--skip-preview", "--parallel", String(waiting));
    const created = (): number => stack.local.journal.acted("createDeployment");
    await waitUntil(() => created() === waiting, { tries: 1_200, everyMs: 100 });
    const providers = providersWith(stack.environment["PULUMI_BACKEND_URL"] ?? "");
    const used = (): number => providers.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
    const [cpuBefore, before] = [used(), performance.now()];
    await pause(measuredMs);
    const share = (used() - cpuBefore) / ((performance.now() - before) / 1_000);
    const ready = stack.local.journal.entries.filter(
      ({ operation, status }) => operation === "ready" && status === 200,
    );
    if (providers.length === 0 || created() !== waiting || ready.length > 0)
      throw new Error(`${created()} of ${waiting} backends were awaited, ${ready.length} of them not long enough`);
    const { code, output } = await up.ended;
    if (code !== 0) throw new Error(output);
    return share;
  } finally {
    await stack.close();
  }
}

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of a process so far. */
function cpuSecondsOf(pid: number): number {
  const [, afterName = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = afterName.split(" ").slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) / ticksPerSecond;
}
