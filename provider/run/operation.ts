import type { Call } from "../api/retry";
import { type Clock, formatDuration, type Timeout } from "../time";

/** Shows the progress of an operation. */
export interface ProgressLine {
  /**
   * Shows a line in the resource's own row, which the next line replaces. `line` is the whole line where it says more than the status, such as
   * the time so far. It is built only when it is shown: at once after a new status, else some seconds apart.
   */
  readonly progress: (status: string, line?: () => string) => void;
  /** Replaces the line of a wait with its result. Does nothing when no line is shown. */
  readonly reached: (text: string) => void;
}

/** An operation with a deadline, which all its requests share. */
export interface Operation extends Call {
  readonly timeout: Timeout;
  readonly startedAt: number;
}

/** Starts an operation: its deadline counts from now. */
export function begin(
  { clock, signal, progress }: ProgressLine & { readonly clock: Clock; readonly signal: AbortSignal },
  timeout: Timeout,
): Operation {
  const startedAt = clock.now();
  return {
    timeout,
    startedAt,
    deadline: startedAt + timeout.ms,
    limit: `${timeout.input} (${timeout.value})`,
    signal,
    onRetry: ({ why }) => {
      progress(
        "trying again",
        () => `trying again, ${formatDuration(clock.now() - startedAt)} of ${timeout.value}: ${why}`,
      );
    },
  };
}
