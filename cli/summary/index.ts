import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { type Command, complain, usageProblemOf } from "../command";
import { UsageError } from "../usageError";
import type { Finding } from "./findings/finding";
import { exitCodeOf, exitCodes, wordsOf } from "./gate";
import { jsonOf } from "./json";
import { markdownOf } from "./markdown";
import { NoPreviewError, readPreview } from "./preview";
import { messagesOfOthers } from "./refusals";
import { headlineOf, type Stakes, summaryOf } from "./summary";

const usage = `Usage: pulumi-dgraphcloud summary [FILE|-] [options]

Reads the output of "pulumi preview --json" from FILE or from standard input, and writes what it means as Markdown: what is destroyed first.
Give that preview --show-replacement-steps as well: without it, the engine leaves out what an earlier replace could not delete, and
the next pulumi up deletes.

  --json            write JSON instead
  --fail-on WORDS   exit with 3 if the preview destroys something: delete, replace, restore, drop, schema, separated by commas,
                    or destructive for all of them. Exit with 1 if the preview failed
  --data            ask Dgraph Cloud, or your cluster, how much would be lost. Needs the settings in the environment
                    (DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD, or DGRAPHCLOUD_TOKEN; or DGRAPHCLOUD_CLUSTER_URL and what
                    else the cluster needs)
  --max-length N    the most characters of the Markdown (default 65536, what a comment on GitHub may have)
  --help            print this text

Exit codes: 0 done, 1 the preview failed (with --fail-on), 2 a wrong option, or input that is not a preview, 3 stopped by --fail-on.
`;

const name = "summary";
export const summary: Command = { name, usage, run, problemOf };

async function run(args: readonly string[]): Promise<number> {
  const { file, json, words, data, most } = optionsOf(args);
  const preview = readPreview(await textOf(file));
  const written = await summaryOf(preview, data ? await service() : undefined);
  process.stdout.write(json ? jsonOf(written) : markdownOf(written, most, new Date()));
  // With --json, the engine writes these messages nowhere else.
  for (const message of messagesOfOthers(preview)) complain(name, `not repeated in the summary: ${message}`);
  const code = exitCodeOf(written, words);
  if (code !== exitCodes.done) complain(name, `stopped by --fail-on. ${headlineOf(written)}`);
  return code;
}

/** Loaded only with --data, because it loads everything that talks to the service. */
async function service(): Promise<(destroyed: readonly Finding[]) => Promise<Stakes>> {
  const { stakesOf } = await import("./atStake/stakes.js");
  return (destroyed) => stakesOf(destroyed, process.env);
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof NoPreviewError) return `the input is ${error.message}`;
  const { code, path } = error as NodeJS.ErrnoException;
  const problem = path === undefined ? undefined : `the file ${path} cannot be read: ${code ?? ""}`;
  return usageProblemOf(error) ?? problem;
}

interface Options {
  readonly file: string;
  readonly json: boolean;
  readonly words: ReturnType<typeof wordsOf> | undefined;
  readonly data: boolean;
  readonly most: number;
}

function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      "fail-on": { type: "string" },
      data: { type: "boolean", default: false },
      "max-length": { type: "string", default: "65536" },
    },
  });
  const [command, file = "-", ...others] = positionals;
  if (command !== "summary")
    throw new UsageError(
      `${command === undefined ? "name a command" : `there is no command "${command}"`}: summary or import-file`,
    );
  if (others.length > 0) throw new UsageError(`summary reads one file, not ${others.length + 1}`);
  const most = Number(values["max-length"]);
  if (!Number.isInteger(most) || most < 1)
    throw new UsageError(`--max-length must be a whole number, not "${values["max-length"]}"`);
  const words = values["fail-on"] === undefined ? undefined : wordsOf(values["fail-on"]);
  return { file, json: values.json, words, data: values.data, most };
}

async function textOf(file: string): Promise<string> {
  if (file !== "-") return readFileSync(file, "utf8");
  if (process.stdin.isTTY) throw new UsageError("there is no input: name a file, or write to standard input");
  return text(process.stdin);
}
