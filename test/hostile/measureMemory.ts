import { postGraphql } from "../../provider/api/transport";

// Runs as its own process, so that only the reading of answers uses memory. Arguments: endpoint, repetitions, concurrency, timeout.
const [endpoint = "", times = "1", atATime = "1", timeoutMs = "20000"] = process.argv.slice(2);

async function main(): Promise<void> {
  const read = async (): Promise<void> => {
    const signal = new AbortController().signal;
    const site = { url: new URL(endpoint), operation: "deployments", document: "{ deployments { uid } }" };
    await postGraphql({ ...site, timeoutMs: Number(timeoutMs), signal, idempotent: true }).catch((error: unknown) => {
      outcome = String(error).split("\n", 1)[0] ?? "";
    });
  };
  let outcome = "read";
  // Load all modules before measuring.
  await postGraphql({
    url: new URL("http://127.0.0.1:1/graphql"),
    operation: "none",
    document: "{ a }",
    timeoutMs: 1_000,
    signal: new AbortController().signal,
    idempotent: true,
  }).catch(() => undefined);
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  for (let time = 0; time < Number(times); time++) await Promise.all(Array.from({ length: Number(atATime) }, read));
  peak = Math.max(peak, process.memoryUsage().rss);
  clearInterval(sampling);
  process.stdout.write(`${JSON.stringify({ grownMiB: Math.round((peak - before) / 1_048_576), outcome })}\n`);
  process.exit(0);
}

void main();
