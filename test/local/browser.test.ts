import { expect } from "chai";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { add, countOf, make, type Made, session, setSchema } from "./calls";
import { json, raw, statusOf } from "./raw";
import { refuseForeignSites } from "../../local/http/browserGuard";

/** A request with one flaw. `HOST` and `PORT` stand for the address that it is sent to. */
interface Attack {
  readonly what: string;
  /** The request line. Default: a POST to /graphql. */
  readonly line?: string;
  /** Host headers, in place of the right one. */
  readonly hosts?: readonly string[];
  readonly headers?: readonly string[];
  /** The expected status, for both planes or for control plane and data plane. Default: 403. */
  readonly status?: number | readonly [number, number];
}

const origin = "Origin: https://evil.example";
const hosts = [
  ...["evil.example", "evil.example:PORT", "HOST.", "localhost.:PORT", "127.0.0.1.:PORT", "LOCALHOST.:PORT"],
  ...["[::1]:PORT", "[::ffff:127.0.0.1]:PORT", "0.0.0.0:PORT", "127.1:PORT", "2130706433:PORT", "0x7f000001:PORT"],
  ...["a.localhost:PORT", "user@HOST", "HOST@evil.example", "127.0.0.1:0PORT", "HOST,evil.example", "HOST, HOST", ""],
];
const origins = [
  ...["", "null", "https://HOST", "http://HOST.evil.example", "http://HOST/", "http://localhost:PORT"],
  ...["http://HOST, http://evil.example", "http://HOST http://HOST", "file://", "chrome-extension://x", "HOST"],
];
const sites = ["cross-site", "same-site", "", "CROSS-SITE", "Same-Origin", "None", "none, cross-site", "none, none"];
const readLine = "GET /graphql?query=%7BqueryA%7Bx%7D%7D";
const upgrade = ["Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"];

const attacks: readonly Attack[] = [
  ...hosts.map((host) => ({ what: `Host ${host}`, hosts: [host] })),
  ...origins.map((one) => ({ what: `Origin ${one}`, headers: [`Origin: ${one}`] })),
  ...sites.map((site) => ({ what: `Sec-Fetch-Site ${site}`, headers: [`Sec-Fetch-Site: ${site}`] })),
  { what: "two Hosts", hosts: ["evil.example", "HOST"] },
  { what: "no Host", hosts: [], status: 400 },
  { what: "two Origins", headers: ["Origin: http://HOST", origin] },
  { what: "two Origins, the right one last", headers: [origin, "Origin: http://HOST"] },
  { what: "two Sec-Fetch-Sites", headers: ["Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"] },
  { what: "X-Forwarded-Host", hosts: ["evil.example"], headers: ["X-Forwarded-Host: HOST", "Forwarded: host=HOST"] },
  { what: "an absolute URL", line: "POST http://HOST/graphql", hosts: ["evil.example"] },
  { what: "an absolute URL of another host", line: "POST http://evil.example/graphql", status: 404 },
  {
    what: "a method override",
    line: "GET /graphql",
    headers: ["X-HTTP-Method-Override: POST"],
    status: [405, 400],
  },
  { what: "a method override to OPTIONS", headers: [origin, "X-HTTP-Method-Override: OPTIONS"] },
  {
    what: "a mutation in the query string",
    line: "GET /graphql?query=mutation%7BaddA(input:[%7B%7D])%7BnumUids%7D%7D",
    status: 405,
  },
  { what: "a query in the query string, from a page of another site", line: readLine, headers: [origin] },
  {
    what: "a query in the query string, from an image or a link of another site",
    line: readLine,
    headers: ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
  },
  {
    what: "a query in the query string, by DNS rebinding",
    line: readLine,
    hosts: ["evil.example:PORT"],
  },
  {
    what: "a mutation as the second operation in the query string",
    line: "GET /graphql?query=query%20a%7BqueryA%7Bx%7D%7Dmutation%20b%7BaddA(input:[%7B%7D])%7BnumUids%7D%7D&operationName=b",
    status: 405,
  },
  {
    what: "a mutation in the query string, as a persisted query",
    line: "GET /graphql?query=mutation%7BaddA(input:[%7B%7D])%7BnumUids%7D%7D&extensions=%7B%7D",
    status: 405,
  },
  { what: "a WebSocket from another site", line: "GET /graphql", headers: [origin, ...upgrade] },
  { what: "a WebSocket from a program", line: "GET /graphql", headers: upgrade, status: 405 },
  { what: "two Content-Lengths", headers: ["Content-Length: 5"], status: 400 },
  { what: "a Content-Length and chunks", headers: ["Transfer-Encoding: chunked"], status: 400 },
  {
    what: "a body that is not gzip, although its Content-Encoding says so",
    headers: ["Content-Encoding: gzip"],
    status: 400,
  },
  { what: "a body with another Content-Encoding", headers: ["Content-Encoding: deflate"], status: 415 },
];

describe("a request that a web page could make a browser send", () => {
  let local: LocalCloud;
  let backend: Made;
  let planes: readonly { port: number; auth: string; document: string }[];

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    const { authorization = "" } = await session(local);
    backend = await make(local, { authorization });
    await setSchema(backend, "type A { x: Int }");
    await add(backend, "A", [{ x: 1 }]);
    const create = 'mutation { createDeployment(input: { name: "a", zone: "z" }) { uid } }';
    planes = [
      { port: local.port, auth: `Authorization: ${authorization}`, document: create },
      {
        port: Number(backend.url.split(":")[1]),
        auth: `X-Auth-Token: ${backend.jwtToken}`,
        document: "mutation { addA(input: [{ x: 2 }]) { numUids } }",
      },
    ];
  });
  afterEach(() => local.close());

  const unchanged = async (): Promise<void> => {
    expect(local.cloud.all()).to.have.length(1);
    expect(await countOf(backend, "A")).to.equal(1);
  };

  for (const { what, line = "POST /graphql", hosts: given = ["HOST"], headers = [], status = 403 } of attacks)
    it(`is refused even with the right token: ${what}`, async () => {
      const statuses = typeof status === "number" ? [status, status] : status;
      for (const [index, { port, auth, document }] of planes.entries()) {
        const here = (text: string): string =>
          text.replaceAll("HOST", `127.0.0.1:${port}`).replaceAll("PORT", String(port));
        const lines = [`${line} HTTP/1.1`, ...given.map((host) => `Host: ${host}`), ...headers].map(here);
        const answer = await raw(port, [...lines, json, auth], JSON.stringify({ query: document }));
        expect(statusOf(answer), answer).to.equal(statuses[index]);
        expect(answer.toLowerCase()).not.to.contain("access-control");
      }
      await unchanged();
    });

  it("is refused on every path and with every method, preflights included", async () => {
    const dql = ["/query", "/mutate", "/commit", "/alter"];
    const admin = ["/admin", "/admin/slash", "/admin/schema", "/admin/schema/validate"];
    const paths = ["/graphql", "/", ...admin, ...dql, "/export/x/y"];
    const asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,x-auth-token"];
    const more = [origin, ...asked, "Access-Control-Request-Private-Network: true"];
    for (const { port, auth, document } of planes)
      for (const path of [...paths, "/local/backups", "/state", "*"])
        for (const method of ["OPTIONS", "POST", "GET", "PUT", "DELETE", "PATCH"]) {
          const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...more, json, auth];
          const answer = await raw(port, lines, JSON.stringify({ query: document }));
          expect(statusOf(answer), `${method} ${path}`).to.equal(403);
          expect(answer.toLowerCase()).not.to.contain("access-control");
        }
    await unchanged();
  });

  it("is accepted when it has no flaw", async () => {
    for (const { port, auth, document } of planes)
      for (const more of [[], [`Origin: http://127.0.0.1:${port}`, "Sec-Fetch-Site: same-origin"]]) {
        const lines = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${port}`, ...more, json, auth];
        expect(statusOf(await raw(port, lines, JSON.stringify({ query: document })))).to.equal(200);
      }
    expect(local.cloud.all()).to.have.length(3);
    expect(await countOf(backend, "A")).to.equal(3);
  });
});

describe("port 80", () => {
  const refused = (localPort: number, headers: object): boolean => {
    try {
      refuseForeignSites(
        { headers, socket: { localPort } } as unknown as IncomingMessage,
        { setHeader: () => undefined } as unknown as ServerResponse,
      );
      return false;
    } catch {
      return true;
    }
  };

  it("may be omitted in Host and in Origin", () => {
    for (const host of ["127.0.0.1", "localhost", "127.0.0.1:80", "localhost:80"]) {
      expect(refused(80, { host }), host).to.equal(false);
      expect(refused(80, { host, origin: `http://${host}` }), host).to.equal(false);
      expect(refused(80, { host, origin: "http://evil.example" }), host).to.equal(true);
      expect(refused(80, { host, origin: `https://${host}` }), host).to.equal(true);
      expect(refused(8_070, { host }), host).to.equal(true);
    }
    expect(refused(80, { host: "evil.example" })).to.equal(true);
  });
});
