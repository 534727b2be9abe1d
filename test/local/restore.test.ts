import { expect } from "chai";
import type { RestoreJob, RestoreResult } from "../../local/cloud/engine";
import { RestoreLog } from "../../local/engines/dgraph/restoreLog";
import { beginRestore, type RestoreContext } from "../../local/engines/dgraph/restore";
import { CallerError } from "../../local/cloud/callerError";

const backup = { type: "full", backupNum: 1, folder: "2026-47", timestamp: "" } as const;
const begun = (timestamp: number): string =>
  `I1125 21:21:49.1 9803 draft.go:803] Got restore proposal at Index: 33, ReadTs: ${timestamp}`;
const ended = "I1125 21:21:49.4 9803 online_restore.go:411] reseting local gql schema store";
const notApplied = (timestamp: number, why: string): string =>
  `E1125 21:21:49.3 9803 draft.go:914] Applying proposal. Error: ${why}. Proposal: "index:21  restore:{group_id:1  restore_ts:${timestamp}  location:\\"file:///data/2026-47\\"  backup_num:1}".`;
const notProposed = (why: string): string =>
  `E1125 21:21:49.3 9803 online_restore.go:149] Error while restoring ${why}`;

describe("a restore of a real Dgraph", () => {
  let log: RestoreLog;
  let health: "healthy" | "draining" | "down";
  let problem: string | undefined;
  let sending: () => Promise<unknown>;
  let ending: AbortController;

  beforeEach(() => {
    log = new RestoreLog();
    health = "healthy";
    problem = undefined;
    sending = () => Promise.resolve({});
    ending = new AbortController();
  });
  afterEach(() => {
    ending.abort();
  });

  const begin = (more: Partial<RestoreContext> = {}): Promise<RestoreJob> => {
    const alpha = {
      admin: <T>() => sending() as Promise<T>,
      commitNothing: () => Promise.resolve(),
      health: () => Promise.resolve(health),
      answers: () => Promise.resolve(health === "healthy"),
    };
    const { signal } = ending;
    return beginRestore(alpha, {
      alpha: () => (health === "down" ? undefined : alpha),
      problem: () => problem,
      location: "file:///data/2026-47",
      backup,
      events: log.eventsFromNow(),
      signal,
      ...more,
    });
  };
  const result = async (job: RestoreJob): Promise<RestoreResult> => {
    while (!job.isDone(0)) await new Promise((later) => setTimeout(later, 20));
    return job.finish();
  };
  const stillRuns = async (job: RestoreJob): Promise<void> => {
    await new Promise((later) => setTimeout(later, 500));
    expect(job.isDone(0)).to.equal(false);
  };
  const read = (...lines: string[]): void => {
    for (const line of lines) log.read(line);
  };
  const ok: RestoreResult = { status: "OK", errors: [] };
  const err = (message: string): RestoreResult => ({ status: "ERR", errors: [message] });

  it("is OK once the log reports its end and the database takes requests again", async () => {
    const job = await begin();
    health = "draining";
    read(begun(13), ended);
    await stillRuns(job);
    health = "healthy";
    expect(await result(job)).to.deep.equal(ok);
  });

  it("is running until the log reports its end, even if the database is healthy", async () => {
    const job = await begin();
    await stillRuns(job);
    read(begun(13));
    await stillRuns(job);
  });

  it("fails with the first error in the log", async () => {
    const proposed = await begin();
    read(notProposed("cannot wait for restore ts 13"));
    expect(await result(proposed)).to.deep.equal(err("cannot wait for restore ts 13"));
    const applied = await begin();
    read(begun(14), notApplied(14, "Failed to map the backup files: unexpected EOF"), notProposed("cannot propose"));
    expect(await result(applied)).to.deep.equal(err("Failed to map the backup files: unexpected EOF"));
  });

  it("has the result of its repetition after a crash of the database, not the result of an older restore", async () => {
    read(begun(7), notApplied(7, "an older one"));
    const job = await begin();
    read(begun(13));
    log.died("Alpha ended (SIGKILL)");
    health = "down";
    await stillRuns(job);
    health = "healthy";
    read(begun(7), notApplied(7, "an older one"));
    await stillRuns(job);
    read(begun(13), ended);
    expect(await result(job)).to.deep.equal(ok);
  });

  it("fails when the database does not resume it after a crash", async () => {
    const job = await begin({ resumesWithinMs: 300 });
    log.died("Alpha ended (SIGKILL)");
    expect(await result(job)).to.deep.equal(
      err("Alpha ended (SIGKILL); the database was started again, and did not resume the restore"),
    );
  });

  it("is OK when the database crashed after its end", async () => {
    const job = await begin({ resumesWithinMs: 300 });
    health = "down";
    read(begun(13), ended);
    log.died("Alpha ended (SIGKILL)");
    health = "healthy";
    expect(await result(job)).to.deep.equal(ok);
  });

  it("fails when the database is not started again", async () => {
    const job = await begin();
    log.died("Alpha ended (SIGKILL)");
    problem = "Dgraph did not start: the disk is full";
    expect(await result(job)).to.deep.equal(err(problem));
  });

  it("fails at once when the database is stopped on purpose", async () => {
    const job = await begin();
    health = "down";
    ending.abort();
    expect((await result(job)).status).to.equal("ERR");
  });

  it("fails at once if Dgraph refuses it, is watched if its answer was lost, and is refused during another one", async () => {
    sending = () => Promise.reject(new CallerError("the folder doesn't exist"));
    expect(await result(await begin())).to.deep.equal(err("the folder doesn't exist"));
    sending = () => Promise.reject(new TypeError("fetch failed"));
    const lost = await begin();
    read(begun(13), ended);
    expect(await result(lost)).to.deep.equal(ok);
    sending = () => Promise.reject(new CallerError("another restore operation is already running."));
    expect(await begin().catch(String)).to.contain("another restore operation is in progress");
  });
});
