import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dgraphEngines } from "../../local/engines/dgraph/engines";
import { isAlive, recordOf } from "../../local/storage/processRecords";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, session } from "./calls";
import { type Engines } from "../../local/cloud/engine";

describe("the data folder and temporary folders", () => {
  let parent: string;
  let data: string;
  const temporary = process.env["TMPDIR"];
  const opened: (LocalCloud | Engines)[] = [];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "dgraphcloud-folders-"));
    data = join(parent, "data");
    mkdirSync(data, { mode: 0o700 });
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    if (temporary === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = temporary;
    rmSync(parent, { recursive: true, force: true });
  });

  const start = async (more: object = {}): Promise<LocalCloud> => {
    const local = await startLocalCloud({ provisioningMs: 0, data, say: () => undefined, ...more });
    opened.push(local);
    return local;
  };
  const onDgraph = (): Promise<LocalCloud> => start({ engine: "dgraph", dgraph: "/bin/true" });
  const refusal = (started: Promise<unknown>): Promise<string> =>
    started.then(
      () => "started",
      (error: unknown) => String(error),
    );
  const state = (): { deployments: { deployment: Record<string, unknown>; backend: object }[] } =>
    JSON.parse(readFileSync(join(data, "cloud.json"), "utf8")) as never;

  it("keep other folders under backends/ as they are", async () => {
    const project = join(data, "backends", "my-service", "src");
    mkdirSync(project, { recursive: true });
    chmodSync(join(data, "backends"), 0o755);
    const modes = (): number[] => [join(data, "backends"), project].map((folder) => statSync(folder).mode);
    const before = modes();
    writeFileSync(join(project, "index.ts"), "work of years");
    writeFileSync(join(project, "..", "processes.json"), "mine");
    await (await onDgraph()).close();
    await (await onDgraph()).close();
    expect(readFileSync(join(project, "index.ts"), "utf8")).to.equal("work of years");
    expect(readFileSync(join(project, "..", "processes.json"), "utf8")).to.equal("mine");
    expect(modes()).to.deep.equal(before);
  });

  it("are refused, not emptied, when they hold databases without a state", async () => {
    const database = join(data, "backends", "0x42", "p");
    mkdirSync(database, { recursive: true });
    writeFileSync(join(database, "MANIFEST"), "data");
    expect(await refusal(onDgraph()))
      .to.contain("0x42 holds a database")
      .and.to.contain("put that file back");
    expect(readFileSync(join(database, "MANIFEST"), "utf8")).to.equal("data");
    expect(readdirSync(data), "nothing is written or locked").to.deep.equal(["backends"]);
  });

  it("lose the remains of an interrupted delete at the next start", async () => {
    await (await onDgraph()).close();
    mkdirSync(join(data, "backends", "0x77", "p"), { recursive: true });
    await (await onDgraph()).close();
    expect(readdirSync(join(data, "backends"))).to.deep.equal([]);
  });

  it("are refused unchanged when their state cannot be read", async () => {
    mkdirSync(join(data, "backends", "0x42"), { recursive: true });
    mkdirSync(join(data, "cloud.json"));
    for (const started of [start(), onDgraph()])
      expect(await refusal(started))
        .to.contain("cloud.json cannot be read")
        .and.to.contain("EISDIR");
    expect(readdirSync(data)).to.have.members(["backends", "cloud.json"]);
    expect(existsSync(join(data, "backends", "0x42"))).to.equal(true);
  });

  for (const [what, change, message] of [
    ["a uid with a relative path", { uid: "../../victim" }, 'backend 1 has no usable "uid"'],
    ["a uid with an absolute path", { uid: "/0x42" }, 'backend 1 has no usable "uid"'],
    ["a uid with a NUL character", { uid: "0x42\u0000" }, 'backend 1 has no usable "uid"'],
    ["a uid that is not a string", { uid: ["0x42"] }, 'backend 1 has no usable "uid"'],
    ["no token", { jwtToken: null }, 'backend 1 has no usable "jwtToken"'],
    ["no address", { url: 1 }, 'backend 1 has no usable "url"'],
  ] as const)
    it(`are refused when the state has ${what}`, async () => {
      const local = await start();
      await make(local, await session(local));
      await local.close();
      const saved = state();
      Object.assign(saved.deployments[0]?.deployment ?? {}, change);
      writeFileSync(join(data, "cloud.json"), JSON.stringify(saved));
      expect(await refusal(start()))
        .to.contain(message)
        .and.to.contain("repair it");
      expect(state()).to.deep.equal(saved);
      expect(existsSync(join(data, "lock"))).to.equal(false);
    });

  for (const nextBackupAt of [-1, "soon", null])
    it(`are refused when the state has the next backup at ${String(nextBackupAt)}`, async () => {
      const local = await start();
      await make(local, await session(local));
      await local.close();
      const saved = state();
      Object.assign(saved.deployments[0]?.backend ?? {}, { nextBackupAt });
      writeFileSync(join(data, "cloud.json"), JSON.stringify(saved));
      expect(await refusal(start())).to.contain('backend 1 has no usable "nextBackupAt"');
    });

  for (const [what, change, message] of [
    ["an empty key", { key: "" }, '"key"'],
    ["a negative next uid", { nextUid: -1 }, '"nextUid"'],
    ["two backends with the same uid", undefined, "two backends have the same uid"],
  ] as const)
    it(`are refused when the state has ${what}`, async () => {
      const local = await start();
      await make(local, await session(local));
      await local.close();
      const saved = state();
      const { deployments } = saved;
      Object.assign(saved, change ?? { deployments: [...deployments, ...deployments] });
      writeFileSync(join(data, "cloud.json"), JSON.stringify(saved));
      expect(await refusal(start()))
        .to.contain(message)
        .and.to.contain("remove it");
    });

  it("are refused when every user may write to them", async () => {
    chmodSync(data, 0o777);
    expect(await refusal(start()))
      .to.contain("every user of this machine may write")
      .and.to.contain("chmod o-w");
    expect(readdirSync(data)).to.deep.equal([]);
    chmodSync(data, 0o775);
    await start();
  });

  it("are never written through links or files that others have put there", async () => {
    const victim = join(parent, "victim");
    writeFileSync(victim, "kept");
    symlinkSync(victim, join(data, "cloud.json.next"));
    symlinkSync(victim, join(data, "lock"));
    const local = await start();
    await make(local, await session(local));
    expect(readFileSync(victim, "utf8")).to.equal("kept");
    rmSync(join(data, "cloud.json.next"), { force: true });
    writeFileSync(join(data, "cloud.json.next"), "", { mode: 0o644 });
    await make(local, await session(local));
    expect(statSync(join(data, "cloud.json")).mode & 0o777, "of the state").to.equal(0o600);
  });

  it("become private again when a copy has lost its permissions", async () => {
    await (await start()).close();
    chmodSync(join(data, "cloud.json"), 0o644);
    await start();
    expect(statSync(join(data, "cloud.json")).mode & 0o777).to.equal(0o600);
    const copied = join(data, "backends", "0x42");
    mkdirSync(copied, { recursive: true, mode: 0o755 });
    opened.push(await dgraphEngines({ executable: "/bin/true", data, isNew: false, say: () => undefined }));
    expect(statSync(copied).mode & 0o777).to.equal(0o700);
  });

  describe("with records of processes", () => {
    let otherProcess: ChildProcess;
    let otherFolder: string;

    beforeEach(() => {
      otherProcess = spawn("sleep", ["60"]);
      const records = JSON.stringify([recordOf(otherProcess.pid ?? 0)]);
      process.env["TMPDIR"] = join(parent, "tmp");
      mkdirSync(join(parent, "tmp"), { mode: 0o777 });
      otherFolder = join(parent, "other");
      mkdirSync(join(otherFolder, "backends", "0x42"), { recursive: true });
      writeFileSync(join(otherFolder, "backends", "0x42", "processes.json"), records);
      writeFileSync(join(otherFolder, "owner.json"), '[{"pid":999999999,"started":"1"}]');
    });
    afterEach(() => otherProcess.kill());

    const begin = async (): Promise<void> => {
      opened.push(await dgraphEngines({ executable: "/bin/true", data: undefined, say: () => undefined }));
    };
    const isRunning = (): boolean => isAlive(recordOf(otherProcess.pid ?? 0)) && otherProcess.signalCode === null;
    const temporaryFolder = (): string => join(parent, "tmp", "dgraphcloud-local-dgraph-other");

    it("are ignored when they are a link", async () => {
      symlinkSync(otherFolder, temporaryFolder());
      await begin();
      expect([isRunning(), existsSync(join(otherFolder, "owner.json"))]).to.deep.equal([true, true]);
    });

    it("are ignored when others may write to them", async () => {
      mkdirSync(temporaryFolder());
      for (const name of readdirSync(otherFolder)) symlinkSync(join(otherFolder, name), join(temporaryFolder(), name));
      chmodSync(temporaryFolder(), 0o777);
      await begin();
      expect([isRunning(), existsSync(join(temporaryFolder(), "owner.json"))]).to.deep.equal([true, true]);
    });

    it("make their processes end, and are removed, when only the user may write to them", async () => {
      mkdirSync(temporaryFolder(), { mode: 0o700 });
      for (const name of ["owner.json", "backends"])
        symlinkSync(join(otherFolder, name), join(temporaryFolder(), name));
      await begin();
      expect([isRunning(), existsSync(temporaryFolder())]).to.deep.equal([false, false]);
    });

    it("are ignored in the data folder too when others may write to them", async () => {
      const folder = join(data, "backends", "0x42");
      cpSync(join(otherFolder, "backends"), join(data, "backends"), { recursive: true });
      chmodSync(folder, 0o777);
      opened.push(await dgraphEngines({ executable: "/bin/true", data, isNew: false, say: () => undefined }));
      expect(isRunning()).to.equal(true);
    });

    const here = JSON.stringify([{ pid: "self", started: recordOf(process.pid).started }]);
    for (const records of ["{}", "null", "[null]", here])
      it(`end no process when the records are ${records.replace(/\d{3,}/, "…")}`, async () => {
        mkdirSync(join(data, "backends", "0x42"), { recursive: true });
        writeFileSync(join(data, "backends", "0x42", "processes.json"), records);
        const engines = dgraphEngines({ executable: "/bin/true", data, isNew: false, say: () => undefined });
        opened.push(await engines);
        expect(isRunning()).to.equal(true);
      });
  });
});
