import { expect } from "chai";
import { unknownValue } from "../../provider/resource/fields";
import type { Fault } from "dgraphcloud-local";
import { pause } from "../harness/clocks";
import type { Made, Values } from "../harness/providerHost";
import { testedHost } from "../harness/testedHost";
import { failureOf, partialFailureOf, Fixture, urnOf } from "./fixture";

describe(`lifecycle: a Restore behind the real ${testedHost} host`, function () {
  this.timeout(120_000);
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await Fixture.begin();
  });
  afterEach(() => fixture.close());

  const acted = (): number => fixture.local.journal.acted("restore");
  const sent = (): number => fixture.local.journal.count("restore");
  const begin = (more: Values = {}): Promise<Made> => fixture.request.create(fixture.requestInputs(more));
  const wait = (request: Made, more: Values = {}): Promise<Made> =>
    fixture.completion.create(fixture.completionInputs(request, more));
  const target = () => fixture.local.cloud.get(fixture.target);
  /** Starts a restore outside of this stack. */
  const someRestore = async (): Promise<void> => {
    const source = fixture.local.cloud.get(fixture.source);
    await target().startRestore(source, await source.findBackup("", 0));
  };

  it("replaces the data of the target with the latest backup, and reports which one", async () => {
    const request = await begin();
    expect(request.id).to.match(new RegExp(`^${fixture.target}/1/\\d{4}-`));
    expect(request.properties).to.include({ restoreId: 1, restoredNum: 1, restoredType: "full" });
    const { properties } = await wait(request);
    expect(properties).to.include({ status: "OK", confirmed: true });
    expect(await fixture.authors(fixture.target)).to.deep.equal(["from-production"]);
    expect(acted()).to.equal(1);
    await fixture.waitForOutput(`restore 1 of ${fixture.target} ended OK after`);
    const { jwtToken } = target().deployment;
    expect(JSON.stringify([request, properties]) + fixture.output).not.to.contain(jwtToken);
  });

  it("completes only after the target answers again", async () => {
    const request = await begin();
    fixture.injectFault("ready", { kind: "status", status: 503, acted: false }, "every");
    const late = await partialFailureOf(wait(request, { timeouts: { create: "1500ms" } }));
    expect(late.message).to.contain(`backend ${fixture.target} to answer`).and.to.contain("HTTP 503");
    expect(late.properties).to.include({ status: "OK" });
    fixture.local.faults.clear();
    fixture.local.journal.clear();
    await fixture.completion.update(late.id, late.properties, fixture.completionInputs(request));
    expect(fixture.local.journal.count("restoreStatus")).to.equal(0);
  });

  it("restores the given backup", async () => {
    await fixture.write(fixture.source, "later");
    const { folder } = await fixture.local.cloud.get(fixture.source).takeBackup();
    await wait(await begin({ backupFolder: folder, backupNum: 1 }));
    expect(await fixture.authors(fixture.target)).to.deep.equal(["from-production"]);
    await wait(await begin({ backupFolder: folder, triggers: ["again"] }));
    expect(await fixture.authors(fixture.target)).to.deep.equal(["from-production", "later"]);
  });

  it("fails with the service's message on ERR, and again from the state without a request, until a new trigger", async () => {
    target().setRestoreOutcome({ status: "ERR", errors: ["the backup is damaged", "a file is missing"] });
    const request = await begin();
    const failed = await partialFailureOf(wait(request));
    expect(failed.message).to.contain("the backup is damaged; a file is missing").and.to.contain("triggers");
    expect(failed.properties).to.include({ status: "ERR" });
    await fixture.restartHost();
    fixture.local.journal.clear();
    const inputs = fixture.completionInputs(request);
    expect((await fixture.completion.diff(failed.id, failed.properties, inputs)).changes).to.equal(true);
    const again = await failureOf(fixture.completion.update(failed.id, failed.properties, inputs));
    expect(again.message).to.contain("the backup is damaged");
    expect(fixture.local.journal.count()).to.equal(0);
  });

  it("continues to wait in another process after a deadline, and sends nothing", async () => {
    target().setRestoreOutcome({ status: "IN_PROGRESS" });
    const request = await begin();
    const late = await partialFailureOf(wait(request, { timeouts: { create: "600ms" } }));
    expect(late.message).to.contain("timeouts.create").and.to.contain("IN_PROGRESS").and.to.contain("run pulumi up");
    await fixture.restartHost();
    const waiting = fixture.completion.update(late.id, late.properties, fixture.completionInputs(request));
    await fixture.local.journal.waitFor(({ operation }) => operation === "restoreStatus", 10_000);
    setTimeout(() => {
      target().setRestoreOutcome({ status: "OK" });
    }, 1_000);
    expect(await waiting).to.include({ status: "OK", confirmed: true });
    expect(acted()).to.equal(1);
  });

  it("accepts an OK at the first poll of a resumed wait with a warning", async () => {
    const request = await begin();
    await fixture.local.journal.waitFor(({ operation }) => operation === "restore", 1_000);
    await pause(400);
    await fixture.restartHost();
    const { properties } = await wait(request);
    expect(properties).to.include({ status: "OK", confirmed: false });
    await fixture.waitForOutput("Look at the data");
  });

  const lost: readonly { title: string; fault: Fault }[] = [
    { title: "a reset", fault: { kind: "reset", acted: true } },
    { title: "a reset before it acted", fault: { kind: "reset", acted: false } },
    { title: "HTTP 502", fault: { kind: "status", status: 502, acted: true } },
    { title: "an HTML page", fault: { kind: "body", body: "<html></html>", acted: true } },
    { title: "an answer cut off", fault: { kind: "cut-off", acted: true } },
    { title: "null", fault: { kind: "data", data: { restore: null }, acted: true } },
    { title: "no id", fault: { kind: "data", data: { restore: { response: null, errors: null } }, acted: true } },
    { title: "HTTP 408", fault: { kind: "status", status: 408, acted: true } },
    {
      title: "a code that is no success",
      fault: { kind: "data", data: { restore: { response: { code: "Failure", message: "busy" } } }, acted: true },
    },
    { title: "EOF", fault: { kind: "errors", messages: ["EOF"], acted: true } },
    {
      title: "a text about authorization",
      fault: { kind: "errors", messages: ["session token expired"], acted: true },
    },
    {
      title: "another restore operation in progress",
      fault: { kind: "errors", messages: ["another restore operation with id 1 is in progress"], acted: true },
    },
  ];
  it("treats an ERR of an uncertain restore as unknown after acceptUnknown", async () => {
    target().setRestoreOutcome({ status: "IN_PROGRESS" });
    const request = await begin();
    await target().restartEngine();
    const late = await partialFailureOf(wait(request, { timeouts: { create: "300ms" } }));
    target().setRestoreOutcome({ status: "ERR", errors: ["of another one"] });
    await someRestore();
    await pause(400);
    await fixture.restartHost();
    const inputs = fixture.completionInputs(request);
    const failed = await partialFailureOf(fixture.completion.update(late.id, late.properties, inputs));
    expect(failed.message).to.contain("of another one").and.to.contain(`acceptUnknown: "${request.id}"`);
    const accepting = { ...inputs, acceptUnknown: request.id };
    const outs = await fixture.completion.update(late.id, failed.properties, accepting);
    expect(outs).to.deep.include({ status: "UNKNOWN", errors: [], confirmed: false });
  });

  for (const { title, fault } of lost) {
    it(`never sends a restore again after ${title}`, async () => {
      fixture.injectFault("restore", fault);
      const unknown = await partialFailureOf(begin());
      expect(unknown.id).to.match(new RegExp(`^${fixture.target}/unknown/`));
      expect(unknown.message).to.contain(`acceptUnknown: "${unknown.id}"`).and.to.contain("resumeRestoreId");
      for (let run = 0; run < 3; run++) {
        await fixture.restartHost();
        const read = await fixture.request.read(unknown.id, unknown.properties);
        expect((await fixture.request.diff(unknown.id, read.properties, fixture.requestInputs())).changes).to.equal(
          true,
        );
        const again = await failureOf(fixture.request.update(unknown.id, read.properties, fixture.requestInputs()));
        expect(again.message).to.contain("acceptUnknown");
      }
      expect(sent()).to.equal(1);
    });
  }

  it("waits for the restore that resumeRestoreId names after a lost answer, under the same id", async () => {
    fixture.injectFault("restore", { kind: "reset", acted: true });
    const unknown = await partialFailureOf(begin());
    const inputs = fixture.requestInputs({ resumeRestoreId: 1 });
    expect((await fixture.request.diff(unknown.id, unknown.properties, inputs)).replaces).to.deep.equal([]);
    const properties = await fixture.request.update(unknown.id, unknown.properties, inputs);
    expect(properties).to.include({ restoreId: 1 });
    expect((await wait({ id: unknown.id, properties })).properties).to.include({ status: "OK" });
    expect(sent()).to.equal(1);
  });

  it("ends as unknown after acceptUnknown with the id of this attempt only", async () => {
    fixture.injectFault("restore", { kind: "reset", acted: true });
    const unknown = await partialFailureOf(begin());
    const other = fixture.requestInputs({ acceptUnknown: `${fixture.target}/unknown/2020-01-01T00:00:00.000Z` });
    expect((await failureOf(fixture.request.update(unknown.id, unknown.properties, other))).message).to.contain(
      unknown.id,
    );
    const accepting = { acceptUnknown: unknown.id };
    const properties = await fixture.request.update(unknown.id, unknown.properties, fixture.requestInputs(accepting));
    fixture.local.journal.clear();
    const done = await wait({ id: unknown.id, properties }, accepting);
    expect(done.properties).to.include({ status: "UNKNOWN", confirmed: false });
    expect(fixture.local.journal.count()).to.equal(0);
  });

  it("keeps a restore id that comes beside errors", async () => {
    fixture.injectFault("restore", { kind: "errors", messages: ["slow disk"], acted: true, withData: true });
    const made = await partialFailureOf(begin());
    expect(made.id).to.match(new RegExp(`^${fixture.target}/1/`));
    expect(made.message).to.contain("slow disk");
    await fixture.request.update(made.id, made.properties, fixture.requestInputs());
    expect(sent()).to.equal(1);
  });

  it("is sent once however often an error hook repeats the create", async () => {
    fixture.injectFault("restore", { kind: "reset", acted: true });
    const first = await partialFailureOf(begin());
    const second = await partialFailureOf(begin());
    expect(second.id).to.equal(first.id);
    expect(sent()).to.equal(1);
  });

  it("keeps nothing in the state when the service refuses, and is sent again in this case only", async () => {
    fixture.injectFault("restore", { kind: "errors", messages: ["the source is frozen"], acted: false });
    const failure = await failureOf(begin());
    expect(failure.made).to.equal(undefined);
    expect(failure.message).to.contain("the source is frozen");
    await begin();
    expect(acted()).to.equal(1);
  });

  it("reads a rotated token from one fresh list", async () => {
    await begin();
    await pause(400);
    fixture.local.cloud.rotateToken(fixture.target);
    await wait(await begin({ triggers: ["again"] }));
    expect(acted()).to.equal(2);
  });

  it("is sent again with the new token when the old one was refused", async () => {
    const held = fixture.local.faults.add({ operation: "listBackups", fault: { kind: "pause", acted: true } });
    const beginning = begin();
    await fixture.local.journal.waitFor(
      ({ operation, fault }) => operation === "listBackups" && fault === "pause",
      10_000,
    );
    fixture.local.cloud.rotateToken(fixture.target);
    held.release();
    await beginning;
    expect([sent(), acted()]).to.deep.equal([2, 1]);
  });

  it("is sent again on a new connection after HTTP 429", async () => {
    fixture.injectFault("restore", { kind: "status", status: 429, acted: false, retryAfter: "0" });
    await begin();
    expect([sent(), acted()]).to.deep.equal([2, 1]);
    const { entries } = fixture.local.journal;
    for (const { connection } of entries.filter(({ operation }) => operation === "restore")) {
      expect(entries.filter((entry) => entry.connection === connection)).to.have.length(1);
    }
  });

  it("fails on an unknown restore status, and keeps the restore", async () => {
    const request = await begin();
    const data = { restoreStatus: { response: { status: "PERHAPS", errors: [] } } };
    fixture.injectFault("restoreStatus", { kind: "data", data, acted: false }, "every");
    const failed = await partialFailureOf(wait(request));
    expect(failed.message).to.contain("data.restoreStatus.response.status");
    fixture.local.faults.clear();
    await fixture.completion.update(failed.id, failed.properties, fixture.completionInputs(request));
    expect(sent()).to.equal(1);
  });

  it("does not treat an error message about authorization as a refused token", async () => {
    fixture.injectFault("restore", { kind: "unauthorized", as: "errors" });
    const beginning = partialFailureOf(begin());
    // With a rotated token, a second attempt would seem reasonable.
    await fixture.local.journal.waitFor(({ operation }) => operation === "listBackups", 10_000);
    fixture.local.cloud.rotateToken(fixture.target);
    await beginning;
    expect(sent()).to.equal(1);
  });

  it("sends nothing in ten refreshes and updates with UNKNOWN and reused ids", async () => {
    const request = await begin();
    await pause(400);
    await target().restartEngine();
    let late = await partialFailureOf(wait(request, { timeouts: { create: "300ms" } }));
    for (let run = 0; run < 10; run++) {
      // A restore outside of this stack gets the same id.
      if (run === 5) await someRestore();
      await fixture.restartHost();
      const inputs = fixture.requestInputs();
      const read = await fixture.request.read(request.id, request.properties);
      expect((await fixture.request.diff(request.id, read.properties, inputs)).changes).to.equal(false);
      const known = await fixture.completion.read(late.id, late.properties);
      const news = fixture.completionInputs(request, { timeouts: { create: "300ms" } });
      const diff = await fixture.completion.diff(late.id, known.properties, news);
      expect(diff.replaces).to.deep.equal([]);
      if (diff.changes === false) continue;
      const outcome = await fixture.completion.update(late.id, known.properties, news).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) {
        expect(outcome).to.include({ status: "OK", confirmed: false });
        late = { ...late, properties: outcome as Values };
      }
    }
    expect(sent()).to.equal(1);
  });

  describe("beside other actions on one target", () => {
    const named = (name: string): Values => ({ __urn: urnOf("RestoreRequest", name), timeouts: { create: "60s" } });
    /** The times between successive actions. */
    const gaps = (): number[] => {
      const times = fixture.local.journal.entries
        .filter(({ operation }) => operation === "restore" || operation === "dropData")
        .map(({ time }) => time);
      return times.slice(1).map((time, index) => time - (times[index] ?? 0));
    };

    it("never overlaps with concurrent restores and a concurrent drop", async () => {
      const drop: Values = { allData: true, __urn: urnOf("DataDrop", "d"), timeouts: { create: "60s" } };
      await fixture.close();
      fixture = await Fixture.begin({ dropMs: 300 });
      drop["backend"] = fixture.target;
      await Promise.all([begin(named("a")), fixture.drop.create(drop), begin(named("b"))]);
      expect(acted()).to.equal(2);
      expect(fixture.local.journal.acted("dropData")).to.equal(1);
      for (const gap of gaps()) expect(gap).to.be.at.least(300);
      expect(gaps()).to.have.length(2);
    });

    it("makes a drop wait for it, also while another node answers UNKNOWN", async () => {
      await fixture.close();
      fixture = await Fixture.begin({ restoreMs: 1_500 });
      const drop = { backend: fixture.target, allData: true, __urn: urnOf("DataDrop", "d") };
      const request = await begin(named("a"));
      const unknown = { restoreStatus: { response: { status: "UNKNOWN", errors: [] } } };
      fixture.injectFault("restoreStatus", { kind: "data", data: unknown, acted: false }, [1, 3]);
      fixture.injectFault(
        "restoreStatus",
        { kind: "errors", messages: ["the server is not ready"], acted: false },
        [2],
      );
      await fixture.drop.create(drop);
      const [gap] = gaps();
      expect(gap).to.be.at.least(1_500);
      expect(await fixture.authors(fixture.target)).to.deep.equal([]);
      await wait(request);
    });

    it("sends nothing while it is unknown whether an earlier restore of this stack still runs", async () => {
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await begin(named("a"));
      await target().restartEngine();
      const short = { timeouts: { create: "1500ms" } };
      const drop = { backend: fixture.target, allData: true, __urn: urnOf("DataDrop", "d"), ...short };
      for (const work of [() => fixture.drop.create(drop), () => begin({ ...named("b"), ...short })]) {
        expect((await failureOf(work())).message)
          .to.contain("UNKNOWN")
          .and.to.contain("Nothing was sent");
      }
      expect([sent(), fixture.local.journal.count("dropData")]).to.deep.equal([1, 0]);
    });

    it("sends nothing after an action of the same run with a lost answer", async () => {
      const drop = { backend: fixture.target, allData: true, __urn: urnOf("DataDrop", "d") };
      fixture.injectFault("dropData", { kind: "reset", acted: false });
      const unknown = await partialFailureOf(fixture.drop.create(drop));
      const failure = await failureOf(begin());
      expect(failure.message).to.contain(unknown.id).and.to.contain("DGC417");
      expect(failure.made).to.equal(undefined);
      expect(sent()).to.equal(0);
      await fixture.restartHost();
      fixture.injectFault("restore", { kind: "reset", acted: false });
      await partialFailureOf(begin());
      expect((await failureOf(fixture.drop.create(drop))).message).to.contain("DGC417");
      expect([sent(), fixture.local.journal.count("dropData")]).to.deep.equal([1, 1]);
    });

    it("fails at its deadline while another restore runs, with nothing sent", async () => {
      await fixture.close();
      fixture = await Fixture.begin({ dropMs: 2_000 });
      const drop = fixture.drop.create({ backend: fixture.target, allData: true, __urn: urnOf("DataDrop", "d") });
      await fixture.local.journal.waitFor(({ operation }) => operation === "restoreStatus", 5_000);
      const failure = await failureOf(begin({ ...named("b"), timeouts: { create: "500ms" } }));
      expect(failure.message).to.contain("DGC412").and.to.contain("nothing was sent");
      await drop;
      expect(sent()).to.equal(0);
    });

    it("does not deadlock with eight restores", async () => {
      const made = await Promise.all(Array.from({ length: 8 }, (_, index) => begin(named(`r${index}`))));
      expect(new Set(made.map(({ id }) => id)).size).to.equal(8);
      expect(acted()).to.equal(8);
      for (const gap of gaps()) expect(gap).to.be.at.least(300);
    });

    it("fails at its deadline in the queue, with nothing sent", async () => {
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await begin(named("a"));
      const failure = await failureOf(begin({ ...named("b"), timeouts: { create: "500ms" } }));
      expect(failure.made).to.equal(undefined);
      expect(failure.message).to.contain("must end first").and.to.contain("Nothing was sent");
      expect(sent()).to.equal(1);
    });

    it("sends nothing when notAfter passes in the queue", async () => {
      await fixture.close();
      fixture = await Fixture.begin({ restoreMs: 2_000 });
      await begin(named("a"));
      const notAfter = new Date(Date.now() + 1_000).toISOString();
      expect((await failureOf(begin({ ...named("b"), notAfter }))).message).to.contain("DGC413");
      expect(sent()).to.equal(1);
    });

    it("is not sent while an unknown restore runs, and names resumeRestoreId", async () => {
      await fixture.close();
      fixture = await Fixture.begin({ restoreMs: 0 });
      for (let count = 1; count <= 60; count++) {
        target().setRestoreOutcome({ status: count < 60 ? "OK" : "IN_PROGRESS" });
        await someRestore();
        await target().advance();
      }
      const failure = await failureOf(begin());
      expect(failure.message).to.contain("resumeRestoreId: 60");
      expect(sent()).to.equal(0);
      const request = await begin({ resumeRestoreId: 60 });
      expect(request.properties).to.include({ restoreId: 60 });
      expect(sent()).to.equal(0);
    });

    it("resumes the restore of a new trigger that was killed before its answer", async () => {
      const request = await begin();
      const { id, properties } = request;
      await wait(request);
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await someRestore();
      const changed = fixture.requestInputs({ triggers: ["new"] });
      await fixture.request.diff(id, properties, changed);
      const failure = await failureOf(fixture.request.create(changed));
      const [, running] = /set resumeRestoreId: (\d+)/.exec(failure.message) ?? [];
      const resuming = { ...changed, resumeRestoreId: Number(running) };
      expect((await fixture.request.check(fixture.requestInputs(), resuming)).failures).to.deep.equal([]);
      const taken = await fixture.request.create(resuming);
      expect(taken.properties).to.include({ restoreId: Number(running) });
      expect(sent()).to.equal(1);
    });

    it("does not repeat its own restore that has the id of an earlier one, since Dgraph counts from 1 after a restart", async () => {
      const request = await begin();
      await wait(request);
      await target().restartEngine();
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await someRestore();
      await fixture.restartHost();
      const changed = fixture.requestInputs({ triggers: ["new"] });
      await fixture.request.diff(request.id, request.properties, changed);
      const failure = await failureOf(fixture.request.create(changed));
      expect(failure.message).to.contain("DGC410").and.to.contain("an earlier run of this very resource");
      expect(failure.message).to.contain("set resumeRestoreId: 1");
      expect(failure.made).to.equal(undefined);
      const taken = await fixture.request.create({ ...changed, resumeRestoreId: 1 });
      expect(taken.properties).to.include({ restoreId: 1 });
      expect(sent()).to.equal(1);
    });

    it("does not repeat its own restore when another resource once had the same id", async () => {
      const a = await begin(named("a"));
      await wait(a);
      await target().restartEngine();
      await fixture.restartHost();
      const b = await begin(named("b"));
      await wait(b);
      await target().restartEngine();
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await someRestore();
      await fixture.restartHost();
      const changed = fixture.requestInputs({ ...named("a"), triggers: ["new"] });
      await fixture.request.diff(a.id, a.properties, changed);
      await fixture.request.diff(b.id, b.properties, fixture.requestInputs(named("b")));
      expect((await failureOf(fixture.request.create(changed))).message).to.contain(
        "an earlier run of this very resource",
      );
      expect(sent()).to.equal(2);
    });

    it("treats a running restore with the id of an ended one as unknown, and lets the user resume it", async () => {
      const a = await begin(named("a"));
      const ended = await wait(a);
      await target().restartEngine();
      target().setRestoreOutcome({ status: "IN_PROGRESS" });
      await someRestore();
      await fixture.restartHost();
      await fixture.request.diff(a.id, a.properties, fixture.requestInputs(named("a")));
      await fixture.completion.diff(a.id, ended.properties, fixture.completionInputs(a));
      const drop = { backend: fixture.target, allData: true, __urn: urnOf("DataDrop", "d") };
      for (const work of [() => begin(named("b")), () => fixture.drop.create(drop)]) {
        expect((await failureOf(work())).message)
          .to.contain("DGC410")
          .and.to.contain("has ended");
      }
      expect((await begin({ ...named("b"), resumeRestoreId: 1 })).properties).to.include({ restoreId: 1 });
      expect([sent(), fixture.local.journal.count("dropData")]).to.deep.equal([1, 0]);
    });

    it("refuses to resume the restore of another resource", async () => {
      await begin(named("a"));
      const failure = await failureOf(begin({ ...named("b"), resumeRestoreId: 1 }));
      expect(failure.message).to.contain('belongs to Restore "a" of this stack');
    });
  });

  describe("refuses", () => {
    it("a target that is not dedicated, an unknown uid, a source without backups and a missing backup", async () => {
      const shared = await fixture.dedicated("small", "shared");
      const cases: readonly [Values, RegExp][] = [
        [{ target: shared }, /"shared".*dedicated/s],
        [{ target: "0x999" }, /the account dev@example.com has no backend 0x999/],
        [{ source: "0x999" }, /the account dev@example.com has no backend 0x999/],
        [{ source: fixture.target }, /has no backups.*dgraphcloud-local backup/s],
        [{ source: shared }, /Backups exist for dedicated/],
        [{ backupFolder: "1999-1" }, /no backup folder "1999-1".*there are/s],
        [{ backupNum: 9 }, /no backup number 9/],
      ];
      for (const [more, waitForOutput] of cases) {
        const failure = await failureOf(begin(more));
        expect(failure.message).to.match(waitForOutput);
        expect(failure.made).to.equal(undefined);
      }
      expect(sent()).to.equal(0);
    });

    it("an expired notAfter before it runs, but not afterwards", async () => {
      const past = fixture.requestInputs({ notAfter: "2020-01-01T00:00:00Z" });
      expect((await fixture.request.check({}, past)).failures[0]).to.include({ property: "notAfter" });
      expect((await failureOf(begin({ notAfter: "2020-01-01T00:00:00Z" }))).message).to.contain("notAfter");
      expect((await fixture.request.check(fixture.requestInputs(), past)).failures).to.deep.equal([]);
      const again = await fixture.request.check(fixture.requestInputs(), { ...past, triggers: ["new"] });
      expect(again.failures[0]).to.include({ property: "notAfter" });
      expect(fixture.local.journal.count()).to.equal(0);
    });

    it("no values that are unknown in a preview", async () => {
      const passed = { notAfter: "2020-01-01T00:00:00Z" };
      const first = await fixture.request.check({}, fixture.requestInputs({ notAfter: unknownValue }));
      expect(first.failures).to.deep.equal([]);
      for (const triggers of [{ at: unknownValue }, [unknownValue]]) {
        const olds = fixture.requestInputs({ ...passed, triggers: { at: "then" } });
        expect((await fixture.request.check(olds, { ...olds, triggers })).failures).to.deep.equal([]);
      }
    });

    it("an unchanged resumeRestoreId together with a new trigger", async () => {
      const olds = fixture.requestInputs({ resumeRestoreId: 1 });
      const { failures } = await fixture.request.check(olds, { ...olds, triggers: ["new"] });
      expect(failures[0]).to.include({ property: "resumeRestoreId" });
    });

    it("a resumeRestoreId of an earlier restore of the same resource", async () => {
      const request = await begin();
      await wait(request);
      const { id, properties } = request;
      const news = fixture.requestInputs({ resumeRestoreId: properties["restoreId"], triggers: ["new"] });
      expect((await fixture.request.check(fixture.requestInputs(), news)).failures).to.deep.equal([]);
      expect((await fixture.request.diff(id, properties, news)).replaces).to.deep.equal(["triggers"]);
      const failure = await failureOf(fixture.request.create(news));
      expect(failure.message).to.contain("an earlier run of this very resource");
      expect(sent()).to.equal(1);
    });
  });

  describe("runs again", () => {
    const replaces = async (before: Values, after: Values): Promise<string[]> => {
      const { id, properties } = await begin(before);
      return (await fixture.request.diff(id, properties, fixture.requestInputs(after))).replaces;
    };
    const cases: readonly { title: string; before: Values; after: Values; replaced: readonly string[] }[] = [
      { title: "for an added trigger", before: {}, after: { triggers: ["a"] }, replaced: ["triggers"] },
      {
        title: "for a changed trigger",
        before: { triggers: { a: "1" } },
        after: { triggers: { a: "2" } },
        replaced: ["triggers"],
      },
      {
        title: "not for a removed trigger",
        before: { triggers: ["a", "b"] },
        after: { triggers: ["b"] },
        replaced: [],
      },
      { title: "not when all triggers are removed", before: { triggers: { a: "1" } }, after: {}, replaced: [] },
      { title: "not when the restored backup is now given", before: {}, after: { backupNum: 1 }, replaced: [] },
      { title: "for another backup", before: {}, after: { backupNum: 2 }, replaced: ["backupNum"] },
      { title: "not when the backup is no longer given", before: { backupNum: 1 }, after: {}, replaced: [] },
      { title: "not for timeouts", before: {}, after: { timeouts: { create: "1h" } }, replaced: [] },
      { title: "for another source", before: {}, after: { source: "0x1" }, replaced: ["source"] },
    ];
    for (const { title, before, after, replaced } of cases) {
      it(title, async () => {
        expect(await replaces(before, after)).to.deep.equal(replaced);
      });
    }

    it("and records removed inputs without a request", async () => {
      const { id, properties } = await begin({ triggers: ["a"], backupNum: 1 });
      fixture.local.journal.clear();
      const outs = await fixture.request.update(id, properties, fixture.requestInputs());
      expect(outs).not.to.have.any.keys("triggers", "backupNum");
      expect(fixture.local.journal.count()).to.equal(0);
    });
  });

  it("deletes its record without a request, and says so", async () => {
    const request = await begin();
    fixture.local.journal.clear();
    await fixture.request.delete(request.id, request.properties);
    expect(fixture.local.journal.count()).to.equal(0);
    await fixture.waitForOutput("no call is made");
  });
});
