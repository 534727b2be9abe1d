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

/** A client of the processes of one pair, over mutual TLS. */
export class TlsClient {
  private readonly agent: Agent;

  constructor(certificates: Certificates) {
    this.agent = new Agent({ keepAlive: true, ...certificates });
  }

  /** Begins a request. The caller writes its body. */
  begin(options: Request): ClientRequest {
    return request({ ...options, host: "127.0.0.1", agent: this.agent });
  }

  /** Sends a request with its body, and waits for the whole answer. */
  async send(options: Request, body = ""): Promise<TextAnswer> {
    const sent = this.begin(options);
    return new Promise((resolve, reject) => {
      sent.once("error", reject);
      sent.once("response", (response) => {
        text(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, text: answer });
        }, reject);
      });
      sent.end(body);
    });
  }

  /** Closes its connections. */
  close(): void {
    this.agent.destroy();
  }
}
