import type { StoredPredicate } from "../api/dataAnswers";
import type { Call } from "../api/retry";
import { DgraphCloudError, RefusedError } from "../errors/errors";
import { GraphqlError, type RequestError, UnauthorizedError } from "../errors/requestErrors";
import type { Context } from "../resource/context";
import type { PollResult } from "../resource/wait";
import type { Operation } from "../run/operation";
import { keepSecretLines } from "./authorization";
import { predicateDrift, type SchemaChange } from "./grading";

/** What a backend has: the text, and the predicates that Dgraph keeps beside it. An update can apply the one without the other. */
export interface Live {
  readonly text: string;
  /** Undefined where the backend does not answer DQL: its deploymentMode is "graphql". */
  readonly stored: readonly StoredPredicate[] | undefined;
}

export async function readLive(context: Context, operation: Operation, uid: string): Promise<Live> {
  const text = await context.account.data.schema(uid, operation);
  keepSecretLines(text);
  return { text, stored: await storedPredicates(context, operation, uid) };
}

export async function storedPredicates(
  context: Context,
  operation: Operation,
  uid: string,
): Promise<readonly StoredPredicate[] | undefined> {
  return ifAnswered(context.account.data.storedPredicates(uid, operation));
}

/** How the predicates differ from what a text asks for; none where the backend does not answer DQL. */
export function driftOf({ stored }: Pick<Live, "stored">, text: string): string[] {
  return stored === undefined || text === "" ? [] : predicateDrift(stored, text);
}

/** A change with the number of nodes at stake; undefined where nobody can tell. */
export interface Counted {
  readonly change: SchemaChange;
  readonly count: number | undefined;
}

/** A count must not use up the time of the update. */
const countMs = 30_000;

/** Counts what is at stake in each change, in one query. */
export async function counted(
  context: Pick<Context, "account" | "clock">,
  operation: Call,
  {
    uid,
    changes,
    live,
  }: { readonly uid: string; readonly changes: readonly SchemaChange[]; readonly live: Pick<Live, "stored"> },
): Promise<Counted[]> {
  const heads = changes.flatMap(({ stake }) => (stake === undefined ? [] : [stake.query]));
  const canCount = live.stored !== undefined && heads.length > 0;
  const deadline = Math.min(operation.deadline, context.clock.now() + countMs);
  const call = { ...operation, deadline, limit: "the time for counting" };
  const counts = canCount ? await ifCounted(context.account.data.counts(uid, heads, call)) : undefined;
  let next = 0;
  return changes.map((change) => ({ change, count: change.stake === undefined ? undefined : counts?.[next++] }));
}

/** Undefined without an answer: in a large database a count can take longer than a request may. */
async function ifCounted<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotNow(error) || !(error instanceof DgraphCloudError)) throw error;
    return undefined;
  }
}

/** Undefined where the backend refuses DQL. Any other failure is thrown: the next attempt may have an answer. */
export async function ifAnswered<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const isRefused = error instanceof UnauthorizedError || (error instanceof RefusedError && error.code === "DGC207");
    if (isRefused || (error instanceof GraphqlError && !isNotNow(error))) return undefined;
    throw error;
  }
}

/** Answers of a Dgraph that did nothing and may do it later: an index is built, a restore runs, another update came first, it starts. */
const later = /errIndexingInProgress|draining mode|please retry/i;
/** Dgraph has saved the text, and refuses to change the predicates. */
const halfApplied = /succeeded in saving GraphQL schema/i;

/** Polls Dgraph. An answer that it did nothing, and may do it later, is no failure. */
export async function unlessBusy<T>(poll: () => Promise<PollResult<T>>): Promise<PollResult<T>> {
  try {
    return await poll();
  } catch (error) {
    if (error instanceof GraphqlError && isNotNow(error)) return { pending: error.messages.join("; ") };
    throw error;
  }
}

export function isNotNow(error: unknown): boolean {
  return error instanceof GraphqlError && later.test(error.said) && !halfApplied.test(error.said);
}

export function saysHalfApplied(error: RequestError): boolean {
  return halfApplied.test(error.why);
}
