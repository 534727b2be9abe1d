import { expect } from "chai";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { make, type Made, post, session } from "./calls";

const mb = 1_048_576;

describe("bodies of requests", () => {
  let local: LocalCloud;
  let backend: Made;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    backend = await make(local, await session(local));
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await local.close();
  });

  /** Sends the headers of a request and a part of its body. */
  const begin = (
    port: number,
    lines: readonly string[],
    body: string | Buffer,
  ): { socket: Socket; answer: Promise<string> } => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    const head = ["POST /graphql HTTP/1.1", `Host: 127.0.0.1:${port}`, "Content-Type: application/json", ...lines];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.write(body);
    let text = "";
    const answer = new Promise<string>((resolve) => {
      socket.on("data", (chunk) => {
        text += String(chunk);
        if (text.includes("\r\n\r\n")) resolve(text);
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve(text);
      });
    });
    return { socket, answer };
  };
  const dataPort = (): number => Number(backend.url.split(":")[1]);

  for (const [what, lines] of [
    ["with a Content-Length", ["Content-Length: 8000000"]],
    ["in chunks", ["Transfer-Encoding: chunked"]],
  ] as const)
    it(`are not read on a data plane without its token when they are large: ${what}`, async () => {
      for (const more of [[], ["X-Auth-Token: x"]]) {
        const { answer } = begin(dataPort(), [...lines, ...more], "5\r\n{    ");
        expect(await answer).to.match(/^HTTP\/1.1 401 /);
      }
      const { answer } = begin(dataPort(), [...lines, `X-Auth-Token: ${backend.jwtToken}`], "5\r\n{    ");
      expect(await Promise.race([answer, new Promise((later) => setTimeout(later, 200, "still waiting"))])).to.equal(
        "still waiting",
      );
    });

  it("are read without the token when they are small, to name the operation in the journal", async () => {
    const { status } = await post(backend.slash, "{ listBackups { response { folder } } }");
    expect(status).to.equal(401);
    expect(local.journal.count("listBackups")).to.equal(1);
  });

  it("count with their decompressed size", async () => {
    const part = gzipSync("x".repeat(7 * mb)).subarray(0, -8);
    const lines = [`Content-Length: ${part.length + 8}`, "Content-Encoding: gzip"];
    const begun = Array.from({ length: 12 }, () => begin(local.port, lines, part));
    expect(await Promise.race(begun.map(({ answer }) => answer))).to.match(/^HTTP\/1.1 503 /);
  });

  it("may take 64 MB together: a further large one gets 503 with Retry-After, while small ones are answered", async () => {
    const part = "x".repeat(7 * mb);
    const begun = Array.from({ length: 12 }, () => begin(local.port, [`Content-Length: ${8 * mb}`], part));
    const refused = await Promise.race(begun.map(({ answer }) => answer));
    expect(refused)
      .to.match(/^HTTP\/1.1 503 /)
      .and.to.match(/\r\nretry-after: 1\r\n/i);
    expect(await session(local)).to.have.property("authorization");
    for (const { socket } of begun) socket.destroy();
    for (let tries = 0; tries < 100; tries++) {
      const { status } = await post(local.endpoint, "{ __typename }", { padding: part });
      if (status === 200) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error("large bodies are still refused");
  });
});
