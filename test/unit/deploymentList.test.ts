import { expect } from "chai";
import type { Deployment } from "../../provider/api/deployment";
import { DeploymentList } from "../../provider/api/deploymentList";
import type { Call } from "../../provider/api/retry";
import { DeadlineError } from "../../provider/errors/errors";
import { LostAnswerError } from "../../provider/errors/requestErrors";
import { TestClock, callWithin } from "../harness/clocks";
import { rejection } from "../harness/errors";

function entry(uid: string, name = `name of ${uid}`): Deployment {
  return { uid, name, zone: "z", url: "b.example.com", jwtToken: `jwt of ${uid}` };
}

const failure = new LostAnswerError({ operation: "deployments", host: "h" }, { why: "HTTP 503" });

describe("the list of deployments", () => {
  let clock: TestClock;
  let list: DeploymentList;
  /** The deployments of the service, or the error that it answers with. */
  let service: readonly Deployment[] | Error;
  /** When each list was requested, in milliseconds since the start. */
  let asked: number[];
  let calls: Call[];
  /** Answers that are delayed while `holding` is true. */
  let held: (() => void)[];
  let holding: boolean;

  beforeEach(() => {
    clock = new TestClock();
    service = [entry("0x1"), entry("0x2")];
    [asked, calls, held, holding] = [[], [], [], false];
    list = new DeploymentList(async (call) => {
      asked.push(clock.elapsedMs);
      calls.push(call);
      const answer = service;
      if (holding) await new Promise<void>((resolve) => held.push(resolve));
      if (answer instanceof Error) throw answer;
      return answer;
    }, clock);
  });

  const call = () => callWithin(clock, 600_000);
  const uids = async (work: Promise<Iterable<Deployment>>): Promise<string[]> =>
    [...(await work)].map(({ uid }) => uid);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  function answerHeld(): void {
    for (const answer of held.splice(0)) answer();
  }

  it("is not requested before its first use", () => {
    expect(asked).to.deep.equal([]);
  });

  describe("when a known one is enough", () => {
    it("is requested at most once a minute", async () => {
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
      service = [];
      clock.pass(60_000);
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
      expect(asked).to.deep.equal([0]);
      clock.pass(1);
      expect(await uids(list.known(call()))).to.deep.equal([]);
    });

    it("includes the mutations of this process", async () => {
      await list.known(call());
      list.note(entry("0x3"));
      list.note(entry("0x1", "renamed"));
      list.forget("0x2");
      const known = await list.known(call());
      expect([...known].map(({ uid, name }) => [uid, name])).to.deep.equal([
        ["0x1", "renamed"],
        ["0x3", "name of 0x3"],
      ]);
      expect(asked).to.deep.equal([0]);
    });

    it("is one list for a hundred at once", async () => {
      await Promise.all(Array.from({ length: 100 }, () => list.known(call())));
      expect(asked).to.deep.equal([0]);
    });
  });

  describe("when a recent one is enough", () => {
    it("is shared by all calls within five seconds", async () => {
      await list.recent(call());
      clock.pass(5_000);
      await list.recent(call());
      expect(asked).to.deep.equal([0]);
      clock.pass(1);
      await list.recent(call());
      expect(asked).to.deep.equal([0, 5_001]);
    });

    it("is requested once for a hundred concurrent calls, even when the answer is slow", async () => {
      holding = true;
      const first = Array.from({ length: 50 }, () => list.recent(call()));
      clock.pass(4_000);
      const later = Array.from({ length: 50 }, () => list.recent(call()));
      answerHeld();
      await Promise.all([...first, ...later]);
      expect(asked).to.deep.equal([0]);
    });

    it("never reuses an older request, even one that is still running", async () => {
      holding = true;
      const early = list.recent(call());
      clock.pass(5_001);
      const late = list.recent(call());
      service = [entry("0x9")];
      answerHeld();
      expect(await uids(early)).to.deep.equal(["0x1", "0x2"]);
      await settled();
      answerHeld();
      expect(await uids(late)).to.deep.equal(["0x9"]);
      expect(asked).to.deep.equal([0, 5_001]);
    });

    it("is never requested twice at the same time", async () => {
      holding = true;
      const work = [list.recent(call())];
      clock.pass(6_000);
      work.push(list.recent(call()), list.anew(call()), list.anew(call()));
      expect(held).to.have.lengthOf(1);
      answerHeld();
      await settled();
      expect(held).to.have.lengthOf(1);
      answerHeld();
      await Promise.all(work);
      expect(asked).to.have.lengthOf(2);
    });
  });

  describe("when a fresh one is needed", () => {
    it("is requested for each call", async () => {
      await list.anew(call());
      await list.anew(call());
      await list.recent(call());
      expect(asked).to.deep.equal([0, 0]);
    });

    it("never reuses a request that was already running at the time of the call", async () => {
      holding = true;
      const under = list.recent(call());
      service = [entry("0x1"), entry("0x2"), entry("0x3")];
      const anew = list.anew(call());
      answerHeld();
      expect(await uids(under)).to.deep.equal(["0x1", "0x2"]);
      await settled();
      answerHeld();
      expect(await uids(anew)).to.deep.equal(["0x1", "0x2", "0x3"]);
    });

    it("is requested after the running request has failed", async () => {
      holding = true;
      service = failure;
      const under = rejection(list.recent(call()));
      service = [entry("0x3")];
      const anew = list.anew(call());
      answerHeld();
      expect(await under).to.equal(failure);
      await settled();
      answerHeld();
      expect(await uids(anew)).to.deep.equal(["0x3"]);
    });

    it("shares the next request among a hundred calls that arrive during one", async () => {
      holding = true;
      const under = list.recent(call());
      const waiting = Array.from({ length: 100 }, () => list.anew(call()));
      answerHeld();
      await under;
      await settled();
      answerHeld();
      await Promise.all(waiting);
      expect(asked).to.have.lengthOf(2);
    });
  });

  describe("when a create needs one", () => {
    const firstTwoMinutes = [0, 6, 12, 18, 25, 34, 46, 62, 83, 111];

    /** Asks once a second, and gives the times of the requests in seconds. */
    async function askEverySecond(seconds: number): Promise<number[]> {
      for (let second = 0; second < seconds; second++) {
        await list.beforeCreate(call());
        clock.pass(1_000);
      }
      return asked.map((ms) => ms / 1_000);
    }

    it("is at most as old as a third of the time in which others have created nothing, but always five seconds, and never more than 30", async () => {
      expect(await askEverySecond(300)).to.deep.equal([...firstTwoMinutes, 142, 173, 204, 235, 266, 297]);
    });

    it("may be as old in an account that has no backend yet", async () => {
      service = [];
      expect(await askEverySecond(120)).to.deep.equal(firstTwoMinutes);
    });

    it("is five seconds old at most again when one has a new backend of others", async () => {
      await askEverySecond(120);
      service = [entry("0x1"), entry("0x2"), entry("0x3")];
      await askEverySecond(60);
      expect(asked.slice(firstTwoMinutes.length).map((ms) => ms / 1_000)).to.deep.equal([142, 148, 154, 160, 167, 176]);
    });

    it("does not count a backend that this process created as one of others", async () => {
      await list.beforeCreate(call());
      list.note(entry("0x3"));
      service = [entry("0x1"), entry("0x2"), entry("0x3")];
      expect(await askEverySecond(120)).to.deep.equal(firstTwoMinutes);
    });

    it("contains what this process has changed since, in place", async () => {
      const listed = await list.beforeCreate(call());
      list.note(entry("0x3", "shop"));
      list.note(entry("0x1", "shop"));
      list.forget("0x2");
      expect(listed.named("shop").map(({ uid }) => uid)).to.deep.equal(["0x3", "0x1"]);
      expect([listed.named("name of 0x1"), listed.named("name of 0x2"), listed.get("0x2")]).to.deep.equal([
        [],
        [],
        undefined,
      ]);
    });
  });

  describe("when asked what was there before", () => {
    it("answers by all lists and all creates until then, and not by later ones", async () => {
      const first = list.seenSoFar();
      await list.anew(call());
      list.note(entry("0x3"));
      const second = list.seenSoFar();
      service = [entry("0x4")];
      await list.anew(call());
      const seen = (uid: string) => [list.wasSeen(uid, first), list.wasSeen(uid, second)];
      expect(["0x1", "0x3", "0x4", "0x9"].map(seen)).to.deep.equal([
        [false, true],
        [false, true],
        [false, false],
        [false, false],
      ]);
    });
  });

  describe("when searched", () => {
    it("finds what a recent list has, without another request", async () => {
      await list.recent(call());
      expect(await uids(list.find({ uid: "0x1" }, call()))).to.deep.equal(["0x1"]);
      expect(await uids(list.find({ name: "name of 0x2" }, call()))).to.deep.equal(["0x2"]);
      expect(asked).to.deep.equal([0]);
    });

    for (const wanted of [{ uid: "0x3" }, { name: "name of 0x3" }]) {
      const by = Object.keys(wanted).join();

      it(`finds by ${by} what was created after the last list, even in the same millisecond`, async () => {
        await list.recent(call());
        service = [...(service as Deployment[]), entry("0x3")];
        expect(await uids(list.find(wanted, call()))).to.deep.equal(["0x3"]);
        expect(asked).to.deep.equal([0, 0]);
      });

      it(`finds by ${by} what was created while a list was requested`, async () => {
        holding = true;
        const under = list.recent(call());
        service = [...(service as Deployment[]), entry("0x3")];
        const found = list.find(wanted, call());
        answerHeld();
        await under;
        await settled();
        answerHeld();
        expect(await uids(found)).to.deep.equal(["0x3"]);
      });

      it(`requests one list when none was loaded before and the ${by} is absent`, async () => {
        expect(await list.find(wanted, call())).to.deep.equal([]);
        expect(asked).to.deep.equal([0]);
      });

      it(`requests at most two lists for a hundred concurrent calls for an absent ${by}`, async () => {
        await list.recent(call());
        const found = await Promise.all(Array.from({ length: 100 }, () => list.find(wanted, call())));
        expect(found.flat()).to.deep.equal([]);
        expect(asked.length).to.be.at.most(3);
      });
    }

    it("requests one list for successive calls for an absent uid, until that list is no longer recent", async () => {
      await list.recent(call());
      for (let ask = 0; ask < 20; ask++) {
        expect(await list.find({ uid: "0x9" }, call())).to.deep.equal([]);
        clock.pass(100);
      }
      expect(asked).to.deep.equal([0, 0]);
      clock.pass(5_000);
      service = [entry("0x9")];
      expect(await uids(list.find({ uid: "0x9" }, call()))).to.deep.equal(["0x9"]);
    });

    it("finds a name that was absent a moment ago, since the program may have created it meanwhile", async () => {
      expect(await list.find({ name: "shop" }, call())).to.deep.equal([]);
      service = [entry("0x9", "shop")];
      expect(await uids(list.find({ name: "shop" }, call()))).to.deep.equal(["0x9"]);
    });

    it("reports several backends of one name only after a fresh list", async () => {
      service = [entry("0x1", "shop"), entry("0x2", "shop")];
      await list.recent(call());
      service = [entry("0x2", "shop")];
      expect(await uids(list.find({ name: "shop" }, call()))).to.deep.equal(["0x2"]);
    });

    it("takes a known backend from a list that is up to a minute old", async () => {
      await list.known(call());
      clock.pass(60_000);
      expect(await uids(list.find({ uid: "0x1" }, call(), "known"))).to.deep.equal(["0x1"]);
      expect(asked).to.deep.equal([0]);
    });
  });

  describe("when this process changes something during a request", () => {
    it("includes the change, whatever the service answers", async () => {
      holding = true;
      const under = list.recent(call());
      clock.pass(1_000);
      list.note(entry("0x3"));
      list.note(entry("0x1", "renamed"));
      list.forget("0x2");
      answerHeld();
      expect([...(await under)].map(({ uid, name }) => [uid, name])).to.deep.equal([
        ["0x1", "renamed"],
        ["0x3", "name of 0x3"],
      ]);
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x3"]);
    });

    it("includes a change of the same millisecond", async () => {
      holding = true;
      const under = list.recent(call());
      list.note(entry("0x3"));
      answerHeld();
      expect(await uids(under)).to.contain("0x3");
    });

    it("keeps the last change of a backend", async () => {
      holding = true;
      const under = list.recent(call());
      list.note(entry("0x3"));
      list.forget("0x3");
      answerHeld();
      expect(await uids(under)).to.deep.equal(["0x1", "0x2"]);
    });

    it("is followed by lists that only contain the service's answer", async () => {
      list.note(entry("0x3"));
      clock.pass(1);
      expect(await uids(list.anew(call()))).to.deep.equal(["0x1", "0x2"]);
    });
  });

  describe("when the request fails", () => {
    it("fails for all calls that share it, and is requested again by the next call", async () => {
      service = failure;
      const errors = await Promise.all(Array.from({ length: 5 }, () => rejection(list.recent(call()))));
      expect(errors).to.deep.equal(Array<Error>(5).fill(failure));
      expect(asked).to.have.lengthOf(1);
      service = [];
      expect(await uids(list.recent(call()))).to.deep.equal([]);
    });

    it("leaves the previous list known", async () => {
      await list.known(call());
      service = failure;
      await rejection(list.anew(call()));
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
    });

    it("is requested once more for all calls with a later deadline, when it failed at an earlier one", async () => {
      holding = true;
      service = failure;
      const hurried = rejection(list.recent(callWithin(clock, 1)));
      const others = Array.from({ length: 3 }, () => list.recent(call()));
      const next = list.anew(call());
      clock.pass(2);
      service = [entry("0x9")];
      holding = false;
      answerHeld();
      expect(await hurried).to.equal(failure);
      for (const work of [...others, next]) expect(await uids(work)).to.deep.equal(["0x9"]);
      expect(asked).to.deep.equal([0, 2]);
    });

    it("fails without another request for calls whose deadline is no later", async () => {
      holding = true;
      service = failure;
      const first = rejection(list.recent(callWithin(clock, 5_000)));
      const other = rejection(list.recent(callWithin(clock, 5_999)));
      answerHeld();
      expect([await first, await other]).to.deep.equal([failure, failure]);
      expect(asked).to.deep.equal([0]);
    });
  });

  describe("when the answer is slow", () => {
    it("is awaited by each call until its own deadline, and still arrives for the others", async () => {
      holding = true;
      const patient = list.recent(call());
      const hurried = rejection(list.recent(callWithin(clock, 10_000, { limit: "timeouts.create (10s)" })));
      const next = rejection(list.anew(callWithin(clock, 10_000)));
      clock.pass(9_999);
      await settled();
      clock.pass(1);
      const error = await hurried;
      expect(error).to.be.instanceOf(DeadlineError);
      expect(error.message).to.match(/^the list of backends took longer than timeouts\.create \(10s\)\.\n/);
      expect(await next).to.be.instanceOf(DeadlineError);
      answerHeld();
      expect(await uids(patient)).to.deep.equal(["0x1", "0x2"]);
    });

    it("is requested with the deadline of the call that requests it", async () => {
      await list.recent(callWithin(clock, 10_000));
      await list.anew(call());
      expect(calls.map(({ deadline }) => deadline - clock.now())).to.deep.equal([10_000, 600_000]);
    });
  });

  describe("when asked whether a backend is absent", () => {
    it("answers no after one list that has the backend", async () => {
      expect(await list.lacks("0x1", call())).to.equal(false);
      expect(asked).to.deep.equal([0]);
    });

    it("answers yes only after two lists three seconds apart that lack it", async () => {
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("reports that there was no time for the second list", async () => {
      const error = await rejection(list.lacks("0x9", callWithin(clock, 3_000)));
      expect(error).to.be.instanceOf(DeadlineError);
      expect(error.message).to.match(
        /^0x9 is not in the list of backends, and .+ left no time to read the list once more/,
      );
      expect([asked, clock.sleeps]).to.deep.equal([[0], []]);
      expect(await list.lacks("0x1", callWithin(clock, 3_000))).to.equal(false);
    });

    it("answers no when the second list has it", async () => {
      const answer = list.lacks("0x9", call());
      await Promise.resolve();
      service = [entry("0x9")];
      expect(await answer).to.equal(false);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("requests two lists for a hundred concurrent calls about different backends", async () => {
      const answers = Array.from({ length: 100 }, (_, index) =>
        list.lacks(index % 2 === 0 ? "0x1" : `0x9${index}`, call()),
      );
      expect((await Promise.all(answers)).filter((lacking) => lacking)).to.have.lengthOf(50);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("requests no further list for calls soon after", async () => {
      await list.lacks("0x8", call());
      expect(await list.lacks("0x9", call())).to.equal(true);
      clock.pass(4_000);
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("counts two lists of the same moment as one", async () => {
      await list.anew(call());
      clock.pass(1_000);
      await list.anew(call());
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked[asked.length - 1]! - asked[0]!).to.be.at.least(3_000);
      expect(asked).to.have.lengthOf(3);
    });

    it("counts an earlier list, however many lists followed it closely", async () => {
      for (let look = 0; look < 3; look++) {
        await list.anew(call());
        clock.pass(2_000);
      }
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 2_000, 4_000]);
    });

    it("ignores a list that still had the backend", async () => {
      service = [entry("0x9")];
      await list.recent(call());
      clock.pass(60_000);
      service = [];
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 60_000, 63_000]);
    });

    it("answers no for a backend that this process created between the two lists", async () => {
      const answer = list.lacks("0x9", call());
      await Promise.resolve();
      await Promise.resolve();
      clock.pass(3_000);
      list.note(entry("0x9"));
      expect(await answer).to.equal(false);
    });

    it("never treats a failing first list as an absence", async () => {
      service = failure;
      expect(await rejection(list.lacks("0x9", call()))).to.equal(failure);
    });

    it("never treats a failing second list as an absence", async () => {
      const answer = rejection(list.lacks("0x9", call()));
      await Promise.resolve();
      service = failure;
      expect(await answer).to.equal(failure);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("does not count a list that failed", async () => {
      service = failure;
      await rejection(list.anew(call()));
      clock.pass(3_000);
      service = [];
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000, 6_000]);
    });

    it("stops between the two lists when the engine ends", async () => {
      const ending = new AbortController();
      const reason = new Error("the engine is gone");
      const answer = rejection(list.lacks("0x9", callWithin(clock, 600_000, { signal: ending.signal })));
      ending.abort(reason);
      expect(await answer).to.equal(reason);
      expect(asked).to.deep.equal([0]);
    });
  });
});
