import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** An answer before it is sent. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer that is passed on as it arrives. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly stream: Readable;
}

/** The whole of an answer, for whoever has to look into it. */
export async function collected(answer: Answer | StreamedAnswer): Promise<Answer> {
  if (!("stream" in answer)) return answer;
  const body = await text(answer.stream);
  try {
    return { status: answer.status, body: JSON.parse(body) };
  } catch {
    return { status: answer.status, body };
  }
}
