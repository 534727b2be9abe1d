import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { Worker } from "node:worker_threads";
import type { DatabaseRequest, FromProcess, ToProcess } from "./messages";
import { type LoadedScript, loadScript, scriptName } from "./script";

/** The program of a lambda process: runs one script. Its only argument is the memory limit of the process in bytes. */

const maxResultLength = 32 * 1024 * 1024;
/** How often a script may print during a call. */
const printsPerCall = 1_000;
const maxPrintLength = 10_000;

/**
 * Kills the process when it takes too much memory, of which V8 limits only a part, and when the local cloud has ended. Runs on
 * a thread of its own, since an endless loop of the script would block it.
 */
const watch = `
const { workerData: { parent, maxBytes } } = require("node:worker_threads");
setInterval(() => {
  if (process.ppid !== parent || process.memoryUsage.rss() > maxBytes) process.kill(process.pid, "SIGKILL");
}, 200);`;

let printsLeft = printsPerCall;
let lastRequest = 0;
let script: LoadedScript | undefined;
let problem: string | undefined;
const requests = new Map<number, { resolve: (text: string) => void; reject: (error: Error) => void }>();

const send = (message: FromProcess, sent: () => void = () => undefined): void => {
  process.send?.(message, undefined, undefined, sent);
};

const print = (text: string): void => {
  printsLeft -= 1;
  if (printsLeft >= 0) send({ kind: "print", text: text.slice(0, maxPrintLength) });
  if (printsLeft === -1) send({ kind: "print", text: "further output is left out until the next call" });
};

const ask = (request: DatabaseRequest): Promise<string> =>
  new Promise((resolve, reject) => {
    lastRequest += 1;
    requests.set(lastRequest, { resolve, reject });
    send({ kind: "request", id: lastRequest, request });
  });

function load(source: string): void {
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      print(chunk);
      done();
    },
  });
  try {
    script = loadScript(source, { ask, console: new Console(output) });
  } catch (error) {
    problem = `the lambda script cannot be loaded: ${messageOf(error)}`;
    print(`${problem}${placeOf(error)}`);
  }
}

async function call({ id, call: lambdaCall }: Extract<ToProcess, { kind: "call" }>): Promise<void> {
  printsLeft = printsPerCall;
  try {
    if (script === undefined) throw new Error(problem);
    const json = JSON.stringify(await script(lambdaCall));
    if (json.length > maxResultLength) throw new Error(`the result is longer than ${maxResultLength} characters`);
    send({ kind: "result", id, json });
  } catch (error) {
    const message = messageOf(error);
    if (message !== problem) print(`${lambdaCall.resolver}: ${message}${placeOf(error)}`);
    send({ kind: "failure", id, message });
  }
}

/** A script may throw any value. Its errors are of another realm, so `instanceof Error` does not hold. */
function messageOf(error: unknown): string {
  const message: unknown = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : inspect(error);
}

/** The lines of an error's stack that are in the script, without those of the runtime. */
function placeOf(error: unknown): string {
  const stack: unknown = (error as { stack?: unknown } | null | undefined)?.stack;
  const lines = typeof stack === "string" ? stack.split("\n").filter((line) => line.includes(`${scriptName}:`)) : [];
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

process.title = "dgraphcloud-lambda";
new Worker(watch, { eval: true, workerData: { parent: process.ppid, maxBytes: Number(process.argv[2]) } }).unref();
process.on("disconnect", () => process.exit());
process.on("uncaughtException", (error) => {
  print(`uncaught: ${messageOf(error)}${placeOf(error)}`);
  send({ kind: "print", text: "the process of the lambda ends" }, () => process.exit(1));
});
process.on("message", (message: ToProcess) => {
  if (message.kind === "load") load(message.source);
  else if (message.kind === "call") void call(message);
  else {
    const request = requests.get(message.id);
    requests.delete(message.id);
    if (message.kind === "answer") request?.resolve(message.text);
    else request?.reject(new Error(message.message));
  }
});
