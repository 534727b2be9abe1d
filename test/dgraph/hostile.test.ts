import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { add, countOf, make, type Made, post, session, setSchema, whenReady } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

/** A folder name with characters that are special in a URL and in Dgraph's settings. */
const awkward = "my data; a=b %2e%2e%2f #1?x=é";

describe("paths on the disk, with a real Dgraph", function () {
  this.timeout(240_000);
  let parent: string;
  let data: string;
  let local: LocalCloud;
  let backend: Made;
  let umask: number;

  before(async () => {
    umask = process.umask(0);
    parent = mkdtempSync(join(tmpdir(), "dgraphcloud-hostile-"));
    data = join(parent, awkward);
    local = await startDgraphCloud({ data });
    backend = await ready(local);
    await setSchema(backend, "type Task { id: ID! title: String! }");
    await add(backend, "Task", [{ title: "kept" }]);
  });
  after(async () => {
    await local.close();
    process.umask(umask);
    rmSync(parent, { recursive: true });
  });

  const folderOf = (uid: string): string => join(data, "backends", uid);
  const restored = async (folder: string, number: number): Promise<string> => {
    const mutation =
      "mutation($uid: String!, $f: String, $n: Int) { restore(uid: $uid, backupFolder: $f, backupNum: $n) { response { restoreId } errors { message } } }";
    const { text } = await post(backend.slash, mutation, { uid: backend.uid, f: folder, n: number }, backend.auth);
    return text;
  };
  const exported = async (): Promise<string[]> => {
    const { data: answer } = await post(backend.slash, "mutation { export { signedUrls } }", {}, backend.auth);
    return (answer as unknown as { export: { signedUrls: string[] } }).export.signedUrls;
  };
  /** Requests a path unchanged: other clients normalize dots and slashes. */
  const status = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const [host, port] = backend.url.split(":");
      const asked = request({ host, port, path, agent: false }, (response) => {
        response.resume().on("end", () => {
          resolve(response.statusCode ?? 0);
        });
      });
      asked.on("error", reject).end();
    });

  it("stay in the data folder, and backups and restores work there, whatever its name", async () => {
    const { folder, backupNum } = await local.cloud.get(backend.uid).takeBackup();
    expect(readdirSync(parent)).to.deep.equal([awkward]);
    expect(existsSync(join(folderOf(backend.uid), "backups", folder, "manifest.json"))).to.equal(true);
    await add(backend, "Task", [{ title: "later" }]);
    expect(await restored(folder, backupNum)).to.contain('"restoreId":1');
    const state = async (): Promise<string> =>
      (await post(backend.slash, "{ restoreStatus(restoreId: 1) { response { status errors } } }", {}, backend.auth))
        .text;
    let last = await state();
    for (let tries = 0; tries < 300 && last.includes("IN_PROGRESS"); tries++) {
      await new Promise((later) => setTimeout(later, 200));
      last = await state();
    }
    expect(last).to.contain('"OK"');
    await whenReady(backend);
    expect(await countOf(backend, "Task")).to.equal(1);
  });

  it("cannot be used to restore a backup from outside, by path, URL or link", async () => {
    const { folder } = await local.cloud.get(backend.uid).takeBackup({ full: true });
    const backups = join(folderOf(backend.uid), "backups");
    const outside = join(parent, "outside");
    cpSync(join(backups, folder), outside, { recursive: true });
    expect(existsSync(join(outside, "manifest.json")), "a complete backup").to.equal(true);
    for (const named of [
      outside,
      "../../../../outside",
      `${folder}/../../../../../outside`,
      `../backups/${folder}`,
      `${folder}/`,
      `./${folder}`,
      "..%2f..%2f..%2f..%2foutside",
      "%2e%2e/%2e%2e/%2e%2e/%2e%2e/outside",
      `file://${outside}`,
      `${folder}\u0000`,
      `${folder}\u0000/../../../../../outside`,
      `${folder}?x`,
      "..\\..\\..\\..\\outside",
      "x".repeat(5_000),
      "../".repeat(2_000),
      "s3:///bucket/folder",
      "*",
      "~",
    ])
      for (const number of [0, 1]) {
        const text = await restored(named, number);
        expect(text, named.slice(0, 100)).to.contain('"response":null').and.to.contain("no backup");
      }
    for (const uid of ["../outside", folderOf(backend.uid), `${backend.uid}/..`, `${backend.uid}\u0000`, "."]) {
      const body = { uid, full: true };
      const headers = { "content-type": "application/json", connection: "close", ...(await session(local)) };
      const url = local.endpoint.replace("/graphql", "/local/backups");
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      expect([answer.status, await answer.text()].join(), uid)
        .to.contain("400")
        .and.to.contain("no deployment");
    }
    expect(readdirSync(parent)).to.have.members([awkward, "outside"]);
    expect(await countOf(backend, "Task")).to.equal(1);
  });

  it("cannot be downloaded unless they belong to an export that still exists", async () => {
    const [first = "", ...others] = await exported();
    const { pathname } = new URL(first);
    const [, , token = "", name = ""] = pathname.split("/");
    expect(await status(pathname)).to.equal(200);
    for (const path of [
      `/export/${token}/../${name}`,
      `/export/${token}/../../alpha.json`,
      `/export/${token}/%2e%2e/%2e%2e/%2e%2e/alpha.json`,
      `/export/${token}/..%2f..%2f..%2falpha.json`,
      `/export/${token}/${name}/../../../../alpha.json`,
      `/export/${token}/${name}%00`,
      `/export/${token}/%00`,
      `/export/${token}/${encodeURIComponent(join(folderOf(backend.uid), "alpha.json"))}`,
      `/export/..//..//..//cloud.json`,
      `/export/%2e%2e/%2e%2e/%2e%2e/cloud.json`,
      `/export/${token}/${"x".repeat(10_000)}`,
    ])
      expect(await status(path), path.slice(0, 120)).to.equal(404);
    const exports = join(folderOf(backend.uid), "exports");
    renameSync(join(exports, readdirSync(exports).at(-1) ?? ""), join(exports, "elsewhere"));
    for (const url of [first, ...others]) expect(await status(new URL(url).pathname)).to.equal(404);
    rmSync(join(exports, "elsewhere"), { recursive: true });
  });

  it("are removed with exports older than the last 50, those of earlier runs included, and other files stay", async () => {
    const exports = join(folderOf(backend.uid), "exports");
    for (const old of readdirSync(exports)) rmSync(join(exports, old), { recursive: true });
    for (let order = 1; order <= 60; order++) mkdirSync(join(exports, `dgraph.r${order}.u1123.1300`));
    mkdirSync(join(exports, "mine"));
    symlinkSync(parent, join(exports, "dgraph.r0.u1123.1300"));
    writeFileSync(join(exports, "dgraph.r0.u.txt"), "mine");
    const bumped = await post(
      backend.graphql,
      "mutation($t: [AddTaskInput!]!) { addTask(input: $t) { numUids } }",
      { t: [{ title: "one more" }] },
      backend.auth,
    );
    expect(bumped.errors).to.equal(undefined);
    const urls = await exported();
    const left = readdirSync(exports).filter((name) => /^dgraph\.r[1-9]/.test(name));
    expect(left).to.have.length(50);
    for (const gone of [1, 10, 11]) expect(left, String(gone)).not.to.include(`dgraph.r${gone}.u1123.1300`);
    for (const kept of [12, 60]) expect(left, String(kept)).to.include(`dgraph.r${kept}.u1123.1300`);
    expect(readdirSync(exports)).to.include.members(["mine", "dgraph.r0.u1123.1300", "dgraph.r0.u.txt"]);
    for (const url of urls) expect(await status(new URL(url).pathname)).to.equal(200);
  });

  it("are not changed on a read-only backend by a document that is too deep to be parsed", async () => {
    const { deployment } = local.cloud.get(backend.uid);
    const before = await nodesOf(local, backend.uid, "Task");
    const deep = (levels: number): string =>
      `mutation { addTask(input: [{ title: "through" }]) { ${"... on AddTaskPayload { ".repeat(levels)} numUids ${"}".repeat(levels)} } }`;
    deployment.deploymentMode = "readonly";
    try {
      for (const levels of [250, 8_000]) {
        const { status: answered, errors } = await post(backend.graphql, deep(levels), {}, backend.auth);
        expect([answered, errors?.[0]?.message]).to.deep.equal([200, "the document is nested more than 200 deep"]);
      }
      expect((await post(backend.graphql, deep(1), {}, backend.auth)).status).to.equal(403);
      expect(await nodesOf(local, backend.uid, "Task")).to.equal(before);
    } finally {
      deployment.deploymentMode = "graphql";
    }
    const { data: written } = await post(backend.graphql, deep(1), {}, backend.auth);
    expect(written, "the same document, where it may write").to.deep.equal({ addTask: { numUids: 1 } });
  });

  it("are private, whatever the umask", async () => {
    const guarded = await whenReady(await make(local, await session(local), { aclEnabled: "true" }));
    await local.cloud.get(guarded.uid).takeBackup();
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    for (const folder of [data, join(data, "backends"), folderOf(backend.uid), folderOf(guarded.uid)])
      expect(mode(folder), folder).to.equal("700");
    for (const uid of [backend.uid, guarded.uid]) {
      for (const folder of ["backups", "exports", "logs", "tls"])
        expect(mode(join(folderOf(uid), folder)), folder).to.equal("700");
      const files = readdirSync(folderOf(uid), { withFileTypes: true }).filter((entry) => entry.isFile());
      expect(files.map(({ name }) => name)).to.include.members(["alpha.json", "ports.json", "processes.json"]);
      for (const { name } of files) expect(mode(join(folderOf(uid), name)), name).to.equal("600");
      for (const folder of ["logs", "tls"])
        for (const name of readdirSync(join(folderOf(uid), folder)))
          expect(mode(join(folderOf(uid), folder, name)), name).to.equal("600");
    }
    for (const name of ["cloud.json", "lock"]) expect(mode(join(data, name)), name).to.equal("600");
    expect(engineOf(local, guarded.uid).isRunning).to.equal(true);
  });
});
