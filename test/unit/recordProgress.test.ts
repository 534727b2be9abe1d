import { expect } from "chai";
import type { RestoreStatusAnswer } from "../../provider/api/dataAnswers";
import type { Account } from "../../provider/run/account";
import { UnknownOutcomeError } from "../../provider/errors/errors";
import { LostAnswerError, WrongShapeError } from "../../provider/errors/requestErrors";
import { RestoreRecords } from "../../provider/run/restores";
import { followRestore } from "../../provider/restore/recordProgress";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";
import { begin } from "../../provider/run/operation";
import { type RestoreCompletionState } from "../../provider/restore/inputs";

type Answer = RestoreStatusAnswer["status"] | Error;

const site = { operation: "restoreStatus", host: "backend" };
const minute = 60_000;

describe("waiting for a restore", () => {
  let clock: TestClock;
  let restores: RestoreRecords;
  let health: number;
  let observed: RestoreCompletionState;

  const fresh: RestoreCompletionState = {
    request: "0x42/1/2030-01-01T00:00:00.000Z",
    target: "0x42",
    restoreId: 1,
    status: "IN_PROGRESS",
    errors: [],
    __state: { version: 1, status: "pending", given: [], unknownSince: "", doubtful: false },
  };

  beforeEach(() => {
    clock = new TestClock();
    restores = new RestoreRecords();
    restores.recordSent(fresh.target, 1, fresh.request, "urn");
    health = 200;
    observed = fresh;
  });

  /** Polls a backend whose answer depends on the time since the start. */
  async function polled(
    answer: (elapsedMs: number) => Answer,
    state = fresh,
    limit = "2h",
  ): Promise<RestoreCompletionState> {
    const data = {
      locate: () => Promise.resolve({ url: "backend" }),
      readiness: () => Promise.resolve({ status: health, retryAfterMs: undefined }),
      restoreStatus: () => {
        const said = answer(clock.elapsedMs);
        return said instanceof Error ? Promise.reject(said) : Promise.resolve({ status: said, errors: [] });
      },
    };
    const account = { data, restores } as unknown as Account;
    const context = contextOf({ account, clock });
    const operation = begin(context, { input: "timeouts.create", value: limit, ms: 120 * minute });
    const { ended } = await followRestore(context, operation, state, (seen) => {
      observed = seen;
    });
    return ended;
  }

  it("starts the five minutes anew when the state holds no valid time of the first UNKNOWN", async () => {
    const damaged = { ...fresh, __state: { ...fresh.__state, unknownSince: "yesterday" } };
    const failure = await rejection(polled(() => "UNKNOWN", damaged));
    expect(failure).to.be.instanceOf(UnknownOutcomeError);
    expect(clock.elapsedMs).to.be.at.least(5 * minute);
  });

  it("confirms the restore when this process sent it and always saw its status", async () => {
    expect(await polled((ms) => (ms < minute ? "IN_PROGRESS" : "OK"))).to.include({ status: "OK", confirmed: true });
    expect(await polled(() => "OK")).to.include({ confirmed: true });
  });

  it("does not confirm it at the first poll of another process", async () => {
    restores = new RestoreRecords();
    expect(await polled(() => "OK")).to.include({ status: "OK", confirmed: false });
    clock = new TestClock();
    expect(await polled((ms) => (ms < minute ? "IN_PROGRESS" : "OK"))).to.include({ confirmed: true });
  });

  it("stops after five minutes of UNKNOWN from a healthy backend, and reports that again at the next poll", async () => {
    const failure = await rejection(polled(() => "UNKNOWN"));
    expect(failure).to.be.instanceOf(UnknownOutcomeError);
    expect(failure.message).to.contain(`acceptUnknown: "${fresh.request}"`);
    expect(clock.elapsedMs).to.be.within(5 * minute, 5 * minute + 10_000);
    expect(observed.status).to.equal("UNKNOWN");
    const before = clock.elapsedMs;
    expect(await rejection(polled(() => "UNKNOWN", observed))).to.be.instanceOf(UnknownOutcomeError);
    expect(clock.elapsedMs).to.equal(before);
  });

  it("asks every five seconds while it is UNKNOWN, also late in a wait, since another node may know the restore", async () => {
    const asked: number[] = [];
    await rejection(
      polled((ms) => {
        if (ms < 60 * minute) return "IN_PROGRESS";
        asked.push(ms);
        return "UNKNOWN";
      }),
    );
    expect(asked).to.have.length(61);
    expect(clock.elapsedMs - (asked[0] ?? 0)).to.equal(5 * minute);
  });

  it("accepts an OK after UNKNOWN without confirming it, whatever came between", async () => {
    const script = (ms: number): Answer => (ms < minute ? "UNKNOWN" : ms < 2 * minute ? "IN_PROGRESS" : "OK");
    expect(await polled(script)).to.include({ status: "OK", confirmed: false });
  });

  it("ignores an UNKNOWN from an unhealthy backend, or from before an outage", async () => {
    health = 503;
    const unwell = await polled((ms) => {
      if (ms > 30 * minute) return "OK";
      return "UNKNOWN";
    });
    expect(unwell.confirmed).to.equal(false);
    clock = new TestClock();
    health = 200;
    const outage = new LostAnswerError(site, { why: "HTTP 502" });
    const interrupted = await polled((ms) => {
      if (ms > 20 * minute) return "OK";
      return ms % (4 * minute) < 10_000 ? outage : "UNKNOWN";
    });
    expect(interrupted.status).to.equal("OK");
  });

  it("continues through outages, and fails at once on an answer of a wrong shape", async () => {
    const outage = new LostAnswerError(site, { why: "the connection broke" });
    expect(await polled((ms) => (ms < 30 * minute ? outage : "OK"))).to.include({ status: "OK", confirmed: true });
    const wrong = new WrongShapeError(site, "data.restoreStatus.response.status", "an enum was expected");
    expect(await rejection(polled(() => wrong))).to.equal(wrong);
  });

  it("fails at the deadline, and names the id, the last status, the limit and the next step", async () => {
    const failure = await rejection(polled(() => "IN_PROGRESS"));
    expect(String(failure)).to.match(
      /restore 1 of 0x42.*timeouts\.create \(2h\).*IN_PROGRESS.*run pulumi up to wait for it again/s,
    );
  });
});
