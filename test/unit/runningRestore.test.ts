import { expect } from "chai";
import type { RestoreState } from "../../provider/api/dataAnswers";
import { RetryBudget } from "../../provider/api/retry";
import { findRunningRestore } from "../../provider/api/runningRestore";
import { LostAnswerError } from "../../provider/errors/requestErrors";
import { Account } from "../../provider/run/account";
import { callWithin, TestClock } from "../harness/clocks";
import { rejection } from "../harness/errors";
import { answerJson, type Received, Service } from "../harness/httpService";

/** The restores that a backend's engine keeps: the last 50, of which the last one may be in progress. */
class Tracker {
  constructor(
    public last: number,
    public isRunning: boolean,
  ) {}

  statusOf(id: number): RestoreState {
    if (id > this.last || id <= this.last - 50) return "UNKNOWN";
    return id === this.last && this.isRunning ? "IN_PROGRESS" : "OK";
  }

  begin(): void {
    this.last++;
    this.isRunning = true;
  }
}

describe("the search for a restore in progress", () => {
  const clock = new TestClock();
  const retrying = { clock, budget: new RetryBudget(), random: () => 0.5 };
  /** The ids of each group that is asked for together. */
  let groups: number[][];

  /** Searches. The ids of a group are answered in their order, or the last one first. `onAnswer` is called before each answer. */
  function search(
    tracker: Tracker,
    highestId = 0,
    { isReversed = false, onAnswer = (): void => undefined } = {},
  ): Promise<number | undefined> {
    groups = [];
    let waiting: { readonly id: number; readonly answer: (status: RestoreState) => void }[] = [];
    const answerAll = (): void => {
      const group = waiting;
      waiting = [];
      groups.push(group.map(({ id }) => id));
      for (const { id, answer } of isReversed ? group.reverse() : group) {
        onAnswer();
        answer(tracker.statusOf(id));
      }
    };
    const statusOf = (id: number): Promise<RestoreState> =>
      new Promise((answer) => {
        if (waiting.length === 0) queueMicrotask(answerAll);
        waiting.push({ id, answer });
      });
    return findRunningRestore({ uid: "0x42", highestId, statusOf, call: callWithin(clock, 60_000), retrying });
  }

  it("finds each of the first 1,000, whatever this stack knows", async () => {
    for (let id = 1; id <= 1_000; id++)
      for (const highestId of [0, 1, id - 60, id - 49, id - 1, id].filter((known) => known >= 0)) {
        expect(await search(new Tracker(id, true), highestId), `${id}, known ${highestId}`).to.equal(id);
        expect(await search(new Tracker(id, false), highestId), `${id}, known ${highestId}`).to.equal(undefined);
      }
  });

  it("finds one that begins while the start of its window is asked for, in whatever order the answers come", async () => {
    for (let last = 1; last < 960; last++)
      for (const isReversed of [false, true])
        for (let before = 0; before < 5; before++) {
          const tracker = new Tracker(last, false);
          let answered = 0;
          // A restore begins in the first group with an id that the engine still has, when `before` ids of it have been answered.
          const onAnswer = (): void => {
            const isDue = answered++ % 5 === before && groups.at(-1)?.some((id) => tracker.statusOf(id) === "OK");
            if (isDue === true && !tracker.isRunning) tracker.begin();
          };
          const found = await search(tracker, 0, { isReversed, onAnswer });
          expect(found, `${last}, ${isReversed ? "reversed" : "in order"}, after ${before}`).to.equal(last + 1);
        }
  });

  it("asks for five at once, and in all for 21 where nothing was restored", async () => {
    await search(new Tracker(0, false));
    expect(groups.map((ids) => ids.length)).to.deep.equal([5, 5, 5, 5, 1]);
    expect(groups.flat().slice(0, 3)).to.deep.equal([1, 50, 99]);
  });

  it("asks for two where the last restore is one of this stack", async () => {
    await search(new Tracker(7, false), 7);
    expect(groups).to.deep.equal([[7, 8]]);
  });
});

describe("the requests of that search", () => {
  let service: Service;
  let clock: TestClock;
  let account: Account;
  /** Restores that do not answer "UNKNOWN". */
  let answers: Record<number, RestoreState>;
  /** Answers with a failure where it returns true. */
  let fails: (id: number) => boolean;
  /** The ids in the order of arrival, sorted in each group. */
  let asked: number[];

  const idOf = ({ body }: Received): number =>
    (JSON.parse(body) as { variables: { restoreId: number } }).variables.restoreId;

  beforeEach(async () => {
    answers = {};
    fails = () => false;
    asked = [];
    clock = new TestClock();
    service = await Service.start((request, response) => {
      const { host } = service.endpoint;
      const deployments = [{ uid: "0x1", name: "orders", zone: "us-east-1", url: host, jwtToken: "token-of-orders" }];
      if (request.operation === "deployments") {
        answerJson(response, { data: { deployments } });
        return;
      }
      const id = idOf(request);
      asked.push(id);
      const status = answers[id] ?? "UNKNOWN";
      if (fails(id)) answerJson(response, {}, 503);
      else answerJson(response, { data: { restoreStatus: { response: { status, errors: [] } } } });
    });
    const settings = { endpoint: service.endpoint.href, credentials: { token: "the-token-of-the-settings" } };
    account = new Account(settings, clock, () => 0.5);
  });
  afterEach(() => service.stop());

  const search = (lines: string[] = []): Promise<unknown> =>
    account.data.running("0x1", 0, callWithin(clock, 3_600_000, { onRetry: ({ why }) => lines.push(why) }));

  it("repeat the one that failed and those that were unknown, after one pause and with one message", async () => {
    answers = { 1: "OK" };
    fails = (id) => id === 99 && asked.filter((one) => one === 99).length === 1;
    const lines: string[] = [];
    expect(await search(lines)).to.equal(undefined);
    expect(asked.slice(5, 9)).to.have.members([50, 99, 148, 197]);
    expect(lines).to.have.length(1);
    expect(clock.sleeps).to.have.length(1);
  });

  it("find a restore that began during a pause, although its id was unknown before", async () => {
    let isFirst = true;
    let hasBegun = false;
    const running = await findRunningRestore({
      uid: "0x1",
      highestId: 7,
      call: callWithin(clock, 60_000),
      retrying: { clock, random: () => 0.5, budget: new RetryBudget() },
      statusOf: (id) => {
        if (id !== 7) return Promise.resolve(id === 8 && hasBegun ? "IN_PROGRESS" : "UNKNOWN");
        if (!isFirst) return Promise.resolve("OK");
        isFirst = false;
        // Only after the answer about 8.
        setImmediate(() => (hasBegun = true));
        return Promise.reject(new LostAnswerError({ operation: "restoreStatus", host: "x" }, { why: "HTTP 503" }));
      },
    });
    expect(running).to.equal(8);
  });

  it("take no more of the budget of retries in an outage than one request at a time", async () => {
    fails = () => true;
    const error = await rejection(search());
    expect(error).to.be.instanceOf(LostAnswerError);
    expect(error.message).to.contain("too much has failed in this run");
    // The first attempt, and fifty retries.
    expect(asked).to.have.length(5 * 51);
  });

  it("find a restore in progress although another one of the group is not answered", async () => {
    answers = { 1: "OK", 2: "OK", 3: "IN_PROGRESS" };
    fails = (id) => id === 5;
    expect(await search()).to.deep.equal({ what: "restore", restoreId: 3 });
    expect(clock.sleeps).to.deep.equal([]);
  });

  it("do not take a failure for an answer", async () => {
    answers = { 1: "OK", 2: "OK", 3: "OK" };
    fails = (id) => id === 4 && asked.filter((one) => one === 4).length < 3;
    expect(await search()).to.equal(undefined);
    expect(asked.filter((id) => id === 4)).to.have.length(3);
  });
});
