import { expect } from "chai";
import { connect } from "node:net";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, session } from "./calls";

describe("hostile and broken requests", () => {
  let local: LocalCloud;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
  });
  afterEach(() => local.close());

  const raw = (port: number, lines: readonly string[], body = "{}"): Promise<string> =>
    new Promise((resolve, reject) => {
      const head = [...lines, `Content-Length: ${body.length}`, "Connection: close", "", body].join("\r\n");
      const socket = connect(port, "127.0.0.1", () => socket.write(head));
      let text = "";
      socket.on("data", (chunk) => (text += String(chunk)));
      socket.on("close", () => {
        resolve(text);
      });
      socket.on("error", reject);
    });
  const json = "Content-Type: application/json";
  const statusOf = (text: string): number => Number(text.split(" ")[1]);

  it("answers to its own name and port only, on both planes", async () => {
    const backend = await make(local, await session(local));
    const dataPort = Number(backend.url.split(":")[1]);
    for (const port of [local.port, dataPort])
      for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1", `127.0.0.1.evil:${port}`])
        expect(statusOf(await raw(port, ["POST /graphql HTTP/1.1", `Host: ${host}`, json])), host).to.equal(403);
    const own = await raw(local.port, ["POST /graphql HTTP/1.1", `Host: localhost:${local.port}`, json]);
    expect(statusOf(own)).to.equal(400);
  });

  it("refuses other sites' pages and gives no CORS headers", async () => {
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
      const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${local.port}`, `Origin: ${origin}`, json];
      const answer = await raw(local.port, lines);
      expect(statusOf(answer), origin).to.equal(403);
      expect(answer.toLowerCase()).not.to.contain("access-control");
    }
  });

  it("answers 400, 404, 405, 413 and 415 cleanly and lives on", async () => {
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

  it("takes a session only whole", async () => {
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
});
