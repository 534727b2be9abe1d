/** Tells the user what takes a while. */
export type Say = (line: string) => void;

/** On standard error, beside the real output. */
export const sayOnStderr: Say = (line) => {
  process.stderr.write(`tools: ${line}\n`);
};

const heartbeatMs = 30_000;

/** Says now and then that something slow is still under way. */
export async function withHeartbeat<T>(
  say: Say,
  line: string,
  work: () => Promise<T>,
  everyMs: number = heartbeatMs,
): Promise<T> {
  const started = Date.now();
  const timer = setInterval(() => {
    say(`${line}, ${secondsSince(started)} s so far`);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

export function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 1_000);
}
