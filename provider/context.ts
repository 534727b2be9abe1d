import type { Call } from "./api/retry";
import type { Clock } from "./clock";
import type { Cloud } from "./cloud";
import { formatDuration, type Timeout } from "./duration";

/** What a host gives a resource for one operation. */
export interface Context {
  readonly cloud: Cloud;
  readonly clock: Clock;
  /** Aborted when the engine is gone. */
  readonly signal: AbortSignal;
  /** Shows a line in the resource's own row; the next one takes its place. */
  readonly progress: (text: string) => void;
  /** Replaces that line with what has been reached; nothing where no line is shown. */
  readonly reached: (text: string) => void;
  /** Shows a line that stays. */
  readonly say: (text: string) => void;
  /** Shows a warning that stays. */
  readonly warn: (text: string) => void;
  /** Shows the message of a failure that cannot be thrown. */
  readonly fail: (message: string) => void;
}

/** One timed operation: its calls end with it. */
export interface Operation extends Call {
  readonly timeout: Timeout;
  readonly startedAt: number;
}

export function begin({ clock, signal, progress }: Context, timeout: Timeout): Operation {
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
