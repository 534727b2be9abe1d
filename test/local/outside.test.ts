import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { backupCommand } from "../../local/cli/backupCommand";
import { findDgraph } from "../../local/engines/dgraph/executable";
import { parseFaults } from "../../local/index";

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => String(error),
  );

describe("the backup command and the service's own log-in", () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  const login = { DGRAPHCLOUD_EMAIL: "me@example.com", DGRAPHCLOUD_PASSWORD: "of-the-service" };

  for (const endpoint of [
    "https://cloud.invalid/graphql",
    "http://127.0.0.1.invalid:1/graphql",
    "http://127.0.0.1@elsewhere.invalid/graphql",
    "http://me:of-the-service@127.0.0.1:1/graphql",
    "https://me:of-the-service@cloud.invalid/graphql",
    "me:of-the-service",
    "https://127.0.0.1:1/graphql",
    "file:///etc/passwd",
    "",
  ])
    it(`sends no password to "${endpoint}"`, async () => {
      const said = await refusal(backupCommand(["0x42"], { ...login, DGRAPHCLOUD_ENDPOINT: endpoint }));
      expect(said).to.contain("backup is for a local cloud on this machine").and.not.to.contain("of-the-service");
    });

  it("sends no password to where it is led by a redirect", async () => {
    let arrived = "";
    const target = await serve((request, response) => {
      request.on("data", (chunk) => (arrived += String(chunk)));
      request.on("end", () => response.end('{"data":{"login":null}}'));
    });
    const source = await serve((_request, response) => response.writeHead(307, { location: `${target}/` }).end());
    const said = await refusal(backupCommand(["0x42"], { ...login, DGRAPHCLOUD_ENDPOINT: `${source}/graphql` }));
    expect(said).to.contain("no local cloud answers");
    expect(arrived).to.equal("");
  });

  it("tells of a uid that is a path as of any other that is not there", async () => {
    const uids: unknown[] = [];
    const endpoint = await serve((request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += String(chunk)));
      request.on("end", () => {
        const { uid } = JSON.parse(text) as { uid?: string };
        if (uid !== undefined) uids.push([request.url, uid]);
        const answer = uid === undefined ? { data: { login: { token: "t" } } } : { errors: [{ message: "no such" }] };
        response.end(JSON.stringify(answer));
      });
    });
    const given = ["../../x", "/0x42", "%2e%2e", "0x42/../0x43", "?full=true"];
    for (const uid of given)
      expect(await refusal(backupCommand([uid], { DGRAPHCLOUD_ENDPOINT: `${endpoint}/graphql` }))).to.contain(
        "no such",
      );
    expect(uids).to.deep.equal(given.map((uid) => ["/local/backups", uid]));
  });
});

describe("the dgraph program", () => {
  let folder: string;
  let before: string;
  beforeEach(() => {
    before = process.cwd();
    folder = mkdtempSync(join(tmpdir(), "dgraphcloud-program-"));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it("is never the one of the folder one happens to be in, and never a folder", () => {
    writeFileSync("dgraph", "#!/bin/sh\n", { mode: 0o755 });
    mkdirSync(join("bin", "dgraph"), { recursive: true });
    for (const path of ["", delimiter, join(folder, "bin")])
      expect(() => findDgraph(undefined, { PATH: path }), path).to.throw("there is no dgraph on PATH");
    expect(() => findDgraph(join("bin", "dgraph"), {})).to.throw("is not an executable program");
    mkdirSync("tools");
    symlinkSync(join(folder, "dgraph"), join("tools", "dgraph"));
    expect(findDgraph(undefined, { PATH: join(folder, "tools") })).to.equal(join(folder, "tools", "dgraph"));
  });
});

describe("a fault file", () => {
  for (const header of ["retryAfter", "location"])
    it(`has no ${header} that would break the answer in two`, () => {
      const rule = (value: string): string =>
        JSON.stringify([{ operation: "login", fault: { kind: "status", status: 503, acted: false, [header]: value } }]);
      for (const value of ["1\r\nset-cookie: a=b", "1\u0000", "\u2028"])
        expect(() => parseFaults(rule(value))).to.throw("the value of a header");
      expect(parseFaults(rule("1"))).to.have.length(1);
    });
});
