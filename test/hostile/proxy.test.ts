import { spawn } from "node:child_process";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import tls from "node:tls";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { closedEndpoint } from "../harness/httpService";
import { type Certificate, makeCertificate } from "./certificate";
import type { Post } from "./postMany";

const password = "canary-password-of-the-proxy";
const encoded = Buffer.from(`user:${password}`).toString("base64");

/** How a proxy handles a CONNECT. */
type Answering = (client: Socket, connect: string) => void;

/** A real proxy on loopback, which connects every name to the service on this machine. */
class FakeProxy {
  readonly connects: string[] = [];
  private readonly open = new Set<Socket>();
  private constructor(private readonly server: net.Server) {}

  static async start(answering: Answering, certificate?: Certificate): Promise<FakeProxy> {
    const accept = (client: Socket): void => {
      proxy.open.add(client);
      client.on("error", () => undefined).once("close", () => proxy.open.delete(client));
      client.once("data", (chunk: Buffer) => {
        proxy.connects.push(chunk.toString());
        answering(client, chunk.toString());
      });
    };
    const server = certificate === undefined ? net.createServer(accept) : tls.createServer({ ...certificate }, accept);
    const proxy = new FakeProxy(server);
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}

describe("a request through a proxy", function () {
  this.timeout(30_000);
  let folder: string;
  let certificate: Certificate;
  let service: https.Server;
  let proxies: FakeProxy[];
  /** The service's socket of each request. */
  let arrived: Socket[];

  before(async () => {
    folder = makeTemporaryFolder("proxy");
    certificate = makeCertificate(folder, "localhost", "cloud.example.com");
    service = https.createServer({ ...certificate }, (request, response) => {
      arrived.push(request.socket);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ data: { leaked: Object.keys(request.headers).some((name) => /proxy/.test(name)) } }),
      );
    });
    service.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    arrived = [];
    proxies = [];
  });
  afterEach(() => {
    for (const proxy of proxies) proxy.stop();
  });
  after(() => {
    service.close();
    removeFolder(folder);
  });

  const url = "https://cloud.example.com/graphql";
  const through = (proxy: FakeProxy, name = "HTTPS_PROXY", scheme = "http"): Record<string, string> => ({
    [name]: `${scheme}://user:${password}@localhost:${proxy.port}`,
  });

  async function start(answering: Answering, proxyCertificate?: Certificate): Promise<FakeProxy> {
    const proxy = await FakeProxy.start(answering, proxyCertificate);
    proxies.push(proxy);
    return proxy;
  }

  async function postThrough(answering: Answering, more: Partial<Post>): Promise<Post> {
    return { url, environment: through(await start(answering)), ...more };
  }

  const tunnel: Answering = (client) => {
    const onward = net.connect((service.address() as AddressInfo).port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(onward).pipe(client);
    });
    onward.on("error", () => undefined);
  };
  const refusing =
    (status: number): Answering =>
    (client) => {
      client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\n{}`);
    };

  /** Sends the requests in a process that trusts the service, and expects that no secret of the proxy is printed. */
  async function send(...posts: readonly Post[]): Promise<string[]> {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate.file, DEBUG: "*", DGRAPHCLOUD_LOG: "debug" };
    const args = ["--import", "tsx", join(__dirname, "postMany.ts"), JSON.stringify(posts)];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [out, printed] = ["", ""];
    child.stdout.on("data", (piece: Buffer) => (out += piece.toString()));
    child.stderr.on("data", (piece: Buffer) => (printed += piece.toString()));
    await new Promise((closed) => child.once("close", closed));
    for (const secret of [password, encoded]) expect(out + printed).not.to.contain(secret);
    expect(printed).to.contain("dgraphcloud: ping at ");
    return JSON.parse(out) as string[];
  }

  it("goes through the proxy of each environment variable, and only the proxy gets its credentials", async () => {
    const proxy = await start(tunnel);
    const names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    const outcomes = await send(...names.map((name) => ({ url, environment: through(proxy, name) })));
    expect(outcomes).to.deep.equal(names.map(() => 'answered {"leaked":false}'));
    expect(proxy.connects).to.have.lengthOf(3);
    for (const connect of proxy.connects) {
      expect(connect).to.match(/^CONNECT cloud\.example\.com:443 HTTP\/1\.1\r\n/);
      expect(connect).to.contain(`Proxy-Authorization: Basic ${encoded}\r\n`);
    }
  });

  it("goes through a proxy that uses TLS itself", async () => {
    const proxy = await start(tunnel, certificate);
    const outcomes = await send({ url, environment: through(proxy, "HTTPS_PROXY", "https") });
    expect(outcomes).to.deep.equal(['answered {"leaked":false}']);
  });

  it("uses a new connection for a mutation that must not be repeated", async () => {
    const proxy = await start(tunnel);
    const environment = through(proxy);
    await send(...[true, false, false, true].map((idempotent) => ({ url, environment, idempotent })));
    expect(proxy.connects).to.have.lengthOf(4);
    expect(new Set(arrived).size).to.equal(4);
  });

  it("goes directly to this machine", async () => {
    const proxy = await start(tunnel);
    const here = `https://localhost:${(service.address() as AddressInfo).port}/graphql`;
    const environment = { ...through(proxy), ...through(proxy, "http_proxy"), ...through(proxy, "all_proxy") };
    expect(await send({ url: here, environment })).to.deep.equal(['answered {"leaked":false}']);
    expect(proxy.connects).to.deep.equal([]);
  });

  const refusals: readonly [status: number, outcome: RegExp][] = [
    [
      407,
      /^RefusedError ping at cloud\.example\.com was not sent: the proxy localhost:\d+ refused to connect \(HTTP 407: it wants a user name and a password\)\.\nSet HTTPS_PROXY/,
    ],
    [
      403,
      /^RefusedError ping at cloud\.example\.com was not sent: the proxy localhost:\d+ refused to connect \(HTTP 403\)\.\nAsk whoever runs the proxy/,
    ],
    [
      429,
      /^NotSentError ping at cloud\.example\.com: no connection through the proxy localhost:\d+ \(the proxy answered HTTP 429\)\n/,
    ],
    [
      502,
      /^NotSentError ping at cloud\.example\.com: no connection through the proxy localhost:\d+ \(the proxy answered HTTP 502\)\nCheck the network and the proxy \(HTTPS_PROXY\)/,
    ],
    [302, /^NotSentError .*HTTP 302/],
  ];
  it("was not sent when the proxy refuses to connect", async () => {
    const posts = await Promise.all(
      refusals.flatMap(([status]) => [true, false].map((idempotent) => postThrough(refusing(status), { idempotent }))),
    );
    const outcomes = await send(...posts);
    for (const [index, [status, expectation]] of refusals.entries()) {
      for (const outcome of outcomes.slice(2 * index, 2 * index + 2))
        expect(outcome, String(status)).to.match(expectation);
    }
    expect(arrived).to.deep.equal([]);
  });

  const silent: readonly [what: string, answering: Answering][] = [
    ["hangs up", (client) => client.destroy()],
    ["never answers", () => undefined],
    ["answers with what is no HTTP", (client) => client.end("what?\r\n\r\n")],
    [
      "cannot speak TLS with the service",
      (client) => client.write("HTTP/1.1 200 OK\r\n\r\nthis is no record of TLS at all"),
    ],
  ];
  it("was not sent when the proxy fails in another way, and leaves no connection open", async () => {
    const posts = silent.map(([, answering]) => postThrough(answering, { idempotent: false, timeoutMs: 500 }));
    const outcomes = await send(...(await Promise.all(posts)));
    const expectation = /^NotSentError ping at cloud\.example\.com: no connection through the proxy localhost:\d+ \(/;
    for (const [index, [what]] of silent.entries()) expect(outcomes[index], what).to.match(expectation);
  });

  it("may have acted when the proxy breaks the connection after the request", async () => {
    const rude: Answering = (client, connect) => {
      tunnel(client, connect);
      service.once("request", () => client.destroy());
    };
    const proxy = await start(rude);
    const [outcome] = await send({ url, environment: through(proxy), idempotent: false });
    expect(outcome).to.match(/^LostAnswerError ping at cloud\.example\.com: the connection broke/);
    expect(arrived).to.have.lengthOf(1);
  });

  it("fails with a question about the proxy when its port is closed", async () => {
    const { host } = await closedEndpoint();
    const [outcome] = await send({ url, environment: { HTTPS_PROXY: `http://user:${password}@${host}` } });
    expect(outcome).to.match(/^NotSentError .*no connection through the proxy 127\.0\.0\.1:\d+ \(connect ECONNREFUSED/);
    expect(outcome).to.contain("Is the proxy running, and is its address right? Correct HTTPS_PROXY");
  });

  it("names the variable, without its value, when it is not an HTTP proxy", async () => {
    const wrong = [
      `socks5://user:${password}@localhost:1`,
      `http://user:${password}@`,
      `http://user:${password}@ho st:1`,
    ];
    const here = { url: `https://localhost:${(service.address() as AddressInfo).port}/graphql`, environment: {} };
    for (const outcome of await send(here, ...wrong.map((HTTPS_PROXY) => ({ url, environment: { HTTPS_PROXY } })))) {
      if (!outcome.startsWith("answered"))
        expect(outcome).to.match(
          /^SettingsError HTTPS_PROXY or ALL_PROXY is set, and is not the address of an HTTP proxy/,
        );
    }
  });
});
