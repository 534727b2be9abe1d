import { postGraphql } from "../../provider/api/transport";

// Runs as its own process, since Node reads NODE_EXTRA_CA_CERTS once. Sends a mutation that must not be repeated, and prints how it failed.
const [endpoint = ""] = process.argv.slice(2);

postGraphql({
  url: new URL(endpoint),
  operation: "restore",
  document: "mutation { restore }",
  timeoutMs: 5_000,
  signal: new AbortController().signal,
  idempotent: false,
}).then(
  () => process.stdout.write("answered"),
  (error: unknown) => process.stdout.write(error instanceof Error ? `${error.name} ${error.message}` : "unknown"),
);
