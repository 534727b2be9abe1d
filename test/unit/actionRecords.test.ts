import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import type { SettingName } from "../../provider/api/settings";
import { backend } from "../../provider/backend";
import { systemClock } from "../../provider/time";
import { dataDrop } from "../../provider/dataDrop";
import { unknownValue } from "../../provider/resource/fields";
import { HostProcess } from "../../provider/host/process";
import { diffOnHost } from "../harness/hosts/differences";
import { type Provider, providerOf } from "../harness/hosts/provider";
import { restoreCompletion } from "../../provider/restore/completion";
import { restoreRequest } from "../../provider/restore/request";
import { rejection } from "../harness/errors";

type Values = Record<string, unknown>;

const urnOf = (kind: string, name: string): string =>
  `urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:${kind}::${name}`;

/** One provider process: its resources, and the messages that it shows for each of them. */
class Process {
  readonly lines: string[] = [];
  readonly backend: Provider;
  readonly drop: Provider;
  readonly request: Provider;
  readonly completion: Provider;

  constructor({ accounts, endpoint }: LocalCloud) {
    const { signal } = new AbortController();
    const log = (_: string | undefined, message: string, { severity = "INFO" }): boolean =>
      this.lines.push(`${severity} ${message}`) > 0;
    const host = new HostProcess(systemClock, () => ({ log, signal, flushed: () => Promise.resolve() }));
    const settings: Partial<Record<SettingName, string | undefined>> = { endpoint, ...accounts[0] };
    host.configure((setting) => settings[setting]);
    this.backend = providerOf(backend, host);
    this.drop = providerOf(dataDrop, host);
    this.request = providerOf(restoreRequest, host);
    this.completion = providerOf(restoreCompletion, host);
  }

  get warnings(): string[] {
    return this.lines.filter((line) => line.startsWith("WARNING"));
  }
}

describe("the records of actions", () => {
  let local: LocalCloud;
  let run: Process;
  let target: string;
  let source: string;

  const make = async (name: string): Promise<string> => {
    const asked = { name, zone: "us-east-1", deploymentType: "dedicated" };
    return (await local.cloud.createDeployment(local.accounts[0]!, asked)).uid;
  };
  const nextRun = (): Process => (run = new Process(local));

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 0 });
    [target, source] = [await make("staging"), await make("production")];
    nextRun();
  });
  afterEach(() => local.close());

  const hidden = (kind: string, name: string, isProtected: boolean): Values => ({
    __urn: urnOf(kind, name),
    __backend: urnOf("Backend", "db"),
    __backendDeletionProtection: isProtected,
    __backendProtect: isProtected,
  });
  const drop = (more: Values = {}, isProtected = true): Values => ({
    backend: target,
    allData: true,
    ...hidden("DataDrop", "wipe", isProtected),
    ...more,
  });
  const restore = (more: Values = {}): Values => ({
    target,
    source,
    ...hidden("RestoreRequest", "copy-request", true),
    ...more,
  });
  const database = (more: Values = {}): Values => ({
    name: "db",
    zone: "us-east-1",
    deploymentType: "dedicated",
    __urn: urnOf("Backend", "db"),
    ...more,
  });
  /** An action that ran in an earlier run. */
  async function ran(inputs: Values = drop()): Promise<{ id: string; outs: Values }> {
    const made: { id: string; outs?: Values } = await run.drop.create(inputs);
    nextRun();
    return { id: made.id, outs: made.outs ?? {} };
  }
  async function refusals(provider: Provider, olds: Values, news: Values): Promise<string[]> {
    const { failures = [] } = await provider.check(olds, news);
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  }

  describe("when previewed", () => {
    it("report what a first drop erases, on which backend, and that it may have run before", async () => {
      await run.drop.check({}, drop());
      expect(run.warnings).to.have.length(1);
      expect(run.warnings[0]).to.contain(`will erase all data of the backend "staging" (${target})`);
      expect(run.warnings[0]).to.contain("first run, as far as this stack's state tells").and.to.contain("notAfter");
    });

    it("name the types and fields to be dropped", async () => {
      await run.drop.check({}, drop({ allData: undefined, types: ["Author"], fields: ["Task.title"] }));
      expect(run.warnings[0]).to.contain("will erase type Author, field Task.title of the backend");
    });

    it("report which backup of which backend a first restore uses, and which one is the latest now", async () => {
      await local.cloud.get(source).takeBackup();
      const [series] = await local.cloud.get(source).listBackups();
      const folder = series?.[0]?.folder ?? "";
      await run.request.check({}, restore());
      expect(run.warnings[0])
        .to.contain(`will replace all data and the schema of the backend "staging" (${target}) with the latest backup`)
        .and.to.contain(`of the backend "production" (${source}), which is now backup 1 in "${folder}" (full, `);
      nextRun();
      local.journal.clear();
      await run.request.check({}, restore({ backupFolder: folder, backupNum: 1 }));
      expect(run.warnings[0]).to.contain(`with backup 1 in "${folder}" of the backend "production"`);
      expect(local.journal.count("listBackups"), "what the program says need not be looked up").to.equal(0);
    });

    it("report once why an action runs again, although the engine checks twice", async () => {
      const before = drop({ triggers: { asked: "1", kept: "k" } });
      const again = drop({ triggers: { asked: "2", kept: "k" } });
      for (const olds of [before, {}]) await run.drop.check(olds, again);
      expect(run.warnings).to.have.length(1);
      expect(run.warnings[0]).to.contain('runs again because of a change of triggers ("asked"): ');
    });

    it("tell a first run from a forced replacement and from a value that is still unknown", async () => {
      for (const olds of [drop(), {}]) await run.drop.check(olds, drop());
      expect(run.warnings[0]).to.contain("because the engine replaces it");
      nextRun();
      const unknown = drop({ triggers: { asked: unknownValue } });
      for (const olds of [drop({ triggers: { asked: "1" } }), {}]) await run.drop.check(olds, unknown);
      expect(run.warnings).to.have.length(1);
      expect(run.warnings[0]).to.contain("because of a change of triggers");
    });

    it("report nothing and make no request when the action does not run", async () => {
      local.journal.clear();
      await run.drop.check(
        drop({ triggers: { a: 1, b: 2 } }),
        drop({ triggers: { a: 1 }, notAfter: "2000-01-01T00:00:00Z" }),
      );
      await run.request.check(restore(), restore({ confirm: "anything", timeouts: { create: "3h" } }));
      await run.request.check({}, restore({ resumeRestoreId: 7 }));
      expect(run.lines).to.deep.equal([]);
      expect(local.journal.count()).to.equal(0);
    });

    it("report nothing about a backend that the same run creates", async () => {
      await run.drop.check({}, drop({ backend: unknownValue }));
      expect(run.warnings).to.deep.equal([]);
      expect(run.lines.join()).to.contain("a backend that is not known yet");
      nextRun();
      const { id } = await run.backend.create(database());
      run.lines.length = 0;
      await run.drop.check({}, drop({ backend: id }));
      expect(run.lines).to.deep.equal([]);
    });

    it("warn when the same run adopted the backend", async () => {
      const { id } = await run.backend.create(database({ name: "staging", adoptExisting: true }));
      await run.drop.check({}, drop({ backend: id }));
      expect(run.warnings[0]).to.contain(`will erase all data of the backend "staging" (${id})`);
    });

    it("show the uid when the service does not answer, after one request for all of them", async () => {
      local.faults.add({
        operation: "deployments",
        calls: "every",
        fault: { kind: "errors", messages: ["no"], acted: false },
      });
      await run.drop.check({}, drop());
      await run.drop.check({}, { ...drop(), __urn: urnOf("DataDrop", "another") });
      expect(run.warnings.map((line) => line.includes(`of the backend ${target}. `))).to.deep.equal([true, true]);
      expect(local.journal.count("deployments")).to.equal(1);
    });
  });

  describe("confirm of a Restore", () => {
    it("is compared in the preview and again before the restore is sent, and a mismatch names both backends", async () => {
      await local.cloud.get(source).takeBackup();
      const wrong = restore({ confirm: "production" });
      const [refusal] = await refusals(run.request, {}, wrong);
      expect(refusal).to.match(/^confirm: is "production", and the backend 0x\w+ is called "staging"/);
      expect(refusal).to.contain("DGC415");
      expect((await rejection(run.request.create(wrong))).message)
        .to.contain('"production"')
        .and.to.contain("target");
      expect(local.journal.count("restore")).to.equal(0);
      expect(await refusals(run.request, {}, restore({ confirm: "staging" }))).to.deep.equal([]);
      expect(await refusals(run.request, restore(), wrong), "what has run is not asked again").to.deep.equal([]);
      await run.request.create(restore({ confirm: "staging" }));
      expect(local.journal.acted("restore")).to.equal(1);
    });
  });

  describe("of a protected backend", () => {
    it("are kept when a run declares nothing, and the message names the ways out", async () => {
      const { id, outs } = await ran();
      const refused = (await rejection(run.drop.delete(id, outs))).message;
      expect(refused).to.contain('DataDrop "wipe"').and.to.contain(`its backend "db" (${target})`);
      expect(refused).to.contain("DGC418").and.to.contain("deletionProtection: false").and.to.contain("--exclude");
    });

    it("are kept for a restore and for the wait for a restore, too", async () => {
      await local.cloud.get(source).takeBackup();
      const made: { id: string; outs?: Values } = await run.request.create(restore());
      const waited: { id: string; outs?: Values } = await run.completion.create({
        request: made.id,
        target,
        restoreId: made.outs?.["restoreId"],
        ...hidden("RestoreCompletion", "copy-completion", true),
      });
      nextRun();
      for (const [provider, { id, outs = {} }] of [
        [run.completion, waited],
        [run.request, made],
      ] as const)
        expect((await rejection(provider.delete(id, outs))).message).to.contain("DGC418");
    });

    it("are deleted, with a warning, while the program declares the backend", async () => {
      const { id, outs } = await ran(drop({ backend: target }));
      const adopted: { id: string; outs?: Values } = await run.backend.create(
        database({ name: "staging", adoptExisting: true, deletionProtection: true }),
      );
      nextRun();
      const state = { ...adopted.outs };
      await run.backend.diff(adopted.id, state, database({ name: "staging", deletionProtection: true }));
      await run.drop.delete(id, outs);
      expect(run.warnings[0]).to.contain("first run").and.to.contain(`if the backend ${target} is still there`);
    });

    it("are deleted without a warning when this run made a newer record of the same action", async () => {
      const { id, outs } = await ran();
      await run.drop.create(drop({ triggers: ["again"] }));
      await run.drop.delete(id, outs);
      expect(run.warnings).to.deep.equal([]);
    });

    it("are deleted before the newer record is made under deleteBeforeReplace", async () => {
      const { id, outs } = await ran();
      await run.drop.diff(id, outs, drop({ triggers: ["again"] }));
      await run.drop.delete(id, outs);
      expect(run.warnings).to.deep.equal([]);
    });

    it("are kept after a refresh in the same run has read and diffed them", async () => {
      const { id, outs } = await ran();
      const { props = {} } = (await run.drop.read(id, outs)) as { props?: Values };
      await run.drop.diff(id, props, drop());
      expect((await rejection(run.drop.delete(id, outs))).message).to.contain("DGC418");
    });
  });

  describe("when the protection changes", () => {
    const off = { __backendDeletionProtection: false, __backendProtect: false };

    it("are updated in the state only, with an explanation, and never replaced", async () => {
      const { id, outs } = await ran();
      const news = drop(off);
      expect(await run.drop.diff(id, outs, news)).to.deep.equal(diffOnHost({ changes: true }));
      expect(run.lines.join()).to.contain("not protected any more");
      local.journal.clear();
      const updated: { outs?: Values } = await run.drop.update(id, outs, news);
      expect(local.journal.count()).to.equal(0);
      nextRun();
      await run.drop.delete(id, updated.outs ?? {});
      const on: { outs?: Values } = await run.drop.update(id, updated.outs ?? {}, drop());
      nextRun();
      expect((await rejection(run.drop.delete(id, on.outs ?? {}))).message).to.contain("DGC418");
    });

    it("show no change for a protection that is unknown or unset, or that an older state does not have", async () => {
      const { id, outs } = await ran();
      const left = { __backendDeletionProtection: undefined, __backendProtect: undefined };
      const unknown = { __backendDeletionProtection: unknownValue, __backendProtect: unknownValue };
      for (const more of [left, unknown])
        expect(await run.drop.diff(id, outs, drop(more))).to.deep.equal(diffOnHost({ changes: false }));
      const before = { ...outs, __backend: undefined, ...left };
      expect(await run.drop.diff(id, before, drop())).to.deep.equal(diffOnHost({ changes: false }));
    });

    it("stay protected while the program leaves deletionProtection unset, as the Backend does, even after the action runs again", async () => {
      const made: { id: string; outs?: Values } = await run.backend.create(database({ deletionProtection: true }));
      const leftOut = drop({ backend: made.id, __backendDeletionProtection: undefined, __backendProtect: false });
      const { id, outs } = await ran(drop({ backend: made.id, __backendProtect: true }));
      const updated: { outs?: Values } = await run.drop.update(id, outs, leftOut);
      nextRun();
      expect((await rejection(run.drop.delete(id, updated.outs ?? {}))).message).to.contain("DGC418");
      await run.backend.diff(made.id, { ...made.outs }, database());
      const again = await ran({ ...leftOut, triggers: ["again"] });
      expect((await rejection(run.drop.delete(again.id, again.outs))).message).to.contain("DGC418");
    });

    it("record the change although the action itself is unfinished", async () => {
      local.faults.add({ operation: "dropData", fault: { kind: "reset", acted: true } });
      const lost = (await rejection(run.drop.create(drop()))) as Error & { id: string; properties: Values };
      nextRun();
      const failed = (await rejection(run.drop.update(lost.id, lost.properties, drop(off)))) as Error & {
        properties: Values;
      };
      nextRun();
      await run.drop.delete(lost.id, failed.properties);
    });
  });

  it("are named when the delete of their backend fails after they were deleted", async () => {
    const made: { id: string; outs?: Values } = await run.backend.create(database());
    const { id, outs } = await ran(drop({ backend: made.id }, false));
    local.faults.add({ operation: "deleteDeployment", fault: { kind: "errors", messages: ["not now"], acted: false } });
    await run.drop.delete(id, outs);
    const failed = (await rejection(run.backend.delete(made.id, { ...made.outs }))).message;
    expect(failed).to.contain("not now").and.to.contain(`The records of wipe have left the state already`);
  });

  describe("in the preview of their Backend", () => {
    const olds = database({ deletionProtection: true });

    it("explain what becomes possible when deletionProtection is set to false", async () => {
      await run.backend.check(olds, database({ deletionProtection: false }));
      expect(run.warnings[0]).to.contain("switched off").and.to.contain("deletes all its data");
    });

    it("explain that removing deletionProtection from the program does not turn it off", async () => {
      await run.backend.check(olds, database());
      expect(run.warnings[0]).to.contain("stays on").and.to.contain("set deletionProtection: false");
    });

    it("show nothing when deletionProtection does not change", async () => {
      await run.backend.check(olds, olds);
      await run.backend.check(database(), database());
      expect(run.lines).to.deep.equal([]);
    });
  });
});
