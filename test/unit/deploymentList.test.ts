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
  /** What the service has; an error is its answer. */
  let service: readonly Deployment[] | Error;
  /** When each list was asked for, in milliseconds since the start. */
  let asked: number[];
  let calls: Call[];
  /** Held back answers, while `holding`. */
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
  const uids = async (work: Promise<readonly Deployment[]>): Promise<string[]> => (await work).map(({ uid }) => uid);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  function answerHeld(): void {
    for (const answer of held.splice(0)) answer();
  }

  it("is not asked for before somebody wants it", () => {
    expect(asked).to.deep.equal([]);
  });

  describe("known", () => {
    it("is asked for once a minute at most", async () => {
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
      service = [];
      clock.pass(60_000);
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
      expect(asked).to.deep.equal([0]);
      clock.pass(1);
      expect(await uids(list.known(call()))).to.deep.equal([]);
    });

    it("is kept up by the mutations of this process", async () => {
      await list.known(call());
      list.note(entry("0x3"));
      list.note(entry("0x1", "renamed"));
      list.forget("0x2");
      const known = await list.known(call());
      expect(known.map(({ uid, name }) => [uid, name])).to.deep.equal([
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

  describe("recent", () => {
    it("is shared by all who ask within five seconds", async () => {
      await list.recent(call());
      clock.pass(5_000);
      await list.recent(call());
      expect(asked).to.deep.equal([0]);
      clock.pass(1);
      await list.recent(call());
      expect(asked).to.deep.equal([0, 5_001]);
    });

    it("is one list for a hundred at once, also when the answer takes long", async () => {
      holding = true;
      const first = Array.from({ length: 50 }, () => list.recent(call()));
      clock.pass(4_000);
      const later = Array.from({ length: 50 }, () => list.recent(call()));
      answerHeld();
      await Promise.all([...first, ...later]);
      expect(asked).to.deep.equal([0]);
    });

    it("is never one that was asked for longer ago, although it is still under way", async () => {
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

    it("never asks twice at the same time", async () => {
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

  describe("anew", () => {
    it("is asked for each time", async () => {
      await list.anew(call());
      await list.anew(call());
      await list.recent(call());
      expect(asked).to.deep.equal([0, 0]);
    });

    it("is never the list that was under way when somebody asked", async () => {
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

    it("goes on after the one under way has failed", async () => {
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

    it("waits in one queue: a hundred who ask meanwhile share the next one", async () => {
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

  describe("searched", () => {
    it("gives what a recent list has, without another one", async () => {
      await list.recent(call());
      expect(await uids(list.find({ uid: "0x1" }, call()))).to.deep.equal(["0x1"]);
      expect(await uids(list.find({ name: "name of 0x2" }, call()))).to.deep.equal(["0x2"]);
      expect(asked).to.deep.equal([0]);
    });

    for (const wanted of [{ uid: "0x3" }, { name: "name of 0x3" }]) {
      const by = Object.keys(wanted).join();

      it(`finds by ${by} what was created since the last list, in the same millisecond`, async () => {
        await list.recent(call());
        service = [...(service as Deployment[]), entry("0x3")];
        expect(await uids(list.find(wanted, call()))).to.deep.equal(["0x3"]);
        expect(asked).to.deep.equal([0, 0]);
      });

      it(`finds by ${by} what was created while a list was under way`, async () => {
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

      it(`asks for one list when there is none to look into, and none has the ${by}`, async () => {
        expect(await list.find(wanted, call())).to.deep.equal([]);
        expect(asked).to.deep.equal([0]);
      });

      it(`makes two lists at most for a hundred who ask at once for a ${by} that is absent`, async () => {
        await list.recent(call());
        const found = await Promise.all(Array.from({ length: 100 }, () => list.find(wanted, call())));
        expect(found.flat()).to.deep.equal([]);
        expect(asked.length).to.be.at.most(3);
      });
    }

    it("makes one list for those who ask one after the other for a uid that is absent, until the moment is over", async () => {
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

    it("finds a name that was asked for in vain a moment ago: the program may have created it then", async () => {
      expect(await list.find({ name: "shop" }, call())).to.deep.equal([]);
      service = [entry("0x9", "shop")];
      expect(await uids(list.find({ name: "shop" }, call()))).to.deep.equal(["0x9"]);
    });

    it("says that several have a name only after a fresh list", async () => {
      service = [entry("0x1", "shop"), entry("0x2", "shop")];
      await list.recent(call());
      service = [entry("0x2", "shop")];
      expect(await uids(list.find({ name: "shop" }, call()))).to.deep.equal(["0x2"]);
    });

    it("takes a known backend from a list of up to a minute ago", async () => {
      await list.known(call());
      clock.pass(60_000);
      expect(await uids(list.find({ uid: "0x1" }, call(), "known"))).to.deep.equal(["0x1"]);
      expect(asked).to.deep.equal([0]);
    });
  });

  describe("under way while this process changes something", () => {
    it("has the change, whatever the service says", async () => {
      holding = true;
      const under = list.recent(call());
      clock.pass(1_000);
      list.note(entry("0x3"));
      list.note(entry("0x1", "renamed"));
      list.forget("0x2");
      answerHeld();
      expect((await under).map(({ uid, name }) => [uid, name])).to.deep.equal([
        ["0x1", "renamed"],
        ["0x3", "name of 0x3"],
      ]);
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x3"]);
    });

    it("has the change that came in the same millisecond", async () => {
      holding = true;
      const under = list.recent(call());
      list.note(entry("0x3"));
      answerHeld();
      expect(await uids(under)).to.contain("0x3");
    });

    it("leaves the last change of a backend standing", async () => {
      holding = true;
      const under = list.recent(call());
      list.note(entry("0x3"));
      list.forget("0x3");
      answerHeld();
      expect(await uids(under)).to.deep.equal(["0x1", "0x2"]);
    });

    it("is followed by lists that say what the service says", async () => {
      list.note(entry("0x3"));
      clock.pass(1);
      expect(await uids(list.anew(call()))).to.deep.equal(["0x1", "0x2"]);
    });
  });

  describe("failing", () => {
    it("fails for all who share it, and is asked for again by the next", async () => {
      service = failure;
      const errors = await Promise.all(Array.from({ length: 5 }, () => rejection(list.recent(call()))));
      expect(errors).to.deep.equal(Array<Error>(5).fill(failure));
      expect(asked).to.have.lengthOf(1);
      service = [];
      expect(await list.recent(call())).to.deep.equal([]);
    });

    it("leaves what was known before", async () => {
      await list.known(call());
      service = failure;
      await rejection(list.anew(call()));
      expect(await uids(list.known(call()))).to.deep.equal(["0x1", "0x2"]);
    });

    it("is asked for anew by those with more time, once for all of them, when it failed for one in a hurry", async () => {
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

    it("fails once for those who have no more time than the one who asked", async () => {
      holding = true;
      service = failure;
      const first = rejection(list.recent(callWithin(clock, 5_000)));
      const other = rejection(list.recent(callWithin(clock, 5_999)));
      answerHeld();
      expect([await first, await other]).to.deep.equal([failure, failure]);
      expect(asked).to.deep.equal([0]);
    });
  });

  describe("that takes long", () => {
    it("is awaited by nobody past their own deadline, and comes for the others", async () => {
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

    it("has the time of the one who asks for it, and no more", async () => {
      await list.recent(callWithin(clock, 10_000));
      await list.anew(call());
      expect(calls.map(({ deadline }) => deadline - clock.now())).to.deep.equal([10_000, 600_000]);
    });
  });

  describe("asked whether it lacks a backend", () => {
    it("answers no after one look at a backend that is there", async () => {
      expect(await list.lacks("0x1", call())).to.equal(false);
      expect(asked).to.deep.equal([0]);
    });

    it("answers yes only after two looks three seconds apart", async () => {
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("says so when there is no time for the second look", async () => {
      const error = await rejection(list.lacks("0x9", callWithin(clock, 3_000)));
      expect(error).to.be.instanceOf(DeadlineError);
      expect(error.message).to.match(
        /^0x9 is not in the list of backends, and .+ left no time to read the list once more/,
      );
      expect([asked, clock.sleeps]).to.deep.equal([[0], []]);
      expect(await list.lacks("0x1", callWithin(clock, 3_000))).to.equal(false);
    });

    it("answers no when the second look finds it", async () => {
      const answer = list.lacks("0x9", call());
      await Promise.resolve();
      service = [entry("0x9")];
      expect(await answer).to.equal(false);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("makes two looks for a hundred who ask at once, whatever they ask for", async () => {
      const answers = Array.from({ length: 100 }, (_, index) =>
        list.lacks(index % 2 === 0 ? "0x1" : `0x9${index}`, call()),
      );
      expect((await Promise.all(answers)).filter((lacking) => lacking)).to.have.lengthOf(50);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("makes no look more for those who ask soon after", async () => {
      await list.lacks("0x8", call());
      expect(await list.lacks("0x9", call())).to.equal(true);
      clock.pass(4_000);
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("does not take two looks of the same moment for two", async () => {
      await list.anew(call());
      clock.pass(1_000);
      await list.anew(call());
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked[asked.length - 1]! - asked[0]!).to.be.at.least(3_000);
      expect(asked).to.have.lengthOf(3);
    });

    it("counts an earlier look however many came close after each other since", async () => {
      for (let look = 0; look < 3; look++) {
        await list.anew(call());
        clock.pass(2_000);
      }
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 2_000, 4_000]);
    });

    it("does not count a look at which it was still there", async () => {
      service = [entry("0x9")];
      await list.recent(call());
      clock.pass(60_000);
      service = [];
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 60_000, 63_000]);
    });

    it("answers no about a backend that this process created between the looks", async () => {
      const answer = list.lacks("0x9", call());
      await Promise.resolve();
      await Promise.resolve();
      clock.pass(3_000);
      list.note(entry("0x9"));
      expect(await answer).to.equal(false);
    });

    it("never takes a list that fails for an absence, at the first look", async () => {
      service = failure;
      expect(await rejection(list.lacks("0x9", call()))).to.equal(failure);
    });

    it("never takes a list that fails for an absence, at the second look", async () => {
      const answer = rejection(list.lacks("0x9", call()));
      await Promise.resolve();
      service = failure;
      expect(await answer).to.equal(failure);
      expect(asked).to.deep.equal([0, 3_000]);
    });

    it("does not count a look that failed", async () => {
      service = failure;
      await rejection(list.anew(call()));
      clock.pass(3_000);
      service = [];
      expect(await list.lacks("0x9", call())).to.equal(true);
      expect(asked).to.deep.equal([0, 3_000, 6_000]);
    });

    it("ends between the looks when the engine goes", async () => {
      const ending = new AbortController();
      const reason = new Error("the engine is gone");
      const answer = rejection(list.lacks("0x9", callWithin(clock, 600_000, { signal: ending.signal })));
      ending.abort(reason);
      expect(await answer).to.equal(reason);
      expect(asked).to.deep.equal([0]);
    });
  });
});
