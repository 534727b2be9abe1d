import { UsageError } from "./usageError";

/** A command of `pulumi-dgraphcloud`. */
export interface Command {
  readonly name: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** Runs the command. Its result is the exit code. */
  run(args: readonly string[]): Promise<number>;
  /** What makes the command fail, in words for its user; undefined for a defect of the command. */
  problemOf(error: unknown): string | undefined;
}

/** The exit code of every command for a wrong option, and for a file that it cannot use. */
export const unusable = 2;

export function complain(name: string, text: string): void {
  process.stderr.write(`pulumi-dgraphcloud ${name}: ${text}\n`);
}

/** What is wrong with the options; undefined for any other failure. */
export function usageProblemOf(error: unknown): string | undefined {
  const isOfUsage = error instanceof UsageError || isArgumentError(error);
  return isOfUsage ? `${error.message} (--help lists the options)` : undefined;
}

/** An option that parseArgs refuses. */
function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");
}
