import type { Call } from "../../provider/api/retry";
import type { Clock } from "../../provider/time";

/** Where every test clock starts, in milliseconds since the Unix epoch. */
export const startOfTime = Date.parse("2030-01-01T00:00:00Z");

/** Time that passes only by being slept through, and then at once. Sleepers of the same moment wake at their own times. */
export class TestClock implements Clock {
  /** Every sleep so far, in milliseconds. */
  readonly sleeps: number[] = [];
  private time = startOfTime;
  private readonly alarms = new Set<{ readonly due: number; readonly ring: () => void }>();

  now(): number {
    return this.time;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    const due = this.time + ms;
    // Whatever else is due to happen at this moment happens first.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.advance(due);
  }

  alarm(ms: number, ring: () => void): () => void {
    const alarm = { due: this.time + ms, ring };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Lets time pass without a sleep. */
  pass(ms: number): void {
    this.advance(this.time + ms);
  }

  private advance(time: number): void {
    this.time = Math.max(this.time, time);
    for (const alarm of [...this.alarms].filter(({ due }) => due <= this.time)) {
      this.alarms.delete(alarm);
      alarm.ring();
    }
  }

  /** Seconds since the clock started. */
  get elapsedMs(): number {
    return this.time - startOfTime;
  }
}

/** A call with this much time left and nobody who ends it. */
export function callWithin(clock: Clock, ms: number, options: Partial<Call> = {}): Call {
  return { deadline: clock.now() + ms, signal: new AbortController().signal, ...options };
}
