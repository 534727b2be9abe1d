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
      progress: (line) => lines.push(line),
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
      [0, 7_000, 7_750],
    ],
    [
      "looks ever less often, down to every 5 s",
      [...Array<PollResult<string>>(9).fill(pending), done],
      [0, 500, 1_250, 2_375, 4_062.5, 6_593.75, 10_390.625, 15_390.625, 20_390.625, 25_390.625],
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
    expect(looks.length).to.be.within(2_880, 2_900);
    expect(performance.now() - startedAt).to.be.lessThan(2_000);
  });
});

describe("an operation", () => {
  it("cancels its calls when it is cancelled, and reports retries", () => {
    const clock = new TestClock();
    const lines: string[] = [];
    const { signal } = new AbortController();
    const progress = (line: string): void => void lines.push(line);
    const timeout = { input: "timeouts.update", value: "15m", ms: 900_000 };
    const says = { progress, reached: progress, warn: progress, reportFailure: progress, info: progress };
    const operation = begin({ clock, signal, ...says }, timeout);
    expect(operation.deadline).to.equal(clock.now() + 900_000);
    expect(operation.signal).to.equal(signal);
    clock.pass(65_000);
    operation.onRetry?.(new LostAnswerError({ operation: "deployments", host: "h" }, { why: "HTTP 503" }));
    expect(lines).to.deep.equal(["trying again, 1m05s of 15m: deployments at h: HTTP 503"]);
  });
});
