import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "dgraphcloud-local";
import { pause } from "../clocks";

/** What the cluster answers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Struck {
  readonly fault: Fault;
  /** Resolves when a held request may continue. */
  readonly released: Promise<void>;
}

/** Sends an answer. A text is sent as it is, anything else as JSON. */
export function send(response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body !== "string" ? "application/json" : body.startsWith("<") ? "text/html" : "text/plain";
  response.writeHead(status, { "content-type": type }).end(text);
}

/** Carries a request out, or does to it what the fault says. The faults are those of the local cloud. */
export async function suffer(
  request: IncomingMessage,
  response: ServerResponse,
  { fault, released }: Struck,
  act: () => Promise<Answer>,
): Promise<void> {
  const acted = "acted" in fault && fault.acted ? await act() : undefined;
  switch (fault.kind) {
    case "reset":
      request.socket.destroy();
      return;
    case "hang":
      return;
    case "slow":
      await pause(fault.ms);
      send(response, await act());
      return;
    case "pause":
      await released;
      send(response, acted ?? (await act()));
      return;
    case "status":
      if (fault.retryAfter !== undefined) response.setHeader("retry-after", fault.retryAfter);
      if (fault.location !== undefined) response.setHeader("location", fault.location);
      send(response, { status: fault.status, body: fault.body ?? "" });
      return;
    case "body":
      send(response, { status: 200, body: fault.body });
      return;
    case "cut-off": {
      const text = JSON.stringify(acted?.body ?? { data: { cut: "off" } });
      send(response, { status: 200, body: text.slice(0, Math.floor(text.length / 2)) });
      return;
    }
    case "errors": {
      const data = fault.withData === true ? ((acted?.body ?? {}) as { data?: unknown }).data : null;
      send(response, { status: 200, body: { errors: fault.messages.map((message) => ({ message })), data } });
      return;
    }
    case "data":
      send(response, { status: 200, body: { data: fault.data } });
      return;
    case "unauthorized":
      send(response, unauthorized(fault.as));
      return;
    // These change what the cluster does, not how it answers.
    case "half-applied":
    case "lag":
      send(response, await act());
      return;
    case "duplicates":
      throw new Error("a cluster has no list of backends");
  }
}

function unauthorized(as: "null" | "401" | "403" | "errors" = "errors"): Answer {
  if (as === "401" || as === "403") return { status: Number(as), body: "" };
  if (as === "null") return { status: 200, body: { data: null } };
  const message =
    "resolving operation failed because rpc error: code = Unauthenticated desc = unable to parse jwt token: token has invalid claims: Token is expired";
  return { status: 200, body: { errors: [{ message }], data: null } };
}
