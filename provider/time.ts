/** The clock of the provider. Tests replace it, and run hours of waiting in no time. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `ring` after `ms` milliseconds. Returns a function that cancels this. */
  alarm(ms: number, ring: () => void): () => void;
}

/** A longer timer of Node fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
  alarm: (ms, ring) => {
    const timer = setTimeout(ring, Math.min(ms, longestTimerMs));
    return () => {
      clearTimeout(timer);
    };
  },
};

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Parses a duration as Pulumi writes it ("90s", "20m", "1h30m") into milliseconds. Undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (unitMs[unit ?? ""] ?? 0), 0);
}

/** Formats a duration for messages: "42s", "1m05s", "2h00m". */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}

/** How long an operation may take, and which input sets it. */
export interface Timeout {
  /** Name of the input: "timeouts.create". */
  readonly input: string;
  /** As the user wrote it. */
  readonly value: string;
  readonly ms: number;
}

/** The timeout of one operation that the resource option `customTimeouts` sets. */
export function customTimeout(step: string, ms: number): Timeout {
  return { input: `customTimeouts.${step}`, value: formatDuration(ms), ms };
}

/** The timeout of one operation: the user's value, or else the default. */
export function timeoutOf<Step extends string>(
  timeouts: Readonly<Partial<Record<Step, string>>> | undefined,
  step: Step,
  defaults: Readonly<Record<Step, string>>,
): Timeout {
  const value = timeouts?.[step] ?? defaults[step];
  return { input: `timeouts.${step}`, value, ms: parseDuration(value) ?? parseDuration(defaults[step]) ?? 0 };
}
