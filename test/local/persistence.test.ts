import { expect } from "chai";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { readRecords, recordOf } from "../../local/storage/processRecords";
import { add, countOf, make, post, session, setSchema } from "./calls";

describe("the state in a data folder", () => {
  let data: string;
  const running: LocalCloud[] = [];
  const start = async (): Promise<LocalCloud> => {
    const local = await startLocalCloud({ data, provisioningMs: 0 });
    running.push(local);
    return local;
  };

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-local-"));
  });
  afterEach(async () => {
    for (const local of running.splice(0)) await local.close();
    rmSync(data, { recursive: true });
  });

  it("is restored at the next start: ports, tokens, sessions, schema, data and backups", async () => {
    const first = await start();
    const headers = await session(first);
    const backend = await make(first, headers);
    await setSchema(backend, "type A { x: Int }");
    await add(backend, "A", [{ x: 1 }]);
    await first.cloud.get(backend.uid).takeBackup();
    await first.close();
    const second = await start();
    expect(second.cloud.get(backend.uid).deployment.url).to.equal(backend.url);
    expect(await countOf(backend, "A")).to.equal(1);
    expect(await second.cloud.get(backend.uid).listBackups()).to.have.length(1);
    expect((await post(second.endpoint, "{ deployments { uid } }", {}, headers)).text).to.contain(backend.uid);
    expect((await make(second, headers)).uid).not.to.equal(backend.uid);
  });

  it("does not revive expired sessions", async () => {
    const first = await start();
    const headers = await session(first);
    first.cloud.expireSessions();
    await first.close();
    const second = await start();
    const reply = await post(second.endpoint, "{ deployments { uid } }", {}, headers);
    expect(reply.data).to.deep.equal({ deployments: null });
  });

  it("is readable for its owner only", async () => {
    const local = await start();
    await make(local, await session(local));
    for (const file of readdirSync(data)) expect(statSync(join(data, file)).mode & 0o077, file).to.equal(0);
  });

  it("is written before the answer is sent, so that a kill loses nothing", async () => {
    const local = await start();
    const { uid } = await make(local, await session(local));
    expect(readFileSync(join(data, "cloud.json"), "utf8")).to.contain(`"${uid}"`);
  });

  it("is locked by one local cloud at a time, within a process too", async () => {
    await start();
    const refused = await start().then(
      () => "started",
      (error: unknown) => String(error),
    );
    expect(refused).to.contain("in use").and.contain("--data");
  });

  it("is not locked by a process that has only reused the id of the one that has ended", async () => {
    writeFileSync(join(data, "lock"), JSON.stringify([{ pid: process.ppid, started: "1" }]));
    await start();
    const [holder] = readRecords(join(data, "lock"));
    expect(holder).to.deep.equal(recordOf(process.pid));
  });

  it("is locked by another running process", async () => {
    writeFileSync(join(data, "lock"), JSON.stringify([recordOf(process.ppid)]));
    expect(await start().catch(String)).to.contain(`in use by process ${process.ppid}`);
  });

  it("is not touched by a second close of an earlier local cloud", async () => {
    const first = await start();
    await first.close();
    const second = await start();
    await make(second, await session(second));
    await first.close();
    expect(existsSync(join(data, "lock"))).to.equal(true);
    expect(readFileSync(join(data, "cloud.json"), "utf8")).to.contain('"0x42"');
  });

  for (const text of ["{", "{}", "[]"])
    it(`is refused with a remedy when the file holds ${text}, and the folder is unlocked`, async () => {
      writeFileSync(join(data, "cloud.json"), text);
      chmodSync(join(data, "cloud.json"), 0o600);
      const refused = await start().then(
        () => "started",
        (error: unknown) => String(error),
      );
      expect(refused).to.contain("cloud.json").and.contain("remove it");
      expect(existsSync(join(data, "lock"))).to.equal(false);
    });

  it("is refused when the file lacks the content of a backend", async () => {
    const first = await start();
    await make(first, await session(first));
    await first.close();
    const file = join(data, "cloud.json");
    const saved = JSON.parse(readFileSync(file, "utf8")) as { deployments: { backend: { engine?: unknown } }[] };
    delete saved.deployments[0]?.backend.engine;
    writeFileSync(file, JSON.stringify(saved));
    const refused = await start().then(
      () => "started",
      (error: unknown) => String(error),
    );
    expect(refused).to.contain('backend 1 has no usable "engine"').and.contain("repair it");
  });
});
