import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { backupCommand } from "../../local/cli/backupCommand";

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => String(error),
  );

describe("the backup command", () => {
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
      const message = await refusal(backupCommand(["0x42"], { ...login, DGRAPHCLOUD_ENDPOINT: endpoint }));
      expect(message).to.contain("backup is for a local cloud on this machine").and.not.to.contain("of-the-service");
    });

  it("sends no password to the target of a redirect", async () => {
    let arrived = "";
    const target = await serve((request, response) => {
      request.on("data", (chunk) => (arrived += String(chunk)));
      request.on("end", () => response.end('{"data":{"login":null}}'));
    });
    const source = await serve((_request, response) => response.writeHead(307, { location: `${target}/` }).end());
    const message = await refusal(backupCommand(["0x42"], { ...login, DGRAPHCLOUD_ENDPOINT: `${source}/graphql` }));
    expect(message).to.contain("no local cloud answers");
    expect(arrived).to.equal("");
  });

  it("sends a uid that looks like a path in the body only", async () => {
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
    const odd = ["../../x", "/0x42", "%2e%2e", "0x42/../0x43", "?full=true"];
    for (const uid of odd)
      expect(await refusal(backupCommand([uid], { DGRAPHCLOUD_ENDPOINT: `${endpoint}/graphql` }))).to.contain(
        "no such",
      );
    expect(uids).to.deep.equal(odd.map((uid) => ["/local/backups", uid]));
  });
});
