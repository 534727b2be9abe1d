import type { ClientRequest, OutgoingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { Certificates } from "./certificates";

export interface Request {
  readonly port: number;
  readonly path: string;
  readonly method: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly signal?: AbortSignal;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

/** Requests to the processes of one pair, which both sides have proved themselves for. */
export class TlsClient {
  private readonly agent: Agent;

  constructor(certificates: Certificates) {
    this.agent = new Agent({ keepAlive: true, ...certificates });
  }

  /** Begins a request; whoever asks writes its body. */
  begin(asked: Request): ClientRequest {
    return request({ ...asked, host: "127.0.0.1", agent: this.agent });
  }

  /** Sends a request at once, and gives its answer when it is whole. */
  async send(asked: Request, body = ""): Promise<TextAnswer> {
    const onward = this.begin(asked);
    return new Promise((resolve, reject) => {
      onward.once("error", reject);
      onward.once("response", (response) => {
        text(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, text: answer });
        }, reject);
      });
      onward.end(body);
    });
  }

  /** Lets its idle connections go. */
  close(): void {
    this.agent.destroy();
  }
}
