import { CancelledError } from "../errors/errors";

/** Starts the timer of a request, and returns a function that clears it. Tests replace it, and let hours pass in no time. */
export const requestTimer = {
  start: (ms: number, ring: () => void): (() => void) => {
    const timer = setTimeout(ring, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** What ends one request early. */
export interface RequestBounds {
  /** Aborted at the time limit, and when the run ends. */
  readonly signal: AbortSignal;
  /** Whether the time limit ended it. */
  readonly isTimeUp: () => boolean;
  /** Clears the timer, and stops listening to the run. Otherwise each request would hold its memory until its time limit, or for the whole run. */
  readonly release: () => void;
}

interface Bounded {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly idempotent: boolean;
}

/**
 * Bounds one request by its time limit and by the end of the run. A cancelled run leaves a mutation alone that must not be sent twice
 * (`idempotent` is false): it is on its way, and its answer tells what it has made.
 */
export function boundRequest({ signal: run, timeoutMs, idempotent }: Bounded): RequestBounds {
  const ended = new AbortController();
  let isTimeUp = false;
  const onRunEnd = (): void => {
    if (idempotent || !(run.reason instanceof CancelledError)) ended.abort(run.reason);
  };
  run.addEventListener("abort", onRunEnd, { once: true });
  const clear = requestTimer.start(timeoutMs, () => {
    isTimeUp = true;
    ended.abort();
  });
  return {
    signal: ended.signal,
    isTimeUp: () => isTimeUp,
    release: () => {
      clear();
      run.removeEventListener("abort", onRunEnd);
    },
  };
}
