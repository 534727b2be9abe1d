import pLimit from "p-limit";

/** Runs a start when it is its turn; rejects at once when the signal says that it is not wanted any more before that. */
export type InTurn = <T>(start: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Lets so many starts run at a time; the others wait. */
export function turns(atOnce: number): InTurn {
  const limit = pLimit(atOnce);
  return (start, signal) =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(new Error("it is not to be started any more"));
      };
      signal.addEventListener("abort", leave);
      limit(async () => {
        // From here on it is the start's own business to end what it has begun.
        signal.removeEventListener("abort", leave);
        signal.throwIfAborted();
        return start();
      }).then(resolve, reject);
    });
}
