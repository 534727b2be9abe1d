import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type Answer, collected, type StreamedAnswer } from "./answer";
import type { Fault, Faults } from "../faults/rules";
import type { Journal, JournalEntry, Plane } from "../faults/journal";
import { HttpProblem } from "./request";

/** What a request is about, as the server found it. */
export interface Subject {
  readonly plane: Plane;
  readonly operation: string;
  readonly deployment?: string;
  readonly account?: string;
  /** Name of the backend that it is about, for the faults; the journal goes by uids. */
  readonly name?: string | undefined;
}

/** One request on its way through the journal and the scripted faults. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly subject: Subject;
  /** Carries the request out. */
  readonly act: () => Promise<Answer | StreamedAnswer>;
}

interface Struck extends Exchange {
  readonly act: () => Promise<Answer>;
}

// Not a reason to stay alive: a late answer must not delay the end of the process.
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const connections = new WeakMap<object, number>();
let lastConnection = 0;

/** What watches the requests and what spoils them. */
export interface Pipeline {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly now: () => number;
  /** Once true, nothing is carried out any more: what a fault still held is dropped. */
  readonly isClosed: () => boolean;
  /** How long ago a backend was created, in milliseconds. */
  readonly ageOf: (uid: string) => number;
}

/** Carries a request out or lets a fault strike it, and writes down what happened. */
export async function exchange({ journal, faults, now, ageOf, isClosed }: Pipeline, work: Exchange): Promise<void> {
  const { request } = work;
  const { name, ...subject } = work.subject;
  const struck = faults.strike({ ...subject, name });
  const entry = journal.record({
    time: now(),
    ...subject,
    connection: connectionOf(request),
    ...(struck !== undefined && { fault: struck.fault.kind }),
  });
  const act = async (): Promise<Answer | StreamedAnswer> => {
    if (isClosed()) throw new Error("the local cloud is closed");
    const answer = await work.act().catch(problemAnswer);
    journal.conclude(entry, "stream" in answer ? answer.status < 300 : wasCarriedOut(subject.plane, answer));
    return answer;
  };
  // A fault may have to look into the answer, so it gets the whole of it, and as text.
  if (struck !== undefined) delete request.headers["accept-encoding"];
  if (struck === undefined) await sendAny(work.response, entry, await act());
  else await suffer(struck, { ...work, act: async () => collected(await act()) }, entry, ageOf);
  journal.changed();
}

async function suffer(
  { fault, released }: { fault: Fault; released: Promise<void> },
  work: Struck,
  entry: JournalEntry,
  ageOf: Pipeline["ageOf"],
): Promise<void> {
  const { request, response, act } = work;
  const acted = "acted" in fault && fault.acted ? await act() : undefined;
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
      send(response, entry, acted ?? (await act()));
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
      const text = JSON.stringify(acted?.body ?? { data: { cut: "off" } });
      sendText(response, entry, 200, text.slice(0, Math.floor(text.length / 2)));
      return;
    }
    case "errors": {
      const data = fault.withData === true ? dataOf(acted) : null;
      send(response, entry, { status: 200, body: { errors: fault.messages.map((message) => ({ message })), data } });
      return;
    }
    case "data":
      send(response, entry, { status: 200, body: { data: fault.data } });
      return;
    case "unauthorized":
      send(response, entry, unauthorized(work.subject, fault.as));
      return;
    case "duplicates":
    case "lag":
      send(response, entry, alteredList(await act(), fault, ageOf));
  }
}

function unauthorized({ plane, operation }: Subject, as: "null" | "401" | "403" | "errors" | undefined): Answer {
  const form = as ?? (plane === "control" ? "null" : "401");
  if (form === "null") return { status: 200, body: { data: { [operation]: null } } };
  if (form === "errors") return { status: 200, body: { errors: [{ message: "Unauthorized" }], data: null } };
  return { status: Number(form), body: { errors: [{ message: "Unauthorized" }] } };
}

function alteredList(
  answer: Answer,
  fault: Extract<Fault, { kind: "duplicates" | "lag" }>,
  ageOf: Pipeline["ageOf"],
): Answer {
  const data = dataOf(answer) as { deployments?: readonly { uid: string }[] } | null;
  const list = data?.deployments;
  if (list === undefined) return answer;
  const deployments =
    fault.kind === "duplicates" ? [...list, ...list] : list.filter(({ uid }) => ageOf(uid) >= fault.ms);
  return { ...answer, body: { data: { ...data, deployments } } };
}

// Ports are used again; a number of our own is not.
function connectionOf({ socket }: IncomingMessage): number {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  lastConnection += 1;
  connections.set(socket, lastConnection);
  return lastConnection;
}

/** A request that was refused, in any of the ways the service refuses, has not been carried out. */
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

function problemAnswer(error: unknown): Answer {
  if (error instanceof HttpProblem) return { status: error.status, body: { errors: [{ message: error.message }] } };
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

export function send(response: ServerResponse, entry: JournalEntry | undefined, { status, body }: Answer): void {
  sendText(response, entry, status, JSON.stringify(body));
}

function sendText(response: ServerResponse, entry: JournalEntry | undefined, status: number, text: string): void {
  if (entry !== undefined) entry.status = status;
  if (response.destroyed) return;
  const type = text.startsWith("<") ? "text/html" : "application/json";
  response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(text);
}
