import { unusable } from "../command";
import { UsageError } from "../usageError";
import { type Destruction, destructions } from "./findings/finding";
import type { Summary } from "./summary";

/** Stands for all words of `--fail-on`. */
const all = "destructive";

/** The words of `--fail-on`; throws for an unknown word. */
export function wordsOf(value: string): ReadonlySet<Destruction> {
  const words = value.split(",").map((word) => word.trim());
  const known: readonly string[] = destructions;
  const wrong = words.find((word) => word !== all && !known.includes(word));
  if (wrong !== undefined)
    throw new UsageError(`--fail-on has no "${wrong}"; there are ${[...destructions, all].join(", ")}`);
  return new Set(words.includes(all) ? destructions : (words as Destruction[]));
}

/** Exit codes of the command. */
export const exitCodes = { done: 0, failedPreview: 1, unusable, stopped: 3 } as const;

/** The exit code for these words. Any of them stops a failed preview too, which may not show everything. */
export function exitCodeOf({ failed, destroyed }: Summary, words: ReadonlySet<Destruction> | undefined): number {
  if (words === undefined) return exitCodes.done;
  if (failed) return exitCodes.failedPreview;
  return destroyed.some(({ destroys }) => destroys !== undefined && words.has(destroys))
    ? exitCodes.stopped
    : exitCodes.done;
}
