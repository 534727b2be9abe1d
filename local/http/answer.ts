import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** An answer before it is sent. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer whose body is streamed to the client as it arrives. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly stream: Readable;
}

/** Waits for the whole body of an answer, and parses it as JSON where it is JSON. */
export async function buffered(answer: Answer | StreamedAnswer): Promise<Answer> {
  if (!("stream" in answer)) return answer;
  const body = await text(answer.stream);
  try {
    return { status: answer.status, body: JSON.parse(body) };
  } catch {
    return { status: answer.status, body };
  }
}
