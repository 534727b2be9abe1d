import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Backup, LocalCloud } from "dgraphcloud-local";
import { add, countOf, type Made, post, setSchema, whenReady } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

const schema = "type A { id: ID! x: String } type B { id: ID! y: String }";

describe("restores of a real Dgraph", function () {
  this.timeout(240_000);
  let data: string;
  let local: LocalCloud;
  let source: Made;
  let target: Made;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-restores-"));
    local = await startDgraphCloud({ data });
    [source, target] = await Promise.all([ready(local, { name: "source" }), ready(local, { name: "target" })]);
  });
  after(async () => {
    await local.close();
    rmSync(data, { recursive: true });
  });
  beforeEach(async () => {
    await drop("allDataAndSchema: true");
    await setSchema(source, schema);
    await add(source, "A", [{ x: "1" }, { x: "2" }]);
    await add(source, "B", [{ y: "1" }]);
  });

  const dataPlane = (backend: Made) => local.cloud.get(backend.uid);
  const drop = async (args: string): Promise<void> => {
    const mutation = `mutation { dropData(${args}) { response { code } } }`;
    expect((await post(source.slash, mutation, {}, source.auth)).errors).to.equal(undefined);
  };
  const backUp = (): Promise<Backup> => dataPlane(source).takeBackup({ full: true });
  const ended = async (id: number): Promise<[string, ...string[]]> => {
    for (;;) {
      await dataPlane(target).advance();
      const { status, errors } = dataPlane(target).restoreStatus(id);
      if (status !== "IN_PROGRESS") return [status, ...errors];
      await new Promise((later) => setTimeout(later, 100));
    }
  };
  const restored = async (backup: Backup): Promise<[string, ...string[]]> =>
    ended(await dataPlane(target).startRestore(dataPlane(source), backup));
  const nodes = async (): Promise<number[]> => Promise.all(["A", "B"].map((type) => nodesOf(local, target.uid, type)));

  it("are repeated when Alpha is killed during them, and a new series of backups begins", async () => {
    const backup = await backUp();
    expect((await dataPlane(target).takeBackup({ full: true })).type).to.equal("full");
    const log = join(data, "backends", target.uid, "logs", "alpha.log");
    const begun = (): number => readFileSync(log, "utf8").split("Got restore proposal").length;
    const before = begun();
    const id = await dataPlane(target).startRestore(dataPlane(source), backup);
    while (begun() === before) await new Promise((later) => setTimeout(later, 5));
    process.kill(engineOf(local, target.uid).alphaPid, "SIGKILL");
    expect(await ended(id)).to.deep.equal(["OK"]);
    expect(await nodes()).to.deep.equal([2, 1]);
    expect((await dataPlane(target).takeBackup()).type).to.equal("full");
  });

  it("are kept across a restart, even several in a row", async () => {
    await restored(await backUp());
    await add(source, "A", [{ x: "3" }]);
    await restored(await backUp());
    await dataPlane(target).restartEngine();
    expect(await nodes()).to.deep.equal([3, 1]);
  });

  for (const [what, dropIt] of [
    ["a type that the schema no longer has", () => drop('types: ["A"]')],
    ["a field that the schema no longer has", () => drop('fields: ["A.x"]')],
    ["everything, including the schema", () => drop("allDataAndSchema: true")],
  ] as const)
    it(`succeed from a backup after a drop of ${what}`, async () => {
      await setSchema(source, "type B { id: ID! y: String }");
      await dropIt();
      await setSchema(source, "type B { id: ID! y: String }");
      const kept = await countOf(source, "B");
      expect(await restored(await backUp())).to.deep.equal(["OK"]);
      expect(await countOf(target, "B"), "with its schema").to.equal(kept);
    });

  it("succeed from an empty backup", async () => {
    await drop("allDataAndSchema: true");
    expect(await restored(await backUp())).to.deep.equal(["OK"]);
    expect([await nodes(), await engineOf(local, target.uid).schema()]).to.deep.equal([[0, 0], ""]);
  });

  it("end with ERR and Dgraph's message when the backup is damaged, and a new series of backups begins", async () => {
    const backup = await backUp();
    await restored(backup);
    await dataPlane(target).takeBackup();
    const folder = join(engineOf(local, source.uid).backupsFolder, backup.folder);
    const files = join(folder, readdirSync(folder).find((name) => name.startsWith("dgraph.")) ?? "");
    for (const file of readdirSync(files)) writeFileSync(join(files, file), "damaged");
    const [status, ...errors] = await restored(backup);
    expect([status, errors.length]).to.deep.equal(["ERR", 1]);
    expect(errors[0]).to.contain("Failed to map the backup files");
    await whenReady(target);
    expect((await dataPlane(target).takeBackup()).type).to.equal("full");
  });
});
