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

/** Fails with the given errors in turn, then always with the last one. */
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

describe("a retry", () => {
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
      it(`is ${again ? "sent" : "not sent"} after ${what} (${failure.message.split("\n")[0]}), "${repeat}"`, async () => {
        const sender = new Sender([failure]);
        const work = withRetries(retrying, repeat, callWithin(clock, hour), sender.send);
        if (again) expect(await work).to.equal("done");
        else expect(await rejection(work)).to.equal(failure);
        expect(sender.tries).to.equal(again ? 2 : 1);
      });
    }
  }

  it("follows a pause that doubles each time, up to 15 s", async () => {
    const sender = new Sender(Array<Error>(8).fill(lost));
    await withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send);
    expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it("follows a random part of that pause (full jitter)", () => {
    expect(pauseMs(lost, 4, () => 0)).to.equal(0);
    expect(pauseMs(lost, 4, () => 0.25)).to.equal(1_000);
    expect(pauseMs(notSent, 1, () => 0.5)).to.equal(250);
  });

  it("follows a pause of at most 15 s after any number of attempts", () => {
    expect(pauseMs(lost, 5_000, () => 1)).to.equal(15_000);
  });

  for (const [what, make] of [
    ["429", (ms: number) => new ThrottledError(site, ms)],
    ["503", (ms: number) => new LostAnswerError(site, { why: "HTTP 503", retryAfterMs: ms })],
  ] as const) {
    it(`never comes earlier than the Retry-After of a ${what}, and is spread after it`, () => {
      expect(pauseMs(make(40_000), 1, () => 0)).to.equal(40_000);
      expect(pauseMs(make(40_000), 1, () => 1)).to.be.within(40_000, 45_000);
    });
  }

  it("is given up at once, with the original failure, when the pause would pass the deadline", async () => {
    const sender = endless(lost);
    expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, 3_600), sender.send))).to.equal(lost);
    expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000]);
    expect(sender.tries).to.equal(4);
  });

  it("is given up when the pause would end exactly at the deadline", async () => {
    const sender = endless(lost);
    await rejection(withRetries(retrying, "idempotent", callWithin(clock, 500), sender.send));
    expect(sender.tries).to.equal(1);
  });

  it("is given up at once when the Retry-After passes the deadline", async () => {
    const sender = endless(new ThrottledError(site, 120_000));
    await rejection(withRetries(retrying, "idempotent", callWithin(clock, 60_000), sender.send));
    expect(sender.tries).to.equal(1);
    expect(clock.sleeps).to.deep.equal([]);
  });

  describe("when nothing answers at the address", () => {
    const hopeless = new NotSentError(site, new Error("refused"), { isHopeless: true });

    it("is given up after 15 s, whatever the deadline", async () => {
      for (const repeat of always) {
        clock = new TestClock();
        const sender = endless(new NotSentError(site, new Error("refused"), { isHopeless: true }));
        const work = withRetries({ ...retrying, clock }, repeat, callWithin(clock, hour), sender.send);
        expect((await rejection(work)).message).to.contain("no connection (refused) (tried 6 times in 15s)");
        expect(clock.elapsedMs).to.equal(15_000);
      }
    });

    it("is given up at the deadline when that comes first", async () => {
      const sender = endless(new NotSentError(site, new Error("refused"), { isHopeless: true }));
      const call = callWithin(clock, 10_000, { limit: "timeouts.create (10s)" });
      const { message } = await rejection(withRetries(retrying, "idempotent", call, sender.send));
      expect(message).to.contain("(tried 5 times within timeouts.create (10s))");
      expect(clock.elapsedMs).to.be.at.most(10_000);
    });

    it("is continued when something answered in between", async () => {
      const sender = new Sender([hopeless, hopeless, lost, hopeless, hopeless]);
      expect(await withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send)).to.equal("done");
      expect(clock.elapsedMs).to.be.greaterThan(15_000);
    });
  });

  describe("after the deadline", () => {
    it("is not sent for a mutation that is not idempotent", async () => {
      const sender = new Sender([]);
      const call = callWithin(clock, 0, { limit: "timeouts.create (10s)" });
      const error = await rejection(withRetries(retrying, "once", call, sender.send));
      expect(error).to.be.instanceOf(DeadlineError);
      expect(error.message).to.match(
        /^timeouts\.create \(10s\) was over before the request could be sent; nothing was sent\.\n/,
      );
      expect(sender.tries).to.equal(0);
    });

    it("is not sent for such a mutation when the check before it took too long", async () => {
      const sender = endless(notSent);
      const recheck = (): Promise<void> => {
        clock.pass(60_000);
        return Promise.resolve();
      };
      const call = callWithin(clock, 30_000, { recheck });
      expect(await rejection(withRetries(retrying, "once", call, sender.send))).to.equal(notSent);
      expect(sender.tries).to.equal(1);
    });

    it("is sent once for a query, as the last poll of a wait", async () => {
      const sender = endless(lost);
      expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, -1), sender.send))).to.equal(lost);
      expect(sender.tries).to.equal(1);
    });
  });

  describe("has a time limit for one request", () => {
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
      it(`of ${ms / 1_000} s for a ${document} "${repeat}" with ${leftMs / 1_000} s left`, () => {
        expect(requestMs(clock, `${document} X { x }`, repeat, callWithin(clock, leftMs))).to.equal(ms);
      });
    }
  });

  it("is sent after unreadable answers until there are three attempts", async () => {
    const sender = endless(unreadable);
    expect(await rejection(withRetries(retrying, "idempotent", callWithin(clock, hour), sender.send))).to.equal(
      unreadable,
    );
    expect(sender.tries).to.equal(3);
  });

  it("is announced with the failure, before the pause", async () => {
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

  it("is not announced when it is given up", async () => {
    const onRetry = (): void => {
      throw new Error("told");
    };
    const call = callWithin(clock, hour, { onRetry });
    expect(await rejection(withRetries(retrying, "once", call, endless(lost).send))).to.equal(lost);
  });

  it("is cancelled during the pause with the reason of the signal", async () => {
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

  describe("takes from a budget that", () => {
    const costs: readonly [what: string, failure: Error, repetitions: number][] = [
      ["lost answers", lost, 50],
      ["requests that were not sent", notSent, 100],
      ["throttled requests", throttled, 100],
    ];
    for (const [what, failure, repetitions] of costs) {
      it(`is used up after ${repetitions} retries of ${what}`, async () => {
        const sender = endless(failure);
        const call = callWithin(clock, 100 * hour);
        expect(await rejection(withRetries(retrying, "idempotent", call, sender.send))).to.equal(failure);
        expect(sender.tries).to.equal(repetitions + 1);
      });
    }

    it("is shared: once it is used up, first attempts are still sent, and their failures are final", async () => {
      await rejection(withRetries(retrying, "idempotent", callWithin(clock, 100 * hour), endless(lost).send));
      const failing = endless(lost);
      await rejection(withRetries(retrying, "idempotent", callWithin(clock, 100 * hour), failing.send));
      expect(failing.tries).to.equal(1);
      expect(await withRetries(retrying, "idempotent", callWithin(clock, hour), new Sender([]).send)).to.equal("done");
    });

    it("limits the requests of 100 failing resources together", async () => {
      const senders = Array.from({ length: 100 }, () => endless(lost));
      const call = callWithin(clock, 100 * hour);
      await Promise.all(senders.map((sender) => rejection(withRetries(retrying, "idempotent", call, sender.send))));
      const tries = senders.reduce((sum, sender) => sum + sender.tries, 0);
      expect(tries).to.equal(100 + 50);
    });

    it("grows with each success, up to its initial size", () => {
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
