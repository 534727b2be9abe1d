import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect as connectHttp2, type SecureClientSessionOptions } from "node:http2";
import { type IncomingHttpHeaders, request as plainRequest } from "node:http";
import { request as tlsRequest, type RequestOptions } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { makeCertificates } from "../../local/engines/dgraph/certificates";
import { prepareDgraph } from "../../tools/dgraph";
import { add, countOf, type Made, setSchema } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

/** Paths of Alpha and Zero that read, change or break something. */
const alphaPaths = ["/query", "/mutate?commitNow=true", "/commit", "/alter", "/graphql", "/admin", "/health", "/state"];
const zeroPaths = ["/state", "/health", "/assign?what=uids&num=1", "/moveTablet?tablet=x&group=1"];
const removal = "/removeNode?id=1&group=1";

/** The Dgraph that this repository builds. One on PATH may accept plain HTTP, of which the local cloud can only warn. */
async function builtDgraph(): Promise<string> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const path = folders.filter((folder) => !existsSync(join(folder, "dgraph"))).join(delimiter);
  return (await prepareDgraph({ environment: { ...process.env, PATH: path } })).executable;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe("the ports of a real Dgraph, for other programs than its local cloud", function () {
  this.timeout(120_000);
  const logged: string[] = [];
  let executable: string;
  let data: string;
  let local: LocalCloud;
  let backend: Made;
  let processes: readonly number[];

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-closed-"));
    executable = await builtDgraph();
    local = await startDgraphCloud({ data, dgraph: executable, say: (line) => logged.push(line) });
    backend = await ready(local);
    await setSchema(backend, "type Task { id: ID! title: String! }");
    await add(backend, "Task", [{ title: "kept" }]);
    ({ processes } = engineOf(local, backend.uid));
  });
  afterEach("the database still works", async () => {
    expect(engineOf(local, backend.uid).processes).to.deep.equal(processes);
    expect(await nodesOf(local, backend.uid, "Task")).to.equal(1);
    expect(await countOf(backend, "Task")).to.equal(1);
  });
  after(async () => {
    await local.close();
    rmSync(data, { recursive: true });
  });

  /** The answer that a web page would get. The code of the error if the connection ends without an answer. */
  const answerTo = (
    request: typeof plainRequest | typeof tlsRequest,
    options: RequestOptions,
  ): Promise<Answer | string> =>
    new Promise((resolve) => {
      const headers = { origin: "https://evil.example", "content-type": "application/json" };
      const onward = request({ host: "127.0.0.1", agent: false, headers, ...options }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => {
          resolve({ status: response.statusCode, headers: response.headers, text });
        });
      });
      onward.on("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      });
      onward.end(options.method === "POST" ? '{"query":"{ queryTask { title } }"}' : undefined);
    });
  /** The HTTP/2 status of a gRPC call. The code of the error if there is no answer. */
  const statusOfCall = (url: string, shown: SecureClientSessionOptions = {}): Promise<string> =>
    new Promise((resolve) => {
      const session = connectHttp2(url, { rejectUnauthorized: false, ...shown });
      const end = (how: string): void => {
        resolve(how);
        session.destroy();
      };
      const failed = (error: NodeJS.ErrnoException): void => {
        end(error.code ?? error.message);
      };
      const headers = { ":method": "POST", ":path": "/pb.Raft/IsPeer", "content-type": "application/grpc" };
      session.on("error", failed).on("close", () => {
        resolve("ended");
      });
      const stream = session.request({ ...headers, te: "trailers" });
      stream.on("error", failed).on("response", ({ ":status": status }) => {
        end(String(status));
      });
      stream.end(Buffer.alloc(5));
    });
  const allRequests = (): RequestOptions[] => {
    const { alphaHttp, zeroHttp } = engineOf(local, backend.uid).ports;
    return [
      ...alphaPaths.map((path) => ({ port: alphaHttp, path })),
      ...zeroPaths.map((path) => ({ port: zeroHttp, path })),
      { port: zeroHttp, path: removal },
    ].flatMap((one) => ["GET", "POST", "OPTIONS"].map((method) => ({ ...one, method })));
  };

  it("answer plain HTTP with 400, without data and without CORS headers", async () => {
    for (const options of allRequests()) {
      const answer = await answerTo(plainRequest, options);
      const text = "Client sent an HTTP request to an HTTPS server.\n";
      expect(answer, `${options.method} ${options.path}`).to.deep.equal({ status: 400, headers: {}, text });
    }
  });

  it("answer plain HTTP with 400 on a connection whose first request is for /health too", async () => {
    const { alphaHttp, zeroHttp } = engineOf(local, backend.uid).ports;
    for (const port of [alphaHttp, zeroHttp])
      for (const first of ["/health", "/healthy", "/health//x", "/health?live"]) {
        const received = await new Promise<string>((resolve) => {
          let text = "";
          const socket = connect(port, "127.0.0.1");
          const ask = (path: string): boolean =>
            socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
          socket.once("data", () => ask("/state"));
          socket.on("data", (chunk) => (text += chunk.toString()));
          // The connection may be closed while the second request is being sent.
          socket
            .on("error", () => undefined)
            .on("close", () => {
              resolve(text);
            });
          ask(first);
        });
        expect(received, first).to.match(/^HTTP\/1\.0 400 Bad Request\r\n\r\nClient sent [^\r{]*$/);
      }
    expect(logged, "warnings about plain HTTP").to.deep.equal([]);
  });

  it("give no answer over TLS without a certificate, or with one of another authority", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dgraphcloud-other-"));
    const other = await makeCertificates(executable, folder, new AbortController().signal);
    rmSync(folder, { recursive: true });
    for (const shown of [{}, { cert: other.cert, key: other.key }])
      for (const options of allRequests()) {
        const answer = await answerTo(tlsRequest, { ...options, ...shown, rejectUnauthorized: false });
        expect(answer, `${options.method} ${options.path}`)
          .to.be.a("string")
          .and.to.match(/^(E[A-Z]|ERR_SSL_)/);
      }
  });

  it("demand the certificate on the internal port and the gRPC port too", async () => {
    const { zero, alphaInternal, alphaGrpc } = engineOf(local, backend.uid).ports;
    const folder = join(data, "backends", backend.uid, "tls");
    const cert = readFileSync(join(folder, "client.local.crt"));
    const key = readFileSync(join(folder, "client.local.key"));
    for (const port of [zero, alphaInternal, alphaGrpc]) {
      expect(await statusOfCall(`http://127.0.0.1:${port}`), "without TLS").to.match(/^(E|ended)/);
      expect(await statusOfCall(`https://127.0.0.1:${port}`), "without a certificate").to.match(/^(E|ended)/);
      expect(await statusOfCall(`https://127.0.0.1:${port}`, { cert, key }), "with it").to.equal("200");
    }
  });

  it("have certificate files that only their owner can read, without the key of the authority", () => {
    const folder = join(data, "backends", backend.uid, "tls");
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(folder)).to.equal("700");
    const files = readdirSync(folder);
    expect(files).to.have.members(["ca.crt", "node.crt", "node.key", "client.local.crt", "client.local.key"]);
    for (const name of files) expect(mode(join(folder, name)), name).to.equal("600");
  });
});
