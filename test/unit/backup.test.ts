import { expect } from "chai";
import { backup } from "../../provider/backup";
import { unchanged } from "../../provider/backup/contents";
import { DgraphCloudError } from "../../provider/errors/errors";
import { LostAnswerError, NotSentError } from "../../provider/errors/requestErrors";
import type { Connection } from "../../provider/resource/connection";
import { unknownValue } from "../../provider/resource/fields";
import { type Host, PartialFailure } from "../../provider/resource/hostInterface";
import { Lifecycle } from "../../provider/resource/lifecycle";
import type { Values } from "../../provider/resource/values";
import type { Account } from "../../provider/run/account";
import { ActionRecords } from "../../provider/run/actions";
import { Announcements } from "../../provider/run/announcements";
import { ActionQueue } from "../../provider/run/queue";
import { RestoreRecords } from "../../provider/run/restores";
import { startOfTime, TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";
import { clusterId, FakeDataPlane, refusal } from "../harness/fakeDataPlane";

const urn = "urn:pulumi:test::shop::pulumi-nodejs:dynamic/dgraphcloud:Backup::nightly";
const site = { operation: "backup", host: "127.0.0.1:8080" };
const minute = 60_000;

/** What the state records, as it is stored. */
function recordIn(outputs: Values): unknown {
  return JSON.parse(outputs["__state"] as string);
}

describe("a Backup", () => {
  let clock: TestClock;
  let cluster: FakeDataPlane;
  let account: Account;
  let lines: string[];
  let connection: Connection;
  let lifecycle: Lifecycle<never, never>;

  beforeEach(() => {
    clock = new TestClock();
    cluster = new FakeDataPlane(clock);
    [lines, connection] = [[], "cluster"];
    begin();
  });

  /** Begins another run: a process that has sent nothing yet. */
  function begin(): void {
    account = {
      data: cluster,
      actions: new ActionRecords(),
      restores: new RestoreRecords(),
      unknownOutcomes: new Map(),
      announcements: new Announcements(),
      queue: new ActionQueue(clock),
    } as unknown as Account;
    const host: Host = {
      settingsFailure: () => undefined,
      connection: () => connection,
      run: (step, work) => work(contextOf({ account, clock, urn: step.urn }, (line) => lines.push(line))),
    };
    lifecycle = new Lifecycle(backup, host) as unknown as Lifecycle<never, never>;
  }

  const given = (news: Values): { urn: string; news: Values; missing: string[] } => ({ urn, news, missing: [] });
  const create = (inputs: Values = {}): ReturnType<typeof lifecycle.create> =>
    lifecycle.create(given({ destination: "/backups", ...inputs }));
  const check = async (inputs: Values, olds: Values = {}): Promise<string[]> => {
    const { failures } = await lifecycle.check(olds, given(inputs));
    return failures.map(({ property, code, reason }) => `${property} ${code} ${reason}`);
  };
  const sent = (): number => cluster.requests.filter((one) => one === "backup").length;

  /** The failure of an operation, what the engine keeps of it, and the error behind it. */
  async function partial(work: Promise<unknown>): Promise<{ id: string; outputs: Values; cause: DgraphCloudError }> {
    const failure = await rejection(work);
    if (!(failure instanceof PartialFailure)) throw failure;
    const { id, outputs, cause } = failure;
    if (!(cause instanceof DgraphCloudError)) throw failure;
    return { id, outputs, cause };
  }

  async function refused(work: Promise<unknown>): Promise<DgraphCloudError> {
    const failure = await rejection(work);
    if (!(failure instanceof DgraphCloudError)) throw failure;
    return failure;
  }

  it("is sent once, waits for its task, and records the new entry of the list and what it holds", async () => {
    cluster.list("full");
    const credentials = { accessKey: "AKIAEXAMPLE", secretKey: "a-secret-key" };
    const { id, outputs } = await create({ credentials });
    expect(id).to.equal(`${clusterId}/backup/2030-01-01T00:00:00.000Z`);
    expect(cluster.orders).to.deep.equal([{ destination: "/backups", full: false, credentials }]);
    expect(outputs).to.deep.equal({
      ...{ destination: "/backups", credentials, cluster: clusterId },
      ...{ backupId: "elegant_rubin4", backupNum: 2, type: "incremental", path: cluster.listed[1]?.path },
      contents: { types: { User: 3 }, predicates: { "User.name": 3, "User.age": 2 } },
      startedAt: new Date(startOfTime).toISOString(),
      completedAt: outputs["completedAt"],
      __state: JSON.stringify({ given: ["destination", "credentials"], attempt: "sent" }),
    });
    expect(Date.parse(String(outputs["completedAt"]))).to.be.at.least(startOfTime + cluster.takesMs);
    expect(cluster.queryMs).to.deep.equal([30_000, 30_000]);
  });

  it("begins a series where the destination does not exist yet", async () => {
    cluster.hasFolder = false;
    const { outputs } = await create({ full: true });
    expect(outputs).to.include({ backupNum: 1, type: "full" });
    expect(cluster.orders[0]?.full).to.equal(true);
  });

  it("takes no other list for that of a destination that does not exist", async () => {
    cluster.fail = (operation) => {
      if (operation === "listBackups") throw refusal(operation, "Access Denied.");
    };
    expect((await refused(create())).why).to.contain("Access Denied");
    expect(sent()).to.equal(0);
  });

  it("records no number that changed meanwhile, or that may not be read", async () => {
    cluster.predicates["Secret.text"] = undefined;
    const running = create();
    await clock.sleep(0);
    cluster.fail = (operation) => {
      if (operation.startsWith("task")) cluster.predicates["User.age"] = 3;
    };
    const { outputs } = await running;
    expect(outputs["contents"]).to.deep.equal({ types: { User: 3 }, predicates: { "User.name": 3 } });
  });

  it("is taken, and says so, where nothing can be counted", async () => {
    cluster.fail = (operation) => {
      if (operation === "counts") throw new LostAnswerError({ ...site, operation }, { why: "no answer" });
    };
    const { outputs } = await create();
    expect(outputs).to.include({ backupNum: 1 }).and.not.to.have.property("contents");
    expect(lines.join("\n")).to.contain("could not be counted").and.to.contain("no answer");
  });

  it("waits until another backup has ended, since two at once fail", async () => {
    cluster.busyUntil = startOfTime + minute;
    const { id } = await create();
    expect(Date.parse(id.split("/")[2] ?? "")).to.be.at.least(cluster.busyUntil);
  });

  for (const [when, script] of [
    [
      "at once",
      (): void => void (cluster.refuse = () => raise(refusal("backup", "resolving backup failed because task failed"))),
    ],
    ["later", (): void => void (cluster.ends = "failed")],
  ] as const) {
    it(`leaves nothing in the state when it fails ${when}, names the usual reasons, and is sent again by the next run`, async () => {
      script();
      const { code, next } = await refused(create());
      expect(code).to.equal("DGC808");
      expect(next.join("\n")).to.match(/nothing was written .*set full: true/);
      expect((await refused(create({ full: true }))).next.join("\n")).not.to.contain("nothing was written");
      expect(sent()).to.equal(2);
    });
  }

  it("keeps its task when the wait is over, and the next run waits for the same one", async () => {
    cluster.takesMs = 10 * minute;
    const inputs = { destination: "/backups", timeouts: { create: "1m" } };
    const { id, outputs, cause } = await partial(create(inputs));
    expect(cause.code).to.equal("DGC209");
    expect(recordIn(outputs)).to.include({ status: "pending", taskId: "0x17" });
    begin();
    const later = await lifecycle.update(id, outputs, given({ ...inputs, timeouts: { create: "1h" } }));
    expect(later).to.include({ backupId: "elegant_rubin4", backupNum: 1 });
    expect(later["contents"]).to.deep.equal({ types: { User: 3 }, predicates: { "User.name": 3, "User.age": 2 } });
    expect(recordIn(later)).to.deep.include({ attempt: "sent" }).and.not.to.have.any.keys("before", "status");
    expect(sent()).to.equal(1);
  });

  it("that fails after its run stays failed, without a call, until a trigger changes", async () => {
    [cluster.takesMs, cluster.ends] = [10 * minute, "failed"];
    const inputs = { destination: "/backups", timeouts: { create: "1m" } };
    const { id, outputs } = await partial(create(inputs));
    begin();
    const news = given({ ...inputs, timeouts: { create: "1h" } });
    const failed = await partial(lifecycle.update(id, outputs, news));
    expect(failed.cause.code).to.equal("DGC808");
    begin();
    cluster.requests.length = 0;
    const again = await refused(lifecycle.update(id, failed.outputs, news));
    expect(again.next.join("\n")).to.contain("give triggers a new value");
    expect(cluster.requests).to.deep.equal([]);
    expect(await lifecycle.diff(id, failed.outputs, news)).to.include({ changes: true });
  });

  it("refuses to go on at another cluster", async () => {
    cluster.takesMs = 10 * minute;
    const { id, outputs } = await partial(create({ timeouts: { create: "1m" } }));
    begin();
    cluster.id = "another";
    expect((await refused(lifecycle.update(id, outputs, given({ destination: "/backups" })))).code).to.equal("DGC801");
  });

  it("waits while Alpha starts again, and takes the list for the task that no Alpha knows any more", async () => {
    let seen = 0;
    cluster.fail = (operation) => {
      if (!operation.startsWith("task")) return;
      if (seen++ < 3) throw new NotSentError({ ...site, operation }, new Error("connect ECONNREFUSED"));
      throw refusal("task", "the Alpha that served that task is not available");
    };
    expect((await create()).outputs).to.include({ backupNum: 1 });
    expect(seen).to.be.at.least(4);
  });

  it("whose answer is lost is found in the list, and is not sent again", async () => {
    cluster.list("full");
    cluster.lose = () => raise(new LostAnswerError(site, { why: "the connection broke" }));
    cluster.takesMs = 3 * minute;
    const { outputs } = await create();
    expect(outputs).to.include({ backupNum: 2, type: "incremental" });
    expect(recordIn(outputs)).not.to.have.property("status");
    expect([sent(), account.unknownOutcomes.size]).to.deep.equal([1, 0]);
  });

  it("takes no incremental backup for the full one that it asked for", async () => {
    cluster.lose = () => raise(new LostAnswerError(site, { why: "the connection broke" }));
    cluster.ends = "failed";
    const running = create({ full: true });
    cluster.fail = (operation) => {
      if (operation === "listBackups" && sent() === 1 && cluster.listed.length === 0) cluster.list("incremental");
    };
    expect((await partial(running)).cause.code).to.equal("DGC809");
  });

  it("whose answer is lost without a trace is never sent again without a trigger", async () => {
    cluster.lose = () => raise(new LostAnswerError(site, { why: "the connection broke" }));
    cluster.ends = "failed";
    const { id, outputs, cause } = await partial(create());
    expect(cause.code).to.equal("DGC809");
    expect(cause.next.join("\n")).to.contain(`acceptUnknown: "${id}"`);
    expect(clock.elapsedMs).to.be.at.least(minute);
    expect(account.unknownOutcomes.get(clusterId)).to.equal(id);
    begin();
    cluster.requests.length = 0;
    const news = { destination: "/backups" };
    expect((await refused(lifecycle.update(id, outputs, given(news)))).code).to.equal("DGC809");
    const accepted = await lifecycle.update(id, outputs, given({ ...news, acceptUnknown: id }));
    expect(accepted).not.to.have.property("backupId");
    expect(recordIn(accepted)).to.include({ attempt: "accepted" }).and.not.to.have.property("status");
    expect(cluster.requests).to.deep.equal([]);
  });

  it("is not recorded as unknown where it surely was not sent", async () => {
    cluster.refuse = () => raise(new NotSentError(site, new Error("connect ECONNREFUSED")));
    expect((await refused(create())).code).to.equal("DGC201");
  });

  it("is refused after notAfter, and at a cluster that confirm does not name", async () => {
    const destination = "/backups";
    const late = await check({ destination, notAfter: "2029-12-31T00:00:00Z" });
    expect(late.join()).to.match(/^notAfter DGC413 /);
    expect((await refused(create({ notAfter: "2029-12-31T00:00:00Z" }))).code).to.equal("DGC413");
    expect(cluster.requests).to.deep.equal([]);
    const [wrong = ""] = await check({ destination, confirm: "production" });
    expect(wrong)
      .to.match(/^confirm DGC415 /)
      .and.to.contain("127.0.0.1:8080")
      .and.to.contain(clusterId);
    expect((await refused(create({ confirm: "production" }))).code).to.equal("DGC415");
    expect(sent()).to.equal(0);
    for (const confirm of ["127.0.0.1:8080", clusterId])
      expect(await check({ destination, confirm })).to.deep.equal([]);
  });

  it("is refused for an account of Dgraph Cloud", async () => {
    connection = "account";
    expect((await check({ destination: "/backups" })).join()).to.contain("DGC803");
  });

  it("is refused, without a call, where the settings rule it out", async () => {
    cluster.ruledOut = { code: "DGC811", property: "", reason: "only the superadmin may do it" };
    expect((await check({ destination: "/backups" })).join()).to.contain("DGC811 only the superadmin");
    expect((await refused(create())).code).to.equal("DGC811");
    expect(cluster.requests).to.deep.equal([]);
  });

  it("refuses credentials with another name, and accepts values that are not known yet", async () => {
    const destination = "s3://s3.eu-west-1.amazonaws.com/bucket";
    const [failure = ""] = await check({ destination, credentials: { user: "a", password: "b" } });
    expect(failure).to.match(/^credentials DGC603 /);
    const credentials = { accessKey: "a", secretKey: unknownValue };
    expect(await check({ destination, credentials })).to.deep.equal([]);
  });

  it("refuses a destination with a password, which the state would hold in clear", async () => {
    const [failure = ""] = await check({ destination: "minio://key:secret@127.0.0.1:9000/bucket" });
    expect(failure)
      .to.match(/^destination DGC603 /)
      .and.to.contain("give them as credentials");
    expect(await check({ destination: "/folder/with@sign" })).to.deep.equal([]);
  });

  it("is replaced by another destination or trigger only, and says that nothing is lost", async () => {
    const { id, outputs } = await create({ triggers: { night: 1 }, full: true });
    const replacesOf = async (news: Values): Promise<unknown> =>
      (
        await lifecycle.diff(
          id,
          outputs,
          given({ destination: "/backups", triggers: { night: 1 }, full: true, ...news }),
        )
      ).replaces;
    expect(await replacesOf({ full: false, notAfter: "2031-01-01T00:00:00Z" })).to.deep.equal([]);
    expect(await replacesOf({ credentials: { anonymous: true } })).to.deep.equal([]);
    expect(await replacesOf({ destination: "/others" })).to.deep.equal(["destination"]);
    expect(await replacesOf({ triggers: { night: 2 } })).to.deep.equal(["triggers"]);
    lines = [];
    await check(
      { destination: "/backups", triggers: { night: 2 } },
      { destination: "/backups", triggers: { night: 1 } },
    );
    expect(lines).to.deep.equal(["will take another backup; no data changes, and the files of the earlier one stay"]);
  });

  it("removes credentials from the state that the program leaves out", async () => {
    const { id, outputs } = await create({ credentials: { anonymous: true } });
    expect(await lifecycle.diff(id, outputs, given({ destination: "/backups" }))).to.deep.include({ replaces: [] });
    expect(await lifecycle.update(id, outputs, given({ destination: "/backups" }))).not.to.have.property("credentials");
  });
});

describe("the contents of a backup", () => {
  const counts = { types: { User: 3, Post: 0 }, predicates: { "User.name": 3 } };

  it("are what was the same before and after it", () => {
    const after = { types: { User: 4, Post: 0, New: 1 }, predicates: { "User.name": 3 } };
    expect(unchanged(counts, after)).to.deep.equal({ types: { Post: 0 }, predicates: { "User.name": 3 } });
  });

  it("are not known if one of the two is not", () => {
    expect(unchanged(undefined, counts)).to.equal(undefined);
    expect(unchanged(counts, undefined)).to.equal(undefined);
  });
});

function raise(error: Error): never {
  throw error;
}
