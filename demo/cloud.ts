import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { prepareDgraph } from "../tools/dgraph";

/** Path of the local cloud's command. */
export const command = resolve(__dirname, "../local/bin/dgraphcloud-local.js");

/** A local cloud in a process of its own. */
export interface RunningCloud {
  readonly pid: number;
  /** Where its backends keep their data, as the end of a sentence. */
  readonly behind: string;
  readonly endpoint: string;
  readonly email: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** Starts `dgraphcloud-local` and waits until it prints what to export. */
export async function startCloud(folder: string, port: number): Promise<RunningCloud> {
  const log = join(folder, "cloud.log");
  const file = openSync(log, "w");
  const args = [
    command,
    "--port",
    String(port),
    "--provisioning",
    "1s",
    "--restore",
    "1s",
    ...(await engineArguments()),
    "--data",
    join(folder, "cloud"),
  ];
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", file, file] });
  child.unref();
  const text = await greeting(child, log);
  const exported = (name: string): string => new RegExp(`export ${name}=(\\S+)`).exec(text)?.[1] ?? "";
  return {
    pid: child.pid ?? 0,
    behind: text.includes("a real Dgraph") ? "with a real Dgraph behind each backend" : "in memory",
    endpoint: exported("DGRAPHCLOUD_ENDPOINT"),
    email: exported("DGRAPHCLOUD_EMAIL"),
    password: exported("DGRAPHCLOUD_PASSWORD"),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      // Without this, Node would exit here, before the demo has removed its files: the child is not referenced.
      child.ref();
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The flags for a real Dgraph behind each backend, if the environment asks for one. Dgraph is found or built first. */
async function engineArguments(): Promise<string[]> {
  if (process.env["DGRAPHCLOUD_LOCAL_ENGINE"] !== "dgraph") return [];
  return ["--dgraph", (await prepareDgraph()).executable];
}

async function greeting(child: ChildProcess, log: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const text = readFileSync(log, "utf8");
    if (text.includes("Stop it with Ctrl-C")) return text;
    if (child.exitCode !== null) throw new Error(`the local cloud did not start: ${problemIn(text)}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the local cloud did not start within 10 s");
}

/** Rewords the message about a port in use: the command names --port, a flag that the demo does not have. */
function problemIn(text: string): string {
  const [, port] = /port (\d+) is in use/.exec(text) ?? [];
  if (port === undefined) return text.trim();
  return (
    `port ${port} is in use, perhaps by another local cloud or an earlier demo. Stop it, ` +
    "or run the demo without --keep, which takes any free port"
  );
}
