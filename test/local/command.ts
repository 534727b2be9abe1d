import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Run {
  readonly child: ChildProcess;
  /** Resolves with the output once it contains the text. Rejects when the command ends before. */
  readonly printed: (text: string) => Promise<string>;
  readonly ended: Promise<Ended>;
}

const command = join(__dirname, "../../local/bin/dgraphcloud-local.js");

/** Runs the built command of the local cloud: starting it from its sources would take twice as long. */
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
      const check = (): void => {
        if (out.includes(text)) resolve(out);
      };
      child.stdout.on("data", check);
      check();
      void ended.then(() => {
        reject(new Error(`ended without printing "${text}": ${out}${err}`));
      });
    });
  return { child, printed, ended };
}

export const endpointOf = (out: string): string => /DGRAPHCLOUD_ENDPOINT=(\S+)/.exec(out)?.[1] ?? "";
