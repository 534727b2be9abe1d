import type { Socket } from "node:net";
import { deflateRawSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { type GraphqlRequest, postGraphql, probe } from "../../provider/api/transport";
import { DgraphCloudError } from "../../provider/errors/errors";
import { LostAnswerError } from "../../provider/errors/requestErrors";
import { rejection } from "../harness/errors";
import { answer, chunk, chunkedHead, drip, forever, type OnRequest, RawServer } from "./rawServer";

/** Sends a request with a time limit of half a second. */
function requestTo(wire: RawServer, more: Partial<GraphqlRequest> = {}): GraphqlRequest {
  return {
    url: wire.endpoint,
    operation: "deployments",
    document: "{ deployments { uid } }",
    timeoutMs: 500,
    signal: new AbortController().signal,
    idempotent: true,
    ...more,
  };
}

const good = '{"data":{"deployments":[]}}';
const open = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/** Bytes of a hostile or broken server. Each must end in our own error within the time limit of the request. */
const endings: readonly [what: string, onRequest: OnRequest][] = [
  [
    "headers without an end",
    (socket) => {
      endless(socket, open, "x-more: y\r\n");
    },
  ],
  [
    "one header without an end",
    (socket) => {
      endless(socket, `${open}x-more: `, "y".repeat(1_000));
    },
  ],
  [
    "a status line without an end",
    (socket) => {
      endless(socket, "HTTP/1.1 200 ", "O".repeat(1_000));
    },
  ],
  [
    "headers that trickle",
    (socket) => {
      trickling(socket, open, "x-more: y\r\n");
    },
  ],
  [
    "a status line that trickles",
    (socket) => {
      trickling(socket, "HTTP/1.1 200 ", "O");
    },
  ],
  [
    "a body that trickles",
    (socket) => {
      trickling(socket, `${open}\r\n`, " ");
    },
  ],
  [
    "chunks that trickle",
    (socket) => {
      trickling(socket, chunkedHead, "1\r\n \r\n");
    },
  ],
  [
    "a chunk size without an end",
    (socket) => {
      endless(socket, chunkedHead, "0".repeat(1_000));
    },
  ],
  [
    "a chunk extension without an end",
    (socket) => {
      endless(socket, `${chunkedHead}1;`, "a".repeat(1_000));
    },
  ],
  [
    "trailers without an end",
    (socket) => {
      endless(socket, `${chunkedHead}0\r\n`, "x-more: y\r\n");
    },
  ],
  [
    "trailers that trickle",
    (socket) => {
      trickling(socket, `${chunkedHead}0\r\n`, "x-more: y\r\n");
    },
  ],
  [
    "a body without an end",
    (socket) => {
      endless(socket, `${open}\r\n`, " ".repeat(65_536));
    },
  ],
  [
    "chunks without an end",
    (socket) => {
      endless(socket, chunkedHead, chunk(" ".repeat(65_536)).toString());
    },
  ],
  [
    "early hints without an end",
    (socket) => {
      endless(socket, "", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
    },
  ],
  [
    "one continue after the other",
    (socket) => {
      trickling(socket, "", "HTTP/1.1 100 Continue\r\n\r\n");
    },
  ],
  ["nothing", () => undefined],
  ["nothing, and the end", (socket) => socket.end()],
  [
    "a change of protocols",
    (socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
  ],
  ["another protocol", (socket) => socket.end("220 mail.example ESMTP\r\n")],
  ["bytes at random", (socket) => socket.end(Buffer.from("00ff10fe1b5b324a0d0a0d0a", "hex"))],
  ["HTTP of another century", (socket) => socket.end("<html>hello</html>")],
  ["less than the length it gave", (socket) => socket.end(`${open}content-length: 1000\r\n\r\n${good}`)],
  ["a length that is none", (socket) => socket.end(`${open}content-length: -1\r\n\r\n${good}`)],
  ["two lengths", (socket) => socket.end(`${open}content-length: 5\r\ncontent-length: 27\r\n\r\n${good}`)],
  ["chunks that break off", (socket) => socket.end(`${chunkedHead}1b\r\n${good}`)],
  ["a chunk of a size that is none", (socket) => socket.end(`${chunkedHead}zz\r\n${good}`)],
  ["gzip that is none", (socket) => socket.end(answer(good, ["content-encoding: gzip"]))],
  ["gzip that breaks off", (socket) => socket.end(answer(gzipSync(good).subarray(0, 15), ["content-encoding: gzip"]))],
  ["brotli that is none", (socket) => socket.end(answer(good, ["content-encoding: br"]))],
  ["a gzip bomb", (socket) => socket.end(answer(gzipSync(Buffer.alloc(200_000_000)), ["content-encoding: gzip"]))],
  [
    "a deflate bomb",
    (socket) => socket.end(answer(deflateRawSync(Buffer.alloc(200_000_000)), ["content-encoding: deflate"])),
  ],
  ["bytes that are no UTF-8", (socket) => socket.end(answer(Buffer.from("7b2264617461223aff80c0aff57d", "hex")))],
  ["UTF-16", (socket) => socket.end(answer(Buffer.from(good, "utf16le")))],
  ["nesting to a depth of 10 million", (socket) => socket.end(answer(`{"errors":${"[".repeat(10_000_000)}`))],
  [
    "closed nesting to a depth of 5 million",
    (socket) => socket.end(answer(`{"data":${"[".repeat(5_000_000)}${"]".repeat(5_000_000)}}`)),
  ],
  ["a number of a million digits", (socket) => socket.end(answer(`{"data":${"9".repeat(1_000_000)}}`))],
  [
    "errors whose text costs time",
    (socket) => socket.end(answer(`{"errors":[{"message":"${"token ".repeat(4_000_000)}"}]}`)),
  ],
  [
    "a million errors",
    (socket) => socket.end(answer(`{"errors":[${'{"message":"token session"},'.repeat(1_000_000)}{}]}`)),
  ],
];

function endless(socket: Socket, first: string, more: string): void {
  socket.write(first);
  forever(socket, more);
}

function trickling(socket: Socket, first: string, more: string): void {
  socket.write(first);
  drip(socket, more);
}

describe("hostile bytes", function () {
  this.timeout(20_000);
  let wire: RawServer;

  afterEach(() => wire.stop());

  for (const [what, onRequest] of endings) {
    it(`${what}: fails with our own error, in one line, within the time limit`, async () => {
      wire = await RawServer.start(onRequest);
      for (const idempotent of [true, false]) {
        const error = await rejection(postGraphql(requestTo(wire, { idempotent })));
        if (!(error instanceof DgraphCloudError)) throw error;
        const [first = "", ...more] = error.message.split("\n");
        expect(first).to.match(/^deployments at 127\.0\.0\.1:\d+: [ -~…]+$/);
        expect(first.length).to.be.at.most(50_000);
        expect(more, "what to do, and nothing of the service's").to.deep.equal(error.next);
        expect(more).not.to.have.length(0).and.not.to.include("");
      }
      expect(wire.requests).to.be.at.most(2);
    });
  }

  it("a readiness probe ends, too", async () => {
    for (const onRequest of [
      (s: Socket) => {
        trickling(s, open, "x: y\r\n");
      },
      (s: Socket) => {
        endless(s, `${open}\r\n`, "y".repeat(65_536));
      },
    ]) {
      wire = await RawServer.start(onRequest);
      const error = await rejection(probe(requestTo(wire)));
      expect(error).to.be.instanceOf(LostAnswerError);
      await wire.stop();
    }
  });

  it("an unrequested second answer is never used for the next request", async () => {
    const stale = '{"data":{"deployments":[{"uid":"0xbad"}]}}';
    wire = await RawServer.start((socket) => socket.write(Buffer.concat([answer(good), answer(stale)])));
    for (let time = 0; time < 5; time++) {
      const seen = await postGraphql(requestTo(wire)).catch((error: unknown) => error);
      if (!(seen instanceof DgraphCloudError)) expect(seen).to.deep.equal({ deployments: [] });
    }
  });

  it("unpaired surrogates are replaced in every notation", async () => {
    wire = await RawServer.start((socket) =>
      socket.end(answer('{"data":{"a":"x\\ud800y","b":["\\uDFFF"],"c":"\\ud83d\\ude00"}}')),
    );
    const data = await postGraphql(requestTo(wire));
    expect(data).to.deep.equal({ a: "x\ufffdy", b: ["\ufffd"], c: "😀" });
  });
});
