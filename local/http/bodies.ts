import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { HttpProblem } from "./request";

const maxBodyBytes = 8 * 1024 * 1024;
/** So much of each body counts for nothing: what is large must not keep what is small waiting. */
const smallBytes = 64 * 1024;
/** What is in hand of the bodies of all connections, beyond that. */
const maxLargeBytes = 64 * 1024 * 1024;
/** What a packed body that is handed on may unpack to. Gzip packs a thousand bytes into one. */
const maxUnpackedBytes = 64 * 1024 * 1024;

/** Reads the bodies of requests, of which it holds no more than a limit at a time. */
export class Bodies {
  private largeBytes = 0;

  /** The whole body as text; ends with 413 past the limit of one, and with 503 past that of all. */
  async text(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    const counted = (): number => Math.max(0, size - smallBytes);
    try {
      for await (const chunk of chunksOf(request)) {
        this.largeBytes -= counted();
        size += chunk.length;
        this.largeBytes += counted();
        if (size > maxBodyBytes) throw new HttpProblem(413, `the body is larger than ${maxBodyBytes} bytes`);
        if (this.largeBytes > maxLargeBytes)
          throw new HttpProblem(503, "the local cloud has too many large bodies in hand: send it again in a moment");
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString("utf8");
    } finally {
      this.largeBytes -= counted();
    }
  }
}

/** A body that is handed on as it arrives, and the headers that it then has. */
export interface HandedOn {
  readonly stream: Readable;
  readonly headers: IncomingHttpHeaders;
}

/** The body of a request, unpacked here, since a database unpacks without a limit. */
export function unpacked(request: IncomingMessage, headers: IncomingHttpHeaders): HandedOn {
  if (!isPacked(request)) return { stream: request, headers };
  const others = Object.entries(headers).filter(([name]) => !["content-encoding", "content-length"].includes(name));
  return { stream: Readable.from(chunksOf(request)), headers: Object.fromEntries(others) };
}

/** Whether a request says that its body is a small one; Node reads no more of it than that. */
export function saysSmall(request: IncomingMessage): boolean {
  const { "transfer-encoding": inChunks, "content-length": length = "0" } = request.headers;
  return inChunks === undefined && !isPacked(request) && Number(length) <= smallBytes;
}

function isPacked({ headers }: IncomingMessage): boolean {
  return !["", "identity"].includes(encodingOf(headers));
}

function encodingOf({ "content-encoding": encoding = "" }: IncomingHttpHeaders): string {
  return encoding.trim().toLowerCase();
}

function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return isPacked(request) ? unpackedChunks(request) : request;
}

async function* unpackedChunks(request: IncomingMessage): AsyncGenerator<Buffer> {
  if (encodingOf(request.headers) !== "gzip")
    throw new HttpProblem(
      415,
      "the local cloud unpacks gzip only: send the body as it is, or with Content-Encoding: gzip",
    );
  const gunzip = createGunzip();
  // The gunzip throws the errors of both below.
  pipeline(request, gunzip, () => undefined);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxUnpackedBytes)
        throw new HttpProblem(413, `the body unpacks to more than ${maxUnpackedBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))
      throw new HttpProblem(400, "the body is not what its Content-Encoding says: gzip");
    throw error;
  }
}
