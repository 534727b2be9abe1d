import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { HttpError } from "./httpError";

const maxBodyBytes = 8 * 1024 * 1024;
/** The first bytes of each body do not count towards the limit for all, so that large bodies never block small ones. */
const smallBytes = 64 * 1024;
/** How many bytes beyond that the bodies of all connections may hold at a time. */
const maxLargeBytes = 64 * 1024 * 1024;
/** The decompressed size of a body that is forwarded. Gzip can compress a thousand bytes into one. */
const maxDecompressedBytes = 64 * 1024 * 1024;

/** Reads the bodies of requests, and limits how much memory they take together. */
export class Bodies {
  private largeBytes = 0;

  /** The whole body as text. Throws 413 past the limit of one body, and 503 past the limit of all. */
  async text(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    const counted = (): number => Math.max(0, size - smallBytes);
    try {
      for await (const chunk of chunksOf(request)) {
        this.largeBytes -= counted();
        size += chunk.length;
        this.largeBytes += counted();
        if (size > maxBodyBytes) throw new HttpError(413, `the body is larger than ${maxBodyBytes} bytes`);
        if (this.largeBytes > maxLargeBytes)
          throw new HttpError(
            503,
            "the local cloud is reading too many large bodies: send the request again in a moment",
          );
        chunks.push(chunk);
      }
      return Buffer.concat(chunks).toString("utf8");
    } finally {
      this.largeBytes -= counted();
    }
  }
}

/** A body that is forwarded as it arrives, and the headers that describe it. */
export interface ForwardedBody {
  readonly stream: Readable;
  readonly headers: IncomingHttpHeaders;
}

/** The body of a request, decompressed. The local cloud does that itself, since a database would decompress without a limit. */
export function decompressed(request: IncomingMessage, headers: IncomingHttpHeaders): ForwardedBody {
  if (!isCompressed(request)) return { stream: request, headers };
  const others = Object.entries(headers).filter(([name]) => !["content-encoding", "content-length"].includes(name));
  return { stream: Readable.from(chunksOf(request)), headers: Object.fromEntries(others) };
}

/** Whether a request declares a small body. Node reads no more bytes than the declared length. */
export function declaresSmallBody(request: IncomingMessage): boolean {
  const { "transfer-encoding": encoding, "content-length": length = "0" } = request.headers;
  return encoding === undefined && !isCompressed(request) && Number(length) <= smallBytes;
}

function isCompressed({ headers }: IncomingMessage): boolean {
  return !["", "identity"].includes(encodingOf(headers));
}

function encodingOf({ "content-encoding": encoding = "" }: IncomingHttpHeaders): string {
  return encoding.trim().toLowerCase();
}

function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return isCompressed(request) ? decompressedChunks(request) : request;
}

async function* decompressedChunks(request: IncomingMessage): AsyncGenerator<Buffer> {
  if (encodingOf(request.headers) !== "gzip")
    throw new HttpError(
      415,
      "the local cloud decompresses gzip only: send the body uncompressed, or with Content-Encoding: gzip",
    );
  const gunzip = createGunzip();
  // An error of either stream is thrown by the loop over gunzip below.
  pipeline(request, gunzip, () => undefined);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxDecompressedBytes)
        throw new HttpError(413, `the body decompresses to more than ${maxDecompressedBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_"))
      throw new HttpError(400, "the body is not gzip, although its Content-Encoding says so");
    throw error;
  }
}
