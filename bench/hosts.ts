import { Stack, succeeds } from "../test/harness/engineStack";
import type { HostName } from "../test/harness/testedHost";

const count = Number(process.argv[2] ?? 100);
const rounds = 5;
/** What the plugin may take of the time of the dynamic host. */
const most = 0.85;

const hosts: readonly HostName[] = ["dynamic", "plugin"];

/** Starts a stack of many backends, all of them made. */
async function made(host: HostName): Promise<Stack> {
  const stack = await Stack.start({ provisioningMs: 0 });
  stack.use(host);
  stack.program(
    `for (let i = 0; i < ${count}; i++) new dgraphcloud.Backend("backend-" + i, { zone: "us-east-1", deploymentType: "free" });`,
  );
  await succeeds(stack.up());
  return stack;
}

async function secondsOf(stack: Stack): Promise<number> {
  const began = Date.now();
  await succeeds(stack.up("--expect-no-changes"));
  return (Date.now() - began) / 1_000;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** How long a pulumi up without a change takes on each host. They take turns, so that a busy moment of the machine meets both. */
async function main(): Promise<void> {
  const stacks = new Map<HostName, Stack>();
  try {
    for (const host of hosts) stacks.set(host, await made(host));
    const seconds: Record<HostName, number[]> = { dynamic: [], plugin: [] };
    for (let round = 0; round < rounds; round++)
      for (const [host, stack] of stacks) seconds[host].push(await secondsOf(stack));
    console.log(`pulumi up --skip-preview without a change, ${count} backends, ${rounds} runs of each host in turn`);
    console.table(
      hosts.map((host) => ({
        host,
        "median s": median(seconds[host]).toFixed(2),
        "all s": seconds[host].map((one) => one.toFixed(2)).join(" "),
      })),
    );
    const ratio = median(seconds.plugin) / median(seconds.dynamic);
    console.log(`the plugin takes ${ratio.toFixed(2)} x the time of the dynamic host; the limit is ${most} x`);
    if (ratio > most) process.exitCode = 1;
  } finally {
    for (const stack of stacks.values()) await stack.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
