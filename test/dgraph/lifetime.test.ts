import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { prepareDgraph } from "../../tools/dgraph";
import { add, countOf, make, type Made, post, session, setSchema, whenReady } from "../local/calls";
import { endpointOf, type Run, start } from "../local/command";
import { engineOf, ready, startDgraphCloud } from "./cloud";
import { databasesIn } from "../harness/processes";

describe("the lifetime of the databases", function () {
  this.timeout(300_000);
  let data: string;
  const running: Run[] = [];

  /** Runs the command in a process of its own, which a test can kill. */
  async function command(): Promise<{ run: Run; endpoint: string }> {
    const { executable } = await prepareDgraph();
    const run = start([
      "--engine",
      "dgraph",
      "--dgraph",
      executable,
      "--port",
      "0",
      "--data",
      data,
      "--provisioning",
      "0s",
    ]);
    running.push(run);
    return { run, endpoint: endpointOf(await run.printed("Stop it with Ctrl-C.")) };
  }

  const pids = (): number[] =>
    readdirSync(join(data, "backends")).flatMap((uid) => {
      const file = join(data, "backends", uid, "processes.json");
      return existsSync(file)
        ? (JSON.parse(readFileSync(file, "utf8")) as { pid: number }[]).map(({ pid }) => pid)
        : [];
    });
  const isAlive = (pid: number): boolean =>
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  const made = async (endpoint: string): Promise<Made> => {
    const backend = await whenReady(await make({ endpoint }, await session({ endpoint })));
    await setSchema(backend, "type Task { id: ID! title: String! }");
    await add(backend, "Task", [{ title: "kept" }]);
    return backend;
  };

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-life-"));
  });
  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill("SIGTERM");
      await ended;
    }
    expect(databasesIn(data), "processes left").to.deep.equal([]);
    rmSync(data, { recursive: true, force: true });
  });

  it("ends with the local cloud; the next start brings back data, backups and tokens", async () => {
    const first = await command();
    const backend = await made(first.endpoint);
    const taken = await start(["backup", backend.uid], { DGRAPHCLOUD_ENDPOINT: first.endpoint }).ended;
    expect(taken.out).to.match(/^full backup 1/);
    const before = pids();
    expect(before.filter(isAlive)).to.have.length(2);
    first.run.child.kill("SIGTERM");
    expect((await first.run.ended).code).to.equal(0);
    expect(before.filter(isAlive)).to.deep.equal([]);

    const second = await command();
    await whenReady(backend);
    expect(await countOf(backend, "Task")).to.equal(1);
    const listed = await post(backend.slash, "{ listBackups { response { type backupNum } } }", {}, backend.auth);
    expect(listed.data).to.deep.equal({ listBackups: { response: [[{ type: "full", backupNum: 1 }]] } });
    second.run.child.kill("SIGINT");
    expect((await second.run.ended).code).to.equal(0);
    expect(pids().filter(isAlive)).to.deep.equal([]);
  });

  it("ends with the local cloud during a restore too", async () => {
    const first = await command();
    const backend = await made(first.endpoint);
    await start(["backup", backend.uid], { DGRAPHCLOUD_ENDPOINT: first.endpoint }).ended;
    await add(backend, "Task", [{ title: "later" }]);
    const restore = `mutation { restore(uid: "${backend.uid}") { response { restoreId } errors { message } } }`;
    expect((await post(backend.slash, restore, {}, backend.auth)).text).to.contain('"restoreId":1');
    const before = pids();
    first.run.child.kill("SIGTERM");
    expect((await first.run.ended).code).to.equal(0);
    expect(before.filter(isAlive)).to.deep.equal([]);
  });

  it("ends at the next start after the local cloud was killed, without loss of data", async () => {
    const first = await command();
    const backend = await made(first.endpoint);
    const orphans = pids();
    first.run.child.kill("SIGKILL");
    await first.run.ended;
    await command();
    expect(orphans.filter(isAlive)).to.deep.equal([]);
    await whenReady(backend);
    expect(await countOf(backend, "Task")).to.equal(1);
  });

  it("ends no other process that has reused the id of a recorded one", async () => {
    const first = await command();
    await made(first.endpoint);
    const [uid = ""] = readdirSync(join(data, "backends"));
    first.run.child.kill("SIGTERM");
    await first.run.ended;
    const bystander = start(["--port", "0"]);
    running.push(bystander);
    await bystander.printed("Stop it with Ctrl-C.");
    writeFileSync(
      join(data, "backends", uid, "processes.json"),
      JSON.stringify([{ pid: bystander.child.pid, started: "1" }]),
    );
    await command();
    expect(isAlive(bystander.child.pid ?? 0)).to.equal(true);
  });

  it("begins in no folder of the other engine: the start is refused, and names the engine to use", async () => {
    const first = await command();
    first.run.child.kill("SIGTERM");
    await first.run.ended;
    const { code, err } = await start(["--port", "0", "--data", data]).ended;
    expect(code).to.equal(1);
    expect(err).to.contain("--engine dgraph");
  });

  describe("in this process", () => {
    let local: LocalCloud;
    afterEach(() => local.close());

    it("goes on with a restart after a crash, with the data", async () => {
      const logged: string[] = [];
      local = await startDgraphCloud({ data, say: (line) => logged.push(line) });
      const backend = await ready(local);
      await setSchema(backend, "type Task { id: ID! title: String! }");
      await add(backend, "Task", [{ title: "kept" }]);
      process.kill(engineOf(local, backend.uid).alphaPid, "SIGKILL");
      for (let tries = 0; tries < 100 && logged.length === 0; tries++)
        await new Promise((later) => setTimeout(later, 100));
      await whenReady(backend);
      expect(logged.join()).to.contain("Alpha ended (SIGKILL)").and.to.contain("starting it again");
      expect(await countOf(backend, "Task")).to.equal(1);
    });

    it("leaves private log files, and nothing after the backend is removed", async () => {
      local = await startDgraphCloud({ data });
      const backend = await ready(local);
      const folder = join(data, "backends", backend.uid);
      expect(readdirSync(join(folder, "logs"))).to.have.members(["alpha.log", "zero.log"]);
      for (const file of ["logs/alpha.log", "alpha.json"])
        expect(statSync(join(folder, file)).mode & 0o077).to.equal(0);
      const ended = pids();
      await local.cloud.remove(backend.uid);
      expect(existsSync(folder)).to.equal(false);
      expect(ended.filter(isAlive)).to.deep.equal([]);
    });

    it("has scheduled backups", async () => {
      local = await startDgraphCloud({ data, backupEveryMs: 2_000, backupsPerSeries: 2 });
      const backend = await ready(local);
      const series = async (): Promise<string[][]> =>
        (await local.cloud.get(backend.uid).listBackups()).map((list) => list.map(({ type }) => type));
      for (let tries = 0; tries < 100 && (await series()).flat().length < 3; tries++)
        await new Promise((later) => setTimeout(later, 200));
      expect((await series()).flat().slice(0, 3)).to.deep.equal(["full", "incremental", "full"]);
    });
  });
});
