import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { expect } from "chai";
import { answer, chunk, chunkedHead, forever, type OnRequest, RawServer } from "./rawServer";

/** Memory that an answer may use: 32 MiB as bytes, again as text, and garbage that is not collected yet. */
const limitMiB = 250;

interface Grown {
  readonly grownMiB: number;
  readonly outcome: string;
}

function read(endpoint: URL, ...more: readonly string[]): Promise<Grown> {
  return new Promise((resolve, reject) => {
    const args = ["--import", "tsx", join(__dirname, "measureMemory.ts"), endpoint.href, ...more];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()));
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(text) as Grown);
      else reject(new Error(`the reader ended with ${code ?? "a signal"}`));
    });
  });
}

describe("memory for hostile answers", function () {
  this.timeout(60_000);
  let wire: RawServer;

  afterEach(() => wire.stop());

  const megabyte = Buffer.alloc(1_048_576, " ");
  function withLength(socket: Socket): void {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${100 * megabyte.length}\r\n\r\n`);
    for (let count = 0; count < 100; count++) socket.write(megabyte);
  }
  const bomb = gzipSync(Buffer.alloc(500_000_000, " "));
  const smallBomb = brotliCompressSync(Buffer.alloc(500_000_000, " "), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
  });
  const larger = /an answer of more than 32 MiB/;
  const rows: readonly [what: string, onRequest: OnRequest, outcome: RegExp][] = [
    ["a body of 100 MB", withLength, larger],
    [
      "a body without an end",
      (s) => {
        begin(s, "HTTP/1.1 200 OK\r\n\r\n", megabyte);
      },
      larger,
    ],
    [
      "chunks without an end",
      (s) => {
        begin(s, chunkedHead, chunk(megabyte));
      },
      larger,
    ],
    [
      "an error page without an end",
      (s) => {
        begin(s, "HTTP/1.1 503 Busy\r\n\r\n", megabyte);
      },
      larger,
    ],
    ["500 MB as 500 KB of gzip", (s) => s.end(answer(bomb, ["content-encoding: gzip"])), larger],
    ["500 MB as some KB of brotli", (s) => s.end(answer(smallBomb, ["content-encoding: br"])), larger],
    [
      "headers without an end",
      (s) => {
        begin(s, "HTTP/1.1 200 OK\r\n", Buffer.from("x: y\r\n".repeat(10_000)));
      },
      /broke/,
    ],
    [
      "trailers without an end",
      (s) => {
        begin(s, `${chunkedHead}0\r\n`, Buffer.from("x: y\r\n".repeat(10_000)));
      },
      /broke|no answer/,
    ],
    [
      "hints without an end",
      (s) => {
        begin(s, "", Buffer.from("HTTP/1.1 103 H\r\nx: y\r\n\r\n".repeat(5_000)));
      },
      /no answer/,
    ],
  ];
  function begin(socket: Socket, head: string, more: Buffer): void {
    socket.write(head);
    forever(socket, more);
  }

  for (const [what, onRequest, outcome] of rows) {
    it(`${what}: three in a row make the process grow by less than ${limitMiB} MiB`, async () => {
      wire = await RawServer.start(onRequest);
      const seen = await read(wire.endpoint, "3", "1", "3000");
      expect(seen.outcome).to.match(outcome);
      expect(seen.grownMiB).to.be.lessThan(limitMiB);
    });
  }

  it("eight at a time make the process grow by less than the limit of eight answers", async () => {
    wire = await RawServer.start((socket) => {
      begin(socket, chunkedHead, chunk(megabyte));
    });
    const seen = await read(wire.endpoint, "2", "8");
    expect(seen.outcome).to.match(larger);
    expect(seen.grownMiB).to.be.lessThan(8 * 100);
  });

  it("large valid answers leave no memory behind", async () => {
    const names = Array.from({ length: 30 }, (_, at) => ({ name: String(at).repeat(300_000) }));
    wire = await RawServer.start((socket) => socket.write(answer(JSON.stringify({ data: { deployments: names } }))));
    const few = await read(wire.endpoint, "5");
    const many = await read(wire.endpoint, "30");
    expect(many.outcome).to.equal("read");
    expect(many.grownMiB - few.grownMiB).to.be.lessThan(limitMiB);
  });
});
