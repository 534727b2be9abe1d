import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Run {
  readonly child: ChildProcess;
  /** Resolves once the text has been printed; rejects when the command ends before. */
  readonly printed: (text: string) => Promise<string>;
  readonly ended: Promise<Ended>;
}

const command = join(__dirname, "../../local/bin/dgraphcloud-local.js");

/** Runs the command of the local cloud as it is built: from its sources each of the many starts would take twice as long. */
export function start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, ...environment } });
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (exit) => {
      resolve({ code: exit, out, err });
    });
  });
  const printed = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (out.includes(text)) resolve(out);
      };
      child.stdout.on("data", look);
      look();
      void ended.then(() => {
        reject(new Error(`ended without printing "${text}": ${out}${err}`));
      });
    });
  return { child, printed, ended };
}

export const endpointOf = (out: string): string => /DGRAPHCLOUD_ENDPOINT=(\S+)/.exec(out)?.[1] ?? "";
