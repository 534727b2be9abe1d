import { expect } from "chai";
import {
  pauseMs,
  type RetryPolicy,
  requestMs,
  RetryBudget,
  type Retrying,
  withRetries,
} from "../../provider/api/retry";
import { DeadlineError, RefusedError, SettingsError } from "../../provider/errors/errors";
import {
  GraphqlError,
  LostAnswerError,
  NotSentError,
  type RequestError,
  ThrottledError,
  UnauthorizedError,
  WrongShapeError,
} from "../../provider/errors/requestErrors";
import { TestClock, callWithin } from "../harness/clocks";
import { rejection } from "../harness/errors";

const site = { operation: "deployments", host: "cloud.example.com" };
const notSent = new NotSentError(site, new Error("refused"));
const throttled = new ThrottledError(site, undefined);
const lost = new LostAnswerError(site, { why: "HTTP 503" });
const unreadable = new LostAnswerError(site, { why: "HTML", unreadable: true });
const hour = 3_600_000;

/** Fails with the given errors in turn, the last one for ever. */
class Sender {
  tries = 0;

  constructor(private readonly failures: readonly Error[]) {}

  readonly send = (): Promise<string> => {
    const failure = this.failures[this.tries++];
    return failure === undefined ? Promise.resolve("done") : Promise.reject(failure);
  };
}

function endless(failure: Error): Sender {
  return new Sender(Array<Error>(1_000).fill(failure));
}

describe("repetition", () => {
  let clock: TestClock;
  let retrying: Retrying;

  beforeEach(() => {
    clock = new TestClock();
    retrying = { clock, budget: new RetryBudget(), random: () => 1 };
  });

  const always = ["idempotent", "once"] as const;
  const table: readonly [failure: Error, repeated: readonly RetryPolicy[]][] = [
    [notSent, always],
    [throttled, always],
    [lost, ["idempotent"]],
    [unreadable, ["idempotent"]],
    [new UnauthorizedError(site, "HTTP 401"), []],
    [new GraphqlError(site, ["no"], undefined), []],
    [new WrongShapeError(site, "data", "no"), []],
    [new RefusedError({ code: "DGC207", why: "HTTP 404", next: "x." }), []],
    [new SettingsError({ code: "DGC102", why: "no token", next: "x." }), []],
    [new Error("a mistake in the program"), []],
  ];
  for (const [failure, repeated] of table) {
    for (const repeat of always) {
      const again = repeated.includes(repeat);
      const what = failure === unreadable ? "unreadable LostAnswerError" : failure.name;
      it(`sends ${again ? "again" : "only once"} after ${what} (${failure.message.split("\n")[0]}), "${repeat}"`, async () => {
        const sender = new Sender([failure]);
        const work = withRetries(retrying, repeat, callWithin(clock, hour), sender.send);
        if (again) expect(await work).to.equal("done");
        else expect(await rejection(work)).to.equal(failure);
        expect(sender.tries).to.equal(again ? 2 : 1);
      });
    }
  }

  it("pauses for twice as long each time, up to 15 s", async () => {
    const sender = new Sender(Array<Error>(8).fill(lost));
    await withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send);
    expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("pauses for any part of that: full jitter", () => {
    expect(pauseMs(lost, 4, () => 0)).to.equal(0);
    expect(pauseMs(lost, 4, () => 0.25)).to.equal(1_000);
    expect(pauseMs(notSent, 1, () => 0.5)).to.equal(250);
  });

  it("pauses for no more than 15 s however often it tried", () => {
    expect(pauseMs(lost, 5_000, () => 1)).to.equal(15_000);
  });

  for (const [what, make] of [
    ["429", (ms: number) => new ThrottledError(site, ms)],
    ["503", (ms: number) => new LostAnswerError(site, { why: "HTTP 503", retryAfterMs: ms })],
  ] as const) {
    it(`never undercuts the Retry-After of a ${what}, and spreads what comes after it`, () => {
      expect(pauseMs(make(40_000), 1, () => 0)).to.equal(40_000);
      expect(pauseMs(make(40_000), 1, () => 1)).to.be.within(40_000, 45_000);
    });
  }

  it("gives up at once, with the failure itself, when the pause would pass the deadline", async () => {
    const sender = endless(lost);
    expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, 3_600), sender.send))).to.equal(lost);
    expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000]);
    expect(sender.tries).to.equal(4);
  });

  it("does not begin a pause that ends just at the deadline", async () => {
    const sender = endless(lost);
    await rejection(withRetries(retrying, "idempotent", callWithin(clock, 500), sender.send));
    expect(sender.tries).to.equal(1);
  });

  it("gives up at once when the Retry-After passes the deadline", async () => {
    const sender = endless(new ThrottledError(site, 120_000));
    await rejection(withRetries(retrying, "idempotent", callWithin(clock, 60_000), sender.send));
    expect(sender.tries).to.equal(1);
    expect(clock.sleeps).to.deep.equal([]);
  });

  describe("of a request to an address at which there is nothing", () => {
    const hopeless = new NotSentError(site, new Error("refused"), { isHopeless: true });

    it("ends after 15 s, whatever the deadline", async () => {
      for (const repeat of always) {
        clock = new TestClock();
        const sender = endless(new NotSentError(site, new Error("refused"), { isHopeless: true }));
        const work = withRetries({ ...retrying, clock }, repeat, callWithin(clock, hour), sender.send);
        expect((await rejection(work)).message).to.contain("no connection (refused) (tried 6 times in 15s)");
        expect(clock.elapsedMs).to.equal(15_000);
      }
    });

    it("ends at the deadline when that comes first", async () => {
      const sender = endless(new NotSentError(site, new Error("refused"), { isHopeless: true }));
      const call = callWithin(clock, 10_000, { limit: "timeouts.create (10s)" });
      const { message } = await rejection(withRetries(retrying, "idempotent", call, sender.send));
      expect(message).to.contain("(tried 5 times within timeouts.create (10s))");
      expect(clock.elapsedMs).to.be.at.most(10_000);
    });

    it("goes on when there was something in between", async () => {
      const sender = new Sender([hopeless, hopeless, lost, hopeless, hopeless]);
      expect(await withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send)).to.equal("done");
      expect(clock.elapsedMs).to.be.greaterThan(15_000);
    });
  });

  describe("after the deadline", () => {
    it("sends no mutation that acts anew each time", async () => {
      const sender = new Sender([]);
      const call = callWithin(clock, 0, { limit: "timeouts.create (10s)" });
      const error = await rejection(withRetries(retrying, "once", call, sender.send));
      expect(error).to.be.instanceOf(DeadlineError);
      expect(error.message).to.match(
        /^timeouts\.create \(10s\) was over before the request could be sent; nothing was sent\.\n/,
      );
      expect(sender.tries).to.equal(0);
    });

    it("does not send it again behind a check that took too long", async () => {
      const sender = endless(notSent);
      const recheck = (): Promise<void> => {
        clock.pass(60_000);
        return Promise.resolve();
      };
      const call = callWithin(clock, 30_000, { recheck });
      expect(await rejection(withRetries(retrying, "once", call, sender.send))).to.equal(notSent);
      expect(sender.tries).to.equal(1);
    });

    it("sends a query once, as the last look of a wait", async () => {
      const sender = endless(lost);
      expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, -1), sender.send))).to.equal(lost);
      expect(sender.tries).to.equal(1);
    });
  });

  describe("gives one request", () => {
    const limits: readonly [document: string, repeat: RetryPolicy, leftMs: number, ms: number][] = [
      ["query", "idempotent", hour, 30_000],
      ["mutation", "idempotent", hour, 60_000],
      ["query", "idempotent", 10_000, 10_000],
      ["mutation", "idempotent", 10_000, 10_000],
      ["mutation", "once", 10_000, 60_000],
      ["query", "idempotent", 20, 1_000],
      ["query", "idempotent", -1, 1_000],
    ];
    for (const [document, repeat, leftMs, ms] of limits) {
      it(`${ms / 1_000} s for a ${document} "${repeat}" with ${leftMs / 1_000} s left`, () => {
        expect(requestMs(clock, `${document} X { x }`, repeat, callWithin(clock, leftMs))).to.equal(ms);
      });
    }
  });

  it("tries unreadable answers three times in all", async () => {
    const sender = endless(unreadable);
    expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send))).to.equal(
      unreadable,
    );
    expect(sender.tries).to.equal(3);
  });

  it("tells of each failure before the pause after it", async () => {
    const told: [RequestError, number][] = [];
    const onRetry = (error: RequestError): void => {
      told.push([error, clock.elapsedMs]);
    };
    const sender = new Sender([notSent, lost]);
    await withRetries(retrying, "idempotent", callWithin(clock, hour, { onRetry }), sender.send);
    expect(told).to.deep.equal([
      [notSent, 0],
      [lost, 500],
    ]);
  });

  it("tells of nothing when it will not try again", async () => {
    const onRetry = (): void => {
      throw new Error("told");
    };
    const call = callWithin(clock, hour, { onRetry });
    expect(await rejection(withRetries(retrying, "once", call, endless(lost).send))).to.equal(lost);
  });

  it("ends in a pause with the reason of the one who ended it, and sends nothing more", async () => {
    const ending = new AbortController();
    const reason = new Error("the engine is gone");
    const sender = endless(lost);
    const onRetry = (): void => {
      setImmediate(() => {
        ending.abort(reason);
      });
    };
    const call = callWithin(clock, hour, { signal: ending.signal, onRetry });
    expect(await rejection(withRetries(retrying, "idempotent", call, sender.send))).to.equal(reason);
    expect(sender.tries).to.equal(1);
  });

  describe("budget", () => {
    const costs: readonly [what: string, failure: Error, repetitions: number][] = [
      ["lost answers", lost, 50],
      ["requests that were not sent", notSent, 100],
      ["throttled requests", throttled, 100],
    ];
    for (const [what, failure, repetitions] of costs) {
      it(`is spent after ${repetitions} repetitions of ${what}`, async () => {
        const sender = endless(failure);
        const call = callWithin(clock, 100 * hour);
        expect(await rejection(withRetries(retrying, "idempotent", call, sender.send))).to.equal(failure);
        expect(sender.tries).to.equal(repetitions + 1);
      });
    }

    it("is one for all: when it is spent, the others' first failures stand, and first tries go on", async () => {
      await rejection(withRetries(retrying, "idempotent", callWithin(clock, 100 * hour), endless(lost).send));
      const failing = endless(lost);
      await rejection(withRetries(retrying, "idempotent", callWithin(clock, 100 * hour), failing.send));
      expect(failing.tries).to.equal(1);
      expect(await withRetries(retrying, "idempotent", callWithin(clock, hour), new Sender([]).send)).to.equal("done");
    });

    it("caps what 100 failing resources send together", async () => {
      const senders = Array.from({ length: 100 }, () => endless(lost));
      const call = callWithin(clock, 100 * hour);
      await Promise.all(senders.map((sender) => rejection(withRetries(retrying, "idempotent", call, sender.send))));
      const tries = senders.reduce((sum, sender) => sum + sender.tries, 0);
      expect(tries).to.equal(100 + 50);
    });

    it("grows again with each success, up to where it began", () => {
      const budget = new RetryBudget();
      expect(budget.take(500)).to.equal(true);
      expect(budget.take(5)).to.equal(false);
      for (let success = 0; success < 5; success++) budget.refund();
      expect(budget.take(5)).to.equal(true);
      expect(budget.take(1)).to.equal(false);
      for (let success = 0; success < 1_000; success++) budget.refund();
      expect(budget.take(501)).to.equal(false);
      expect(budget.take(500)).to.equal(true);
    });
  });
});
