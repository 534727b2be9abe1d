import { spawn } from "node:child_process";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { type Certificate, makeCertificate } from "./certificate";

function post(port: number, authority: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }) };
    const args = ["--import", "tsx", join(__dirname, "postOnce.ts"), `https://localhost:${port}/graphql`];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    child.once("close", () => {
      resolve(text);
    });
  });
}

describe("a mutation that must not be repeated, over TLS", function () {
  this.timeout(30_000);
  let folder: string;
  let made: Certificate;
  let inner: tls.Server;
  let outer: net.Server;
  let arrived: string;
  const raw = new Set<net.Socket>();

  before(async () => {
    folder = makeTemporaryFolder("tls");
    made = makeCertificate(folder, "localhost");
    inner = tls.createServer({ key: made.key, cert: made.cert }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        arrived += chunk.toString();
        // After the request, send bytes over the same connection that are no TLS record.
        if (arrived.includes("mutation")) for (const client of raw) client.end("this is no record of TLS at all");
      });
    });
    inner.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => inner.listen(0, "127.0.0.1", resolve));
    outer = net.createServer((client) => {
      raw.add(client);
      const onward = net.connect((inner.address() as AddressInfo).port, "127.0.0.1");
      for (const socket of [client, onward]) socket.on("error", () => undefined);
      client.pipe(onward);
      onward.pipe(client, { end: false });
      client.on("close", () => {
        raw.delete(client);
        onward.destroy();
      });
    });
    await new Promise<void>((resolve) => outer.listen(0, "localhost", resolve));
  });
  beforeEach(() => {
    arrived = "";
  });
  after(() => {
    inner.close();
    outer.close();
    removeFolder(folder);
  });

  const port = (): number => (outer.address() as AddressInfo).port;

  it("may have acted when TLS breaks after the request", async () => {
    const outcome = await post(port(), made.file);
    expect(arrived).to.contain("mutation { restore }");
    expect(outcome).to.match(/^LostAnswerError restore at localhost/);
  });

  it("was not sent when the certificate is not trusted", async () => {
    const outcome = await post(port(), undefined);
    expect(arrived).to.equal("");
    expect(outcome).to.match(/^NotSentError restore at localhost:\d+: no connection/);
  });
});
