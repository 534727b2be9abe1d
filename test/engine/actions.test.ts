import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { pause } from "../harness/clocks";
import { type Run, Stack } from "../harness/engineStack";
import { descendants, kill, killTree } from "../harness/processes";

interface EngineEvent {
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string; readonly ephemeral?: boolean };
}

const backends = `
  const args = { zone: "us-east-1", deploymentType: "dedicated" };
  const source = new dgraphcloud.Backend("source", { ...args, name: "production" });
  const target = new dgraphcloud.Backend("target", { ...args, name: "staging" });
`;

describe("engine: Restore and DataDrop act once", function () {
  this.timeout(300_000);
  let stack: Stack;
  let source: string;
  let target: string;

  const sent = (operation: string): number =>
    stack.local.journal.entries.filter((e) => e.operation === operation).length;
  const restores = (): number => sent("restore");
  const titles = async (uid: string): Promise<string[]> => {
    const answer = await stack.local.cloud.get(uid).engine.graphql({ query: "{ queryTask { title } }" });
    return ((answer.data as { queryTask?: { title: string }[] } | undefined)?.queryTask ?? []).map(
      ({ title }) => title,
    );
  };
  const add = (uid: string, title: string): Promise<unknown> =>
    stack.local.cloud.get(uid).engine.graphql({
      query: `mutation { addTask(input: [{ title: "${title}" }]) { numUids } addNote(input: [{ text: "x" }]) { numUids } }`,
    });

  const actions = () =>
    stack.local.journal.entries.filter(({ operation, acted }) => acted && /^(restore|dropData)$/.test(operation));
  /** The times between successive actions, in milliseconds. */
  const gaps = (): number[] => {
    const times = actions().map(({ time }) => time);
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  };

  /** Writes a program with the two backends and these statements. */
  function program(statements: string): void {
    stack.program(`${backends}\n${statements}`);
  }

  async function up(statements?: string): Promise<Run> {
    if (statements !== undefined) program(statements);
    const run = await stack.up();
    expect(run.code, run.output).to.equal(0);
    return run;
  }

  async function fails(work: Promise<Run>): Promise<Run> {
    const run = await work;
    expect(run.code, run.output).not.to.equal(0);
    return run;
  }

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 1_500 });
    await up("");
    const uidOf = (name: string): string => stack.local.cloud.all().find((one) => one.name === name)!.uid;
    source = uidOf("production");
    target = uidOf("staging");
    for (const uid of [source, target]) {
      await stack.local.cloud
        .get(uid)
        .engine.setSchema("type Task { id: ID! title: String! done: Boolean } type Note { id: ID! text: String! }");
    }
    await add(source, "from production");
    await add(target, "from staging");
    await stack.local.cloud.get(source).takeBackup();
    stack.local.journal.clear();
  });
  afterEach(() => stack.close());

  const restore = (more = ""): string =>
    `const restore = new dgraphcloud.Restore("copy", { target, source, ${more} });`;
  const drop = (more = "allData: true"): string => `new dgraphcloud.DataDrop("wipe", { backend: target, ${more} });`;

  /** The status that an up shows in the row of a waiting resource. */
  async function rowsOf(kind: string): Promise<string[]> {
    const log = join(stack.folder, "events.json");
    // The Automation API sets this variable to receive the event log.
    stack.environment["PULUMI_DEBUG_COMMANDS"] = "true";
    const run = await stack.up("--event-log", log);
    expect(run.code, run.output).to.equal(0);
    const events = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as EngineEvent);
    return events
      .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
      .filter(({ urn = "", ephemeral }) => ephemeral === true && urn.includes(`dgraphcloud:${kind}::`))
      .map(({ message }) => message.trimEnd());
  }

  it("shows the progress of a restore, changes nothing in a second up, and runs again for a new trigger that the preview names", async () => {
    program(restore('triggers: { release: "1" }'));
    const rows = await rowsOf("RestoreCompletion");
    expect(rows.join("\n")).to.match(new RegExp(`restore 1 of ${target}: IN_PROGRESS, \\S+ of 2h`));
    expect(rows.at(-1)).to.match(
      new RegExp(`^restore 1 of ${target} ended OK after \\S+; backend ${target} answers after \\S+$`),
    );
    expect(await titles(target)).to.deep.equal(["from production"]);
    expect(restores()).to.equal(1);

    stack.local.journal.clear();
    const again = await stack.up("--expect-no-changes");
    expect(again.code, again.output).to.equal(0);
    expect(stack.local.journal.count(), "a no-op up makes no request").to.equal(0);

    program(restore('triggers: { release: "2" }'));
    const preview = await stack.preview();
    expect(preview.output).to.contain("to replace").and.to.contain("release").and.to.contain('"1" => "2"');
    expect(restores(), "a preview sends nothing").to.equal(0);
    await up();
    expect(restores()).to.equal(1);
  });

  it("shows the service's message on ERR, fails again from the state without a request, and runs again for a new trigger", async () => {
    stack.local.cloud.get(target).setRestoreOutcome({ status: "ERR", errors: ["the backup is damaged"] });
    program(restore());
    const first = await fails(stack.up());
    expect(first.output).to.contain("the backup is damaged").and.to.contain("trigger");
    expect(restores()).to.equal(1);
    stack.local.journal.clear();
    const second = await fails(stack.up());
    expect(second.output).to.contain("the backup is damaged");
    expect(stack.local.journal.count(), "from the state, without a call").to.equal(0);
    await stack.refresh();
    expect((await fails(stack.up())).output, "a refresh does not make it well").to.contain("the backup is damaged");
    stack.local.journal.clear();
    stack.local.cloud.get(target).setRestoreOutcome({ status: "OK" });
    await up(restore('triggers: ["again"]'));
    expect(restores()).to.equal(1);
    expect(await titles(target)).to.deep.equal(["from production"]);
  });

  it("keeps a restore whose deadline passed, and a later up waits for the same one", async () => {
    stack.local.cloud.get(target).setRestoreOutcome({ status: "IN_PROGRESS" });
    program(restore('timeouts: { create: "2s" }'));
    const late = await fails(stack.up());
    expect(late.output).to.contain("timeouts.create").and.to.contain("IN_PROGRESS").and.to.contain("pulumi up");
    expect((await stack.refresh()).code).to.equal(0);
    await fails(stack.up());
    stack.local.cloud.get(target).setRestoreOutcome({ status: "OK" });
    await up(restore());
    expect(restores()).to.equal(1);
    expect(await titles(target)).to.deep.equal(["from production"]);
  });

  for (const how of ["SIGKILL of everything", "Ctrl-C twice"]) {
    it(`only continues to wait after ${how} during the wait`, async () => {
      stack.local.cloud.get(target).setRestoreOutcome({ status: "IN_PROGRESS" });
      program(restore());
      const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
      await stack.local.journal.waitFor(({ operation, acted }) => operation === "restore" && acted, 60_000);
      const polls = sent("restoreStatus");
      await stack.local.journal.waitFor(
        (e) => e.operation === "restoreStatus" && sent("restoreStatus") > polls + 1,
        60_000,
      );
      const others = descendants(child.pid ?? 0);
      if (how.startsWith("SIGKILL")) killTree(child, "SIGKILL");
      else {
        child.kill("SIGINT");
        await pause(500);
        child.kill("SIGINT");
      }
      await ended;
      for (const { pid } of others) kill(pid, "SIGKILL");
      await stack.pulumi("cancel", "--yes");
      stack.local.cloud.get(target).setRestoreOutcome({ status: "OK" });
      await up();
      expect(restores()).to.equal(1);
      expect(await titles(target)).to.deep.equal(["from production"]);
    });
  }

  it("never sends a restore again after a lost answer, and explains what may have happened and what to do", async () => {
    stack.local.faults.add({ operation: "restore", fault: { kind: "reset", acted: true } });
    program(restore());
    for (let run = 0; run < 2; run++) {
      const lost = await fails(stack.up());
      expect(lost.output).to.contain("may").and.to.contain("resumeRestoreId").and.to.contain("acceptUnknown");
    }
    expect(restores()).to.equal(1);
    await up(restore("resumeRestoreId: 1"));
    expect(restores()).to.equal(1);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
  });

  it("never sends a drop again after a lost answer, until acceptUnknown or a new trigger", async () => {
    stack.local.faults.add({ operation: "dropData", fault: { kind: "reset", acted: true } });
    program(drop());
    for (let run = 0; run < 2; run++) {
      const lost = await fails(stack.up());
      expect(lost.output).to.contain("may").and.to.contain("acceptUnknown");
    }
    expect(sent("dropData")).to.equal(1);
    await up(drop('allData: true, triggers: ["again"]'));
    expect(sent("dropData")).to.equal(2);
  });

  it("shows the status of the wait in the row of a Backend", async () => {
    stack.local.faults.add({ operation: "ready", calls: [1, 2], fault: { kind: "status", status: 503, acted: false } });
    program('new dgraphcloud.Backend("slow", { ...args, name: "slow" });');
    expect((await rowsOf("Backend")).join("\n")).to.match(/backend 0x\w+ to answer: HTTP 503, \S+ of 20m/);
  });

  it("fails after five minutes of UNKNOWN from a healthy backend, and continues after acceptUnknown", async () => {
    stack.local.cloud.get(target).setRestoreOutcome({ status: "IN_PROGRESS" });
    program(restore('timeouts: { create: "6s" }'));
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation, acted }) => operation === "restore" && acted, 60_000);
    await stack.local.cloud.get(target).restartEngine();
    expect((await fails(ended)).output)
      .to.contain("UNKNOWN")
      .and.to.contain("timeouts.create");
    // Make the wait look as old as this.
    await stack.rewriteRecords("unknownSince", new Date(Date.now() - 300_000).toISOString());
    const { output } = await fails(stack.up());
    const [, attempt = ""] = /acceptUnknown: "([^"]+)"/.exec(output) ?? [];
    expect(output).to.contain("DGC407").and.to.contain("forgotten");
    await up(restore(`acceptUnknown: "${attempt}"`));
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    expect(restores()).to.equal(1);
  });

  it("waits for a restore without a completion only before another action, and finds its backups", async () => {
    await up(`${restore("waitForCompletion: false")}
      exports.status = restore.status; exports.id = restore.restoreId;
      exports.backups = dgraphcloud.getBackupsOutput(source).apply(([first]) => first.folder + " " + first.backupNum);`);
    const { resources } = await stack.state();
    expect(resources.filter(({ type }) => type.endsWith("RestoreCompletion"))).to.deep.equal([]);
    expect(await stack.output("id")).to.equal("1");
    const [series] = await stack.local.cloud.get(source).listBackups();
    expect(await stack.output("backups")).to.equal(`${series?.[0]?.folder ?? ""} 1`);
    expect(restores()).to.equal(1);
    // After waitForCompletion is turned off and on again, it is the same restore.
    await up(restore());
    expect(restores()).to.equal(1);
  });

  it("sends no mutation in four refreshes and ups, with reused and forgotten ids", async () => {
    await up(restore() + drop("allData: true }, { dependsOn: [restore] } ); void ({ x: 1"));
    stack.local.journal.clear();
    for (let round = 0; round < 4; round++) {
      if (round === 1) await stack.local.cloud.get(target).restartEngine();
      if (round === 2) {
        const from = stack.local.cloud.get(source);
        await stack.local.cloud.get(target).startRestore(from, await from.findBackup("", 0));
      }
      const refresh = await stack.refresh();
      expect(refresh.code, refresh.output).to.equal(0);
      await up();
    }
    expect(restores() + sent("dropData")).to.equal(0);
  });

  it("does not run again when the target is renamed, its token rotated, or timeouts change", async () => {
    const both = (more: string): string => `${restore(more)}\n${drop(`allData: true, ${more}`)}`;
    await up(both(""));
    stack.local.cloud.rotateToken(target);
    await stack.refresh();
    stack.program(`${backends.replace('"staging"', '"staging-2"')}\n${both('timeouts: { create: "1h" }')}`);
    const preview = await stack.preview();
    expect(preview.output).not.to.contain("to replace");
    await up();
    expect(restores()).to.equal(1);
    expect(sent("dropData")).to.equal(1);
  });

  it("runs two restores and a drop on one target in the order of dependsOn", async () => {
    const run = await up(`
      const first = new dgraphcloud.Restore("first", { target, source });
      const wipe = new dgraphcloud.DataDrop("wipe", { backend: target, allData: true }, { dependsOn: [first] });
      new dgraphcloud.Restore("second", { target, source, triggers: ["second"] }, { dependsOn: [wipe] });
    `);
    expect(run.output).not.to.contain("in progress (");
    expect(actions().map(({ operation }) => operation)).to.deep.equal(["restore", "dropData", "restore"]);
    expect(gaps()[0], "the drop waits for the end of the restore").to.be.at.least(1_500);
    expect(await titles(target)).to.deep.equal(["from production"]);
  });

  it("runs eight restores on one target in one up, one after the other", async () => {
    stack.local.journal.clear();
    await up(`for (let i = 0; i < 8; i++) new dgraphcloud.Restore("copy-" + i, { target, source });`);
    expect(stack.local.journal.acted("restore")).to.equal(8);
    expect(restores()).to.equal(8);
    expect(Math.min(...gaps())).to.be.at.least(1_500);
  });

  it("never overlaps two restores and a drop without dependsOn", async () => {
    stack.local.journal.clear();
    await up(`
      new dgraphcloud.Restore("first", { target, source });
      new dgraphcloud.DataDrop("wipe", { backend: target, types: ["Note"] });
      new dgraphcloud.Restore("second", { target, source });
    `);
    expect(actions()).to.have.length(3);
    const afterRestores = gaps().filter((_, index) => actions()[index]?.operation === "restore");
    for (const gap of afterRestores) expect(gap).to.be.at.least(1_500);
  });

  it("refuses a wrong confirm and an expired notAfter in the preview", async () => {
    program(drop('allData: true, confirm: "production"'));
    const wrong = await fails(stack.preview());
    expect(wrong.output).to.contain("confirm").and.to.contain("staging").and.to.contain("production");
    program(drop('allData: true, notAfter: "2026-01-01T00:00:00Z"'));
    expect((await fails(stack.preview())).output).to.contain("notAfter");
    program(restore('notAfter: "2026-01-01T00:00:00Z"'));
    expect((await fails(stack.preview())).output).to.contain("notAfter");
    expect(restores() + sent("dropData")).to.equal(0);
    await up(drop('types: ["Task"], fields: ["Note.text"], confirm: "staging"'));
    expect(sent("dropData"), "types and fields are two mutations").to.equal(2);
    expect(await titles(target)).to.deep.equal([]);
  });

  it("deletes the record of an action without a request, and says so", async () => {
    await up(restore() + drop());
    stack.local.journal.clear();
    const run = await up("");
    expect(run.output).to.contain("no call is made");
    expect(restores() + sent("dropData")).to.equal(0);
  });
});
