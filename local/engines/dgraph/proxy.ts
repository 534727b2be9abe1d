import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { GraphqlBody } from "../../graphql/body";
import type { StreamedAnswer } from "../../http/answer";
import { HttpError } from "../../http/httpError";
import type { TlsClient } from "./tlsClient";

/** Headers that are not forwarded: they concern one connection, or the local cloud has handled them. */
const skippedHeaders = [
  ...["host", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-authorization"],
  ...["origin", "expect"],
];

export interface ForwardedRequest {
  readonly client: TlsClient;
  readonly port: number;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Headers with the admin token, for paths that need it. */
  readonly adminHeaders: Readonly<Record<string, string>>;
  readonly stream: Readable;
  /** Sent in place of the stream if that has been read. Not its text: two parsers may understand a text differently. */
  readonly document: GraphqlBody | undefined;
}

/** Forwards a request to Alpha. Body and answer are streamed. */
export function forward({
  client,
  port,
  method,
  url,
  headers,
  adminHeaders,
  stream,
  document,
}: ForwardedRequest): Promise<StreamedAnswer> {
  const text = document === undefined ? undefined : JSON.stringify(document);
  const forwardedHeaders = {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !skippedHeaders.includes(name))),
    ...adminHeaders,
    ...(text !== undefined && {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    }),
  };
  const body = text === undefined ? stream : Readable.from([text]);
  return new Promise((resolve, reject) => {
    const forwarded = client.begin({ port, method, path: url, headers: forwardedHeaders });
    forwarded.once("response", (response) => {
      resolve({ status: response.statusCode ?? 502, headers: answerHeaders(response.headers), stream: response });
    });
    forwarded.once("error", () => {
      reject(new HttpError(502, "the backend's database closed the connection"));
    });
    body.once("error", (error) => {
      reject(error instanceof HttpError ? error : new HttpError(400, "the body did not arrive completely"));
      forwarded.destroy();
    });
    body.once("close", () => {
      if (!body.readableEnded) forwarded.destroy();
    });
    body.pipe(forwarded);
  });
}

function answerHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      // Alpha's CORS headers would let every web page in.
      value === undefined || skippedHeaders.includes(name) || name.startsWith("access-control-") ? [] : [[name, value]],
    ),
  );
}
