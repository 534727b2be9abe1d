import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Journal, JournalEntry, Plane } from "../faults/journal";
import type { Fault, Faults, FaultTarget } from "../faults/rules";
import { type Answer, buffered, type StreamedAnswer } from "../http/answer";
import { HttpError } from "../http/httpError";

/** What a request asks for: the journal records it, and the faults match it. */
export interface RequestTarget extends FaultTarget {
  readonly plane: Plane;
  readonly deployment?: string;
  readonly account?: string;
}

/** A request whose target is known. */
export interface RoutedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: RequestTarget;
  /** Carries the request out. The fault that strikes it may change what the database does. */
  readonly act: (fault?: Fault) => Promise<Answer | StreamedAnswer>;
}

interface BufferedRequest extends Omit<RoutedRequest, "act"> {
  readonly act: () => Promise<Answer>;
}

// The timer does not keep the process alive: a late answer must not delay its exit.
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const connections = new WeakMap<object, number>();
let lastConnection = 0;

export interface PipelineOptions {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly now: () => number;
  /** Once true, no request is carried out any more, not even one that a fault still holds. */
  readonly isClosed: () => boolean;
  /** How long ago a backend was created, in milliseconds. */
  readonly ageOf: (uid: string) => number;
}

/** Records a request in the journal, carries it out or applies the fault that matches it, and records the outcome. */
export async function handleRequest(
  { journal, faults, now, ageOf, isClosed }: PipelineOptions,
  routed: RoutedRequest,
): Promise<void> {
  const { request } = routed;
  // The journal has no names of backends: a backend may be renamed.
  const { name, ...target } = routed.target;
  const matched = faults.strike({ ...target, name });
  const entry = journal.record({
    time: now(),
    ...target,
    connection: connectionOf(request),
    ...(matched !== undefined && { fault: matched.fault.kind }),
  });
  const act = async (): Promise<Answer | StreamedAnswer> => {
    if (isClosed()) throw new Error("the local cloud is closed");
    const answer = await routed.act(matched?.fault).catch(errorAnswer);
    journal.conclude(entry, "stream" in answer ? answer.status < 300 : wasCarriedOut(target.plane, answer));
    return answer;
  };
  // A fault may have to change the answer, so it gets the whole of it, uncompressed.
  if (matched !== undefined) delete request.headers["accept-encoding"];
  if (matched === undefined) await sendAny(routed.response, entry, await act());
  else await applyFault(matched, { ...routed, act: async () => buffered(await act()) }, entry, ageOf);
  journal.changed();
}

async function applyFault(
  { fault, released }: { fault: Fault; released: Promise<void> },
  routed: BufferedRequest,
  entry: JournalEntry,
  ageOf: PipelineOptions["ageOf"],
): Promise<void> {
  const { request, response, act } = routed;
  const answer = "acted" in fault && fault.acted ? await act() : undefined;
  switch (fault.kind) {
    case "reset":
      request.socket.destroy();
      return;
    case "hang":
      return;
    case "slow":
      await sleep(fault.ms);
      send(response, entry, await act());
      return;
    case "pause":
      await released;
      send(response, entry, answer ?? (await act()));
      return;
    case "status":
      if (fault.retryAfter !== undefined) response.setHeader("retry-after", fault.retryAfter);
      if (fault.location !== undefined) response.setHeader("location", fault.location);
      sendText(response, entry, fault.status, fault.body ?? "");
      return;
    case "body":
      sendText(response, entry, 200, fault.body);
      return;
    case "cut-off": {
      const text = JSON.stringify(answer?.body ?? { data: { cut: "off" } });
      sendText(response, entry, 200, text.slice(0, Math.floor(text.length / 2)));
      return;
    }
    case "errors": {
      const data = fault.withData === true ? dataOf(answer) : null;
      send(response, entry, { status: 200, body: { errors: fault.messages.map((message) => ({ message })), data } });
      return;
    }
    case "data":
      send(response, entry, { status: 200, body: { data: fault.data } });
      return;
    case "unauthorized":
      send(response, entry, unauthorized(routed.target, fault.as));
      return;
    case "half-applied":
      send(response, entry, await act());
      return;
    case "duplicates":
    case "lag":
      send(response, entry, alteredList(await act(), fault, ageOf));
  }
}

function unauthorized({ plane, operation }: RequestTarget, as: "null" | "401" | "403" | "errors" | undefined): Answer {
  const form = as ?? (plane === "control" ? "null" : "401");
  if (form === "null") return { status: 200, body: { data: { [operation]: null } } };
  if (form === "errors") return { status: 200, body: { errors: [{ message: "Unauthorized" }], data: null } };
  return { status: Number(form), body: { errors: [{ message: "Unauthorized" }] } };
}

function alteredList(
  answer: Answer,
  fault: Extract<Fault, { kind: "duplicates" | "lag" }>,
  ageOf: PipelineOptions["ageOf"],
): Answer {
  const data = dataOf(answer) as { deployments?: readonly { uid: string }[] } | null;
  const list = data?.deployments;
  if (list === undefined) return answer;
  const deployments =
    fault.kind === "duplicates" ? [...list, ...list] : list.filter(({ uid }) => ageOf(uid) >= fault.ms);
  return { ...answer, body: { data: { ...data, deployments } } };
}

// Numbered here, since the port of a closed connection may be used again.
function connectionOf({ socket }: IncomingMessage): number {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  lastConnection += 1;
  connections.set(socket, lastConnection);
  return lastConnection;
}

/** Whether an answer reports success. A request that was refused, in any form the service uses, was not carried out. */
function wasCarriedOut(plane: Plane, { status, body }: Answer): boolean {
  const { data, errors } = body as { data?: Record<string, unknown> | null; errors?: unknown };
  if (status !== 200 || errors !== undefined) return false;
  const fields = Object.values(data ?? {}) as ({ errors?: unknown } | null)[];
  if (plane === "control" && fields.every((field) => field === null)) return false;
  return !fields.some((field) => Array.isArray(field?.errors) && field.errors.length > 0);
}

function dataOf(answer: Answer | undefined): unknown {
  return (answer?.body as { data?: unknown } | undefined)?.data ?? null;
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof HttpError) return { status: error.status, body: { errors: [{ message: error.message }] } };
  return { status: 500, body: { errors: [{ message: error instanceof Error ? error.message : "internal error" }] } };
}

async function sendAny(response: ServerResponse, entry: JournalEntry, answer: Answer | StreamedAnswer): Promise<void> {
  if (!("stream" in answer)) {
    send(response, entry, answer);
    return;
  }
  entry.status = answer.status;
  response.writeHead(answer.status, answer.headers);
  await pipeline(answer.stream, response);
}

function send(response: ServerResponse, entry: JournalEntry, { status, body }: Answer): void {
  sendText(response, entry, status, JSON.stringify(body));
}

function sendText(response: ServerResponse, entry: JournalEntry, status: number, text: string): void {
  entry.status = status;
  if (response.destroyed) return;
  const type = text.startsWith("<") ? "text/html" : "application/json";
  response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(text);
}
