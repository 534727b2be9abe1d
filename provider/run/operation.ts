import type { Call } from "../api/retry";
import { type Clock, formatDuration, type Timeout } from "../time";

/** Where an operation shows how far it is. */
export interface ProgressLine {
  /** Shows a line in the resource's own row; the next one takes its place. */
  readonly progress: (text: string) => void;
  /** Replaces that line with what has been reached; does nothing where no line is shown. */
  readonly reached: (text: string) => void;
}

/** One timed operation: its calls end with it. */
export interface Operation extends Call {
  readonly timeout: Timeout;
  readonly startedAt: number;
}

/** Starts the clock of an operation. */
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
      progress(`trying again, ${formatDuration(clock.now() - startedAt)} of ${timeout.value}: ${why}`);
    },
  };
}
