import { expect } from "chai";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, post, session } from "./calls";
import { json, raw, statusOf } from "./raw";

describe("hostile and broken requests", () => {
  let local: LocalCloud;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
  });
  afterEach(() => local.close());

  it("are refused on both planes when their Host is not 127.0.0.1 or localhost with the right port", async () => {
    const backend = await make(local, await session(local));
    const dataPort = Number(backend.url.split(":")[1]);
    for (const port of [local.port, dataPort])
      for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1", `127.0.0.1.evil:${port}`])
        expect(statusOf(await raw(port, ["POST /graphql HTTP/1.1", `Host: ${host}`, json])), host).to.equal(403);
    const own = await raw(local.port, ["POST /graphql HTTP/1.1", `Host: localhost:${local.port}`, json]);
    expect(statusOf(own)).to.equal(400);
  });

  it("are refused without CORS headers when their Origin is another site", async () => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, `Origin: ${origin}`, json];
      const answer = await raw(local.port, lines);
      expect(statusOf(answer), origin).to.equal(403);
      expect(answer.toLowerCase()).not.to.contain("access-control");
    }
  });

  it("are answered with 400, 404, 405, 413 or 415, and the cloud goes on working", async () => {
    const send = async (path: string, init: RequestInit): Promise<number> =>
      (await fetch(local.endpoint.replace("/graphql", path), init)).status;
    const headers = { "content-type": "application/json" };
    expect(await send("/graphql", { method: "POST", headers, body: "{" })).to.equal(400);
    expect(await send("/graphql", { method: "POST", headers, body: "[]" })).to.equal(400);
    expect(await send("/other", { method: "POST", headers, body: "{}" })).to.equal(404);
    expect(await send("/graphql", { method: "GET" })).to.equal(405);
    expect(await send("/graphql", { method: "POST", headers, body: "x".repeat(9_000_000) })).to.equal(413);
    expect(await send("/graphql", { method: "POST", body: "text" })).to.equal(415);
    const odd = await raw(local.port, ["POST // HTTP/1.1", `Host: 127.0.0.1:${local.port}`, json]);
    expect(statusOf(odd)).to.equal(404);
    expect(await session(local)).to.have.property("authorization");
  });

  it("are not logged in by a token that is cut, extended or unsigned", async () => {
    const { authorization } = await session(local);
    const body = JSON.stringify({ query: "{ deployments { uid } }" });
    const ask = async (token: string): Promise<string> =>
      (
        await fetch(local.endpoint, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: token },
          body,
        })
      ).text();
    expect(await ask(authorization ?? "")).to.contain("[]");
    const none = `Bearer ${Buffer.from('{"alg":"none"}').toString("base64url")}.${authorization?.split(".")[1] ?? ""}.`;
    for (const bad of [`${authorization ?? ""}.x`, `${authorization ?? ""}x`, none])
      expect(await ask(bad)).to.equal('{"data":{"deployments":null}}');
  });

  it("are refused when their fetch metadata names another site, and accepted without fetch metadata", async () => {
    const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, json];
    for (const site of ["cross-site", "same-site", "anything"])
      expect(statusOf(await raw(local.port, [...lines, `Sec-Fetch-Site: ${site}`])), site).to.equal(403);
    for (const more of [["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: none"], []])
      expect(statusOf(await raw(local.port, [...lines, ...more]))).to.equal(400);
  });

  it("are refused when their content type is one that a page may send without a preflight", async () => {
    const made = await make(local, await session(local));
    const before = local.cloud.all().length;
    const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""];
    const { authorization = "" } = await session(local);
    const query = JSON.stringify({ query: `mutation { deleteDeployment(deploymentID: "${made.uid}") }` });
    for (const type of types) {
      const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, `Authorization: ${authorization}`];
      const answer = await raw(local.port, type === "" ? lines : [...lines, `Content-Type: ${type}`], query);
      expect(statusOf(answer), type).to.equal(415);
    }
    expect(local.cloud.all()).to.have.length(before);
    const right = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, `Authorization: ${authorization}`, json];
    expect(statusOf(await raw(local.port, right, query))).to.equal(200);
    expect(local.cloud.all()).to.have.length(before - 1);
  });

  it("are refused as preflights, and every answer forbids sniffing, caching and embedding", async () => {
    const backend = await make(local, await session(local));
    const dataPort = Number(backend.url.split(":")[1]);
    for (const port of [local.port, dataPort]) {
      const preflight = ["OPTIONS /graphql HTTP/1.1", `Host: 127.0.0.1:${port}`, "Origin: https://evil.example"];
      const asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"];
      const refused = (await raw(port, [...preflight, ...asked], "")).toLowerCase();
      expect(statusOf(refused)).to.equal(403);
      const plain = (await raw(port, ["OPTIONS /graphql HTTP/1.1", `Host: 127.0.0.1:${port}`], "")).toLowerCase();
      for (const answer of [refused, plain]) {
        expect(answer).not.to.contain("access-control");
        expect(answer).to.contain("x-content-type-options: nosniff").and.to.contain("cache-control: no-store");
        expect(answer).to.contain("cross-origin-resource-policy: same-origin");
      }
    }
  });

  it("lose their connection when their headers are slow, missing or endless", async function () {
    this.timeout(30_000);
    const ended = (first: string, more: string): Promise<string> =>
      new Promise((resolve) => {
        let text = "";
        const socket = connect(local.port, "127.0.0.1", () => socket.write(first));
        const drip = setInterval(() => socket.write(more), 100);
        socket.on("data", (chunk) => (text += String(chunk)));
        socket.on("error", () => undefined);
        socket.on("close", () => {
          clearInterval(drip);
          resolve(text);
        });
      });
    const [silent, trickling, endless] = await Promise.all([
      ended("", ""),
      ended("POST /graphql HTTP/1.1\r\n", "x-a: b\r\n"),
      ended("POST /graphql HTTP/1.1\r\n", `x-a: ${"b".repeat(4_000)}\r\n`),
    ]);
    expect(statusOf(trickling)).to.equal(408);
    expect(["", "HTTP/1.1 408"]).to.include(silent.slice(0, 12));
    expect(statusOf(endless)).to.equal(431);
    expect(await session(local)).to.have.property("authorization");
  });

  it("lose their connection when their body is endless, and the cloud goes on working", async () => {
    const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, json, "Transfer-Encoding: chunked"];
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    let sent = 0;
    await new Promise<void>((resolve) => {
      const socket = connect(local.port, "127.0.0.1", () => {
        socket.write([...lines, "", ""].join("\r\n"));
        const more = (): void => {
          while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
        };
        socket.on("drain", more);
        more();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve();
      });
    });
    expect(sent).to.be.lessThan(64_000_000);
    expect(await session(local)).to.have.property("authorization");
  });

  it("restore only from the folders of backups, and download only exports", async () => {
    const auth = await session(local);
    const target = await make(local, auth);
    await local.cloud.get(target.uid).takeBackup();
    const mutation =
      "mutation($uid: String!, $f: String, $n: Int) { restore(uid: $uid, backupFolder: $f, backupNum: $n) { response { restoreId } errors { message } } }";
    for (const folder of [
      "../..",
      "/",
      "/etc",
      "..\\..",
      ".",
      "2021-1/../../..",
      "%2e%2e%2f",
      "a\u0000b",
      "__proto__",
    ]) {
      const { text } = await post(target.slash, mutation, { uid: target.uid, f: folder, n: 0 }, target.auth);
      expect(text, folder).to.contain('"response":null').and.to.contain("no backup");
    }
    for (const uid of ["../..", "__proto__", "constructor", "0x42/../.."]) {
      const { text } = await post(target.slash, mutation, { uid, f: "", n: 0 }, target.auth);
      expect(text, uid).to.contain('"response":null').and.to.contain("no deployment");
    }
    for (const path of ["/export/../../etc/passwd", "/export/%2e%2e/cloud.json", "/export/__proto__", "/export/"]) {
      const answer = await raw(Number(target.url.split(":")[1]), [`GET ${path} HTTP/1.1`, `Host: ${target.url}`], "");
      expect(statusOf(answer), path).to.equal(404);
    }
  });

  it("reach no path and no prototype by the name of a backend", async () => {
    const parent = mkdtempSync(join(tmpdir(), "dgraphcloud-hostile-"));
    const kept = await startLocalCloud({ provisioningMs: 0, data: join(parent, "data") });
    try {
      const auth = await session(kept);
      for (const name of ["../../escaped", "/escaped", "__proto__", "constructor", "a\u0000b", "a\nb"])
        expect((await make(kept, auth, { name })).uid).to.match(/^0x/);
      expect(({} as Record<string, unknown>)["escaped"]).to.equal(undefined);
      expect(readdirSync(parent)).to.deep.equal(["data"]);
      expect(existsSync("/escaped")).to.equal(false);
    } finally {
      await kept.close();
      rmSync(parent, { recursive: true, force: true });
    }
  });

  it("find the data folder and its files private, whatever the umask was", async () => {
    const parent = mkdtempSync(join(tmpdir(), "dgraphcloud-hostile-"));
    const umask = process.umask(0);
    try {
      const there = join(parent, "there");
      mkdirSync(there);
      chmodSync(there, 0o755);
      for (const data of [join(parent, "new", "deep"), there]) {
        const kept = await startLocalCloud({ provisioningMs: 0, data });
        await make(kept, await session(kept));
        const modes = readdirSync(data, { recursive: true, withFileTypes: true }).map((entry) => {
          const path = join(entry.parentPath, entry.name);
          return [entry.name, (statSync(path).mode & 0o777).toString(8), entry.isDirectory()] as const;
        });
        await kept.close();
        expect(modes.map(([name]) => name)).to.include("cloud.json");
        for (const [name, mode, folder] of modes) expect(mode, name).to.equal(folder ? "700" : "600");
        if (data !== there) expect((statSync(data).mode & 0o777).toString(8)).to.equal("700");
      }
    } finally {
      process.umask(umask);
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
