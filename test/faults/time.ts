import { TestClock } from "../unit/clock";

/**
 * The time of a row: it passes at once when somebody sleeps, and when a request hangs until its own time is up. Chance has no part in
 * it: every pause is the middle one, so that a deadline comes after the same number of tries each time.
 */
export class VirtualTime extends TestClock {
  private readonly timers: { readonly abort: AbortController; readonly ms: number }[] = [];
  private readonly real = { timeout: AbortSignal.timeout.bind(AbortSignal), random: Math.random };

  /** Takes the time limits of requests over, and the dice. */
  install(): void {
    Math.random = () => 0.5;
    AbortSignal.timeout = (ms) => {
      const abort = new AbortController();
      this.timers.push({ abort, ms });
      return abort.signal;
    };
  }

  remove(): void {
    AbortSignal.timeout = this.real.timeout;
    Math.random = this.real.random;
  }

  /** Lets the time limit of the request under way run out. */
  expire(): void {
    const pending = this.timers.splice(0);
    this.pass(pending.at(-1)?.ms ?? 0);
    for (const { abort } of pending) abort.abort(new DOMException("the time is up", "TimeoutError"));
  }
}
