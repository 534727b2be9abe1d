import { requestTimer } from "../../provider/api/requestBounds";
import type { Call } from "../../provider/api/retry";
import type { Clock } from "../../provider/time";

/** Where every test clock starts, in milliseconds since the Unix epoch. */
export const startOfTime = Date.parse("2030-01-01T00:00:00Z");

/** A virtual clock: a sleep returns at once and moves the time forward. Each sleeper wakes at its own time. */
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
    // Let everything that is already due run first.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.advance(due);
  }

  alarm(ms: number, ring: () => void): () => void {
    const alarm = { due: this.time + ms, ring };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Moves the time forward without a sleep. */
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

  /** Milliseconds since the clock started. */
  get elapsedMs(): number {
    return this.time - startOfTime;
  }
}

/** A call with a deadline in `ms` milliseconds, which no signal cancels. */
export function callWithin(clock: Clock, ms: number, options: Partial<Call> = {}): Call {
  return { deadline: clock.now() + ms, signal: new AbortController().signal, ...options };
}

/**
 * A virtual clock that also controls the time limits of requests: a request that hangs ends as soon as `expire` is called.
 * Random numbers are fixed, so that a deadline is reached after the same number of attempts in each run.
 */
export class VirtualTime extends TestClock {
  private readonly timers = new Set<{ readonly ring: () => void; readonly ms: number }>();
  private readonly real = { start: requestTimer.start, random: Math.random };

  /** Replaces the timers of requests and Math.random until `remove`. */
  install(): void {
    Math.random = () => 0.5;
    requestTimer.start = (ms, ring) => {
      const timer = { ring, ms };
      this.timers.add(timer);
      return () => this.timers.delete(timer);
    };
  }

  remove(): void {
    requestTimer.start = this.real.start;
    Math.random = this.real.random;
  }

  /** Ends the time limit of the current request. */
  expire(): void {
    const pending = [...this.timers];
    this.timers.clear();
    this.pass(pending.at(-1)?.ms ?? 0);
    for (const { ring } of pending) ring();
  }
}

/** Waits in real time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits in real time until a condition holds, or until it has been checked `tries` times. */
export async function waitUntil(
  holds: () => boolean | Promise<boolean>,
  { tries, everyMs }: { readonly tries: number; readonly everyMs: number },
): Promise<void> {
  for (let done = 0; done < tries && !(await holds()); done++) await pause(everyMs);
}
