import { expect } from "chai";
import { type Context } from "../../provider/resource/context";
import { Account } from "../../provider/run/account";
import { DeadlineError } from "../../provider/errors/errors";
import { LostAnswerError } from "../../provider/errors/requestErrors";
import { type PollResult, waitFor } from "../../provider/resource/wait";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";
import { begin, type Operation } from "../../provider/run/operation";

const done: PollResult<string> = { done: "it is there" };
const pending: PollResult<string> = { pending: "HTTP 503" };

describe("a wait", () => {
  let clock: TestClock;
  let context: Context;
  let lines: string[];
  let ending: AbortController;
  /** When each poll began, in milliseconds since the start. */
  let looks: number[];

  beforeEach(() => {
    clock = new TestClock();
    lines = [];
    looks = [];
    ending = new AbortController();
    const account = new Account({ endpoint: "https://cloud.example.com/", credentials: { missing: "token" } }, clock);
    context = {
      ...contextOf({ account, clock, signal: ending.signal }),
      progress: (status, line = () => status) => lines.push(line()),
      reached: (line) => lines.push(line),
    };
  });

  function operation(ms: number): Operation {
    return begin(context, { input: "timeouts.create", value: `${ms / 1_000}s`, ms });
  }

  /** Waits with these polls, the last of which repeats. */
  function waiting(ms: number, results: readonly (PollResult<string> | Error)[], lookMs = 0): Promise<string> {
    return waitFor(context, operation(ms), {
      what: "backend 0x42 to answer",
      afterDeadline: "Run pulumi up again.",
      reached: (found, elapsed) => `${found} after ${elapsed}`,
      poll: () => {
        const result = results[Math.min(looks.length, results.length - 1)] ?? pending;
        looks.push(clock.elapsedMs);
        clock.pass(lookMs);
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
      },
    });
  }

  const failure = new LostAnswerError({ operation: "x", host: "y" }, { why: "z" });
  const successes: readonly [what: string, results: readonly PollResult<string>[], at: readonly number[]][] = [
    ["done at the first look takes no time", [done], [0]],
    ["done at the second look takes one pause", [pending, done], [0, 500]],
    [
      "waits at least as long as it is asked to",
      [{ pending: "HTTP 429", pauseMs: 7_000 }, pending, done],
      [0, 7_000, 7_900],
    ],
    [
      "looks every 0.9 s at first, and then ever less often",
      [...Array<PollResult<string>>(15).fill(pending), done],
      [
        0,
        500,
        ...Array.from({ length: 11 }, (_, index) => 1_400 + 900 * index).slice(0, 10),
        10_403,
        11_392,
        12_475,
        13_661,
      ],
    ],
  ];
  for (const [what, results, at] of successes) {
    it(what, async () => {
      expect(await waiting(600_000, results)).to.equal("it is there");
      expect(looks).to.deep.equal(at);
    });
  }

  it("can end without a message", async () => {
    const poll = (): Promise<PollResult<null>> => Promise.resolve({ done: null });
    const wait = { what: "x", afterDeadline: "y", poll, reached: () => "z" };
    expect(await waitFor(context, operation(1_000), wait)).to.equal(null);
  });

  it("looks again as soon as the status needs it", async () => {
    await rejection(waiting(600_000, [{ pending: "UNKNOWN", longestPauseMs: 5_000 }]));
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(Math.max(...pauses)).to.equal(5_000);
    expect(pauses.filter((pause) => pause === 5_000)).to.have.length.above(100);
  });

  it("asks the service for no status before its Retry-After, whatever else wants one", async () => {
    await rejection(waiting(600_000, [{ pending: "UNKNOWN", longestPauseMs: 5_000, pauseMs: 60_000 }]));
    expect(looks).to.deep.equal(Array.from({ length: 11 }, (_, index) => index * 60_000));
  });

  it("counts the time of a look as a part of the pause", async () => {
    await waiting(600_000, [...Array<PollResult<string>>(5).fill(pending), done], 300);
    expect(looks).to.deep.equal([0, 500, 1_400, 2_300, 3_200, 4_100]);
  });

  it("pauses a tenth of the time of a look that took longer than the pause", async () => {
    await waiting(600_000, [...Array<PollResult<string>>(3).fill(pending), done], 2_000);
    expect(looks).to.deep.equal([0, 2_200, 4_400, 6_600]);
  });

  it("does not wait longer when the clock of the machine is set back during a look", async () => {
    let setBackMs = 0;
    const shifted = {
      now: () => clock.now() - setBackMs,
      sleep: clock.sleep.bind(clock),
      alarm: clock.alarm.bind(clock),
    };
    const wait = { what: "x", afterDeadline: "y", reached: () => "z" };
    const poll = (): Promise<PollResult<true>> => {
      looks.push(clock.elapsedMs);
      if (looks.length === 3) setBackMs = 3_600_000;
      return Promise.resolve(looks.length < 6 ? { pending: "HTTP 503" } : { done: true });
    };
    await waitFor({ ...context, clock: shifted }, operation(7_200_000), { ...wait, poll });
    expect(looks.slice(0, 3)).to.deep.equal([0, 500, 1_400]);
    expect(looks.at(-1)).to.be.at.most(1_400 + 3 * 900);
  });

  it("fails at once with the unchanged error of a poll", async () => {
    expect(await rejection(waiting(600_000, [pending, pending, failure]))).to.equal(failure);
    expect(looks).to.have.lengthOf(3);
  });

  it("polls once more at the deadline, and accepts a success", async () => {
    expect(await waiting(1_000, [pending, pending, done])).to.equal("it is there");
    expect(looks).to.deep.equal([0, 500, 1_000]);
  });

  it("polls once more after a poll that ran past the deadline, and accepts a success", async () => {
    expect(await waiting(1_000, [pending, done], 30_000)).to.equal("it is there");
    expect(looks).to.deep.equal([0, 30_000]);
  });

  it("polls once even without any time", async () => {
    expect(await waiting(0, [done])).to.equal("it is there");
    expect(await rejection(waiting(0, [pending]))).to.be.instanceOf(DeadlineError);
    expect(looks).to.deep.equal([0, 0]);
  });

  it("fails after the deadline, and names what was awaited, how long, the input and its value, the last status and the next step", async () => {
    const error = await rejection(waiting(90_000, [{ pending: "HTTP 502" }, pending]));
    expect(error).to.be.instanceOf(DeadlineError);
    expect(error.message).to.equal(
      "waited 1m30s for backend 0x42 to answer, the limit of timeouts.create (90s); last status: HTTP 503.\nRun pulumi up again.",
    );
    expect(looks.filter((at) => at >= 90_000)).to.deep.equal([90_000]);
  });

  it("reports its status and time after each unsuccessful poll, and its result at the end", async () => {
    await waiting(600_000, [pending, { pending: "HTTP 404" }, done]);
    expect(lines).to.deep.equal([
      "waiting for backend 0x42 to answer: HTTP 503, 0s of 600s",
      "waiting for backend 0x42 to answer: HTTP 404, 1s of 600s",
      "it is there after 1s",
    ]);
  });

  it("ends during a pause when the engine ends, with its reason and without another poll", async () => {
    const reason = new Error("the engine is gone");
    const work = waiting(600_000, [pending]);
    setImmediate(() => {
      ending.abort(reason);
    });
    expect(await rejection(work)).to.equal(reason);
    const before = looks.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(looks).to.have.lengthOf(before);
  });

  it("waits for hours without delaying the test", async () => {
    const startedAt = performance.now();
    await rejection(waiting(4 * 3_600_000, [pending]));
    expect(looks.length).to.be.within(450, 460);
    expect(performance.now() - startedAt).to.be.lessThan(2_000);
  });
});

describe("the end of a wait", () => {
  /** One wait for something that comes true after `lengthMs`, with looks that take `lookMs`. */
  async function wait(lengthMs: number, lookMs = 0): Promise<{ noticedMs: number; looks: number }> {
    const clock = new TestClock();
    const account = new Account({ endpoint: "https://cloud.example.com/", credentials: { missing: "token" } }, clock);
    const context = contextOf({ account, clock });
    let looks = 0;
    await waitFor(context, begin(context, { input: "timeouts.create", value: "20m", ms: 1_200_000 }), {
      what: "backend 0x42 to answer",
      afterDeadline: "Run pulumi up again.",
      reached: () => "it answers",
      poll: () => {
        looks++;
        const found: PollResult<true> = clock.elapsedMs >= lengthMs ? { done: true } : { pending: "HTTP 503" };
        clock.pass(lookMs);
        return Promise.resolve(found);
      },
    });
    return { noticedMs: clock.elapsedMs, looks };
  }

  const seconds = [
    ...[0.1, 0.3, 0.5, 1, 2, 3, 5, 7, 8, 11, 13, 16, 21, 31, 45, 60, 90, 120, 180, 300, 450, 600],
    // As many short ones as long ones: the logarithm is evenly spread.
    ...Array.from({ length: 400 }, (_, index) => 0.1 * 6_000 ** ((index * 0.618_034) % 1)),
  ];
  const allowedMs = (lengthMs: number): number => Math.max(1_000, lengthMs / 10);

  it("is noticed within 1 s or a tenth of its length, whatever the length, with 60 looks in 10 minutes at most", async () => {
    for (const length of seconds) {
      const { noticedMs, looks } = await wait(length * 1_000);
      expect(noticedMs - length * 1_000, `${length} s`).to.be.within(0, allowedMs(length * 1_000));
      expect(looks, `${length} s`).to.be.at.most(60);
    }
  });

  it("is noticed in that time as well when each look takes 50 ms; the time of slower looks comes on top", async () => {
    for (const lookMs of [50, 300, 1_000, 5_000])
      for (const length of seconds) {
        const { noticedMs, looks } = await wait(length * 1_000, lookMs);
        const what = `${length} s, looks of ${lookMs} ms`;
        const allowed = allowedMs(length * 1_000);
        // A look that begins just before the end misses it, and the next one begins soon after that one has ended.
        const mostMs = lookMs === 50 ? allowed : Math.max(allowed, 1.1 * lookMs) + lookMs;
        expect(noticedMs - length * 1_000, what).to.be.at.most(mostMs);
        expect(looks, what).to.be.at.most(60);
      }
  });
});

describe("an operation", () => {
  it("cancels its calls when it is cancelled, and reports retries", () => {
    const clock = new TestClock();
    const lines: string[] = [];
    const { signal } = new AbortController();
    const timeout = { input: "timeouts.update", value: "15m", ms: 900_000 };
    const says = {
      progress: (status: string, line = () => status): void => void lines.push(line()),
      reached: (line: string): void => void lines.push(line),
    };
    const operation = begin({ clock, signal, ...says }, timeout);
    expect(operation.deadline).to.equal(clock.now() + 900_000);
    expect(operation.signal).to.equal(signal);
    clock.pass(65_000);
    operation.onRetry?.(new LostAnswerError({ operation: "deployments", host: "h" }, { why: "HTTP 503" }));
    expect(lines).to.deep.equal(["trying again, 1m05s of 15m: deployments at h: HTTP 503"]);
  });
});
