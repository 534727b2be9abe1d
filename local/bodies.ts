import type { IncomingMessage } from "node:http";
import { HttpProblem } from "./request";

const maxBodyBytes = 8 * 1024 * 1024;
/** So much of each body counts for nothing: what is large must not keep what is small waiting. */
const smallBytes = 64 * 1024;
/** What is in hand of the bodies of all connections, beyond that. */
const maxLargeBytes = 64 * 1024 * 1024;

/** Reads the bodies of requests, of which it holds no more than a limit at a time. */
export class Bodies {
  private largeBytes = 0;

  /** The whole body as text; ends with 413 past the limit of one, and with 503 past that of all. */
  async text(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    const counted = (): number => Math.max(0, size - smallBytes);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
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

/** Whether a request says that its body is a small one; Node reads no more of it than that. */
export function saysSmall({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) <= smallBytes;
}
