import pLimit from "p-limit";

/** Runs a start when its turn comes. Rejects at once if the signal is aborted before that. */
export type StartQueue = <T>(start: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** A queue that runs a limited number of starts at a time. */
export function startQueue(concurrency: number): StartQueue {
  const limit = pLimit(concurrency);
  return (start, signal) =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        reject(new Error("the start was cancelled"));
      };
      signal.addEventListener("abort", cancel);
      limit(async () => {
        // From here on, the start itself handles an abort.
        signal.removeEventListener("abort", cancel);
        signal.throwIfAborted();
        return start();
      }).then(resolve, reject);
    });
}
