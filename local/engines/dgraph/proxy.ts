import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { StreamedAnswer } from "../../http/answer";
import { HttpProblem } from "../../http/request";
import type { GraphqlBody } from "../engine";
import type { TlsClient } from "./tlsClient";

/** Headers that are about one connection, or that the local cloud has read already. */
const ownHeaders = [
  ...["host", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-authorization"],
  ...["origin", "expect"],
];

export interface Passed {
  readonly client: TlsClient;
  readonly port: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Headers that admit to what the request asks for. */
  readonly admits: Readonly<Record<string, string>>;
  readonly stream: Readable;
  /** In place of the stream, when that has been read: two readers of one text may not read the same in it. */
  readonly document: GraphqlBody | undefined;
}

/** Hands a request on to an Alpha as it arrives, and its answer back as it arrives. */
export function pass({
  client,
  port,
  method,
  url,
  headers,
  admits,
  stream,
  document,
}: Passed): Promise<StreamedAnswer> {
  const text = document === undefined ? undefined : JSON.stringify(document);
  const onwardHeaders = {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.includes(name))),
    ...admits,
    ...(text !== undefined && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    }),
  };
  const body = text === undefined ? stream : Readable.from([text]);
  return new Promise((resolve, reject) => {
    const onward = client.begin({ port, method, path: url, headers: onwardHeaders });
    onward.once("response", (response) => {
      resolve({ status: response.statusCode ?? 502, headers: answerHeaders(response.headers), stream: response });
    });
    onward.once("error", () => {
      reject(new HttpProblem(502, "the backend's database broke the connection"));
    });
    body.once("error", (error) => {
      reject(error instanceof HttpProblem ? error : new HttpProblem(400, "the body has not arrived whole"));
      onward.destroy();
    });
    body.once("close", () => {
      if (!body.readableEnded) onward.destroy();
    });
    body.pipe(onward);
  });
}

function answerHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      // Alpha lets every web page in; the local cloud lets none.
      value === undefined || ownHeaders.includes(name) || name.startsWith("access-control-") ? [] : [[name, value]],
    ),
  );
}
