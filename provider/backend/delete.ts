import type { Context } from "../resource/context";
import { DeadlineError, DgraphCloudError, RefusedError } from "../errors/errors";
import { GraphqlError, mayHaveActed, type RequestError } from "../errors/requestErrors";
import { clean } from "../errors/text";
import { protectedObject } from "../resource/protection";
import { isGone, refuseOtherAccount } from "./absence";
import type { BackendState } from "./model";
import { type Operation } from "../run/operation";

/** Deletes a backend, unless it is protected or another resource manages it as well. */
export async function deleteBackend(
  context: Context,
  operation: Operation,
  id: string,
  state: BackendState,
): Promise<void> {
  const { backends } = context.account;
  if (backends.wasDeletedHere(id)) return;
  const { incarnation } = state.__state;
  if (backends.release(id, incarnation)) {
    context.warn(`backend ${id} is not deleted: another resource of this stack manages it as well`);
    return;
  }
  try {
    await deleteUnshared(context, operation, id, state);
  } catch (error) {
    // Another state of it, deleted at the same time.
    if (backends.wasDeletedHere(id)) return;
    backends.recordLive(id, incarnation, context.urn);
    throw withForgotten(context, id, error);
  }
  backends.recordDeleted(id);
}

/** Refuses a backend in place of one that must not be deleted, as replaceOnChanges asks for: it would be a second one. */
export function refuseProtectedPredecessor({ account, urn }: Context): void {
  const old = urn === undefined ? undefined : account.protections.protectedBackendOf(urn);
  if (old !== undefined) throw protectedObject(old);
}

/** The engine has deleted what depends on the backend before it. */
function withForgotten({ account }: Context, id: string, error: unknown): unknown {
  const forgotten = account.actions.removedOf(id);
  if (forgotten.length === 0 || !(error instanceof DgraphCloudError)) return error;
  return error.add(
    `The records of ${forgotten.join(" and ")} have left the state before: a pulumi up with them in the program runs them again on ${id}.`,
  );
}

/** What is kept of the time of a delete for the two lists that prove an absence, should its answer be lost. */
const proofMs = 20_000;

async function deleteUnshared(context: Context, operation: Operation, id: string, state: BackendState): Promise<void> {
  const { control, list, protections } = context.account;
  const isReleased = protections.hasUnprotectedSuccessor(context.urn, state.__state.incarnation);
  if (state.deletionProtection === true && !isReleased) throw protectedObject(id);
  await refuseOtherAccount(context, operation, id, state);
  const lostAnswers: RequestError[] = [];
  const onRetry = (error: RequestError): void => {
    if (mayHaveActed(error)) lostAnswers.push(error);
    operation.onRetry?.(error);
  };
  const askedAt = context.clock.now();
  const deadline = operation.deadline - Math.min(proofMs, (operation.deadline - askedAt) / 3);
  let answer: string | undefined;
  try {
    answer = await control.deleteDeployment(id, { ...operation, deadline, onRetry });
  } catch (error) {
    const now = context.clock.now();
    // A delete of ours that was lost, and one after it that the service turned down: that explains an absence. Any other has to be
    // proved: with no answer at all, a list may lack the backend because it is too young.
    const explained = lostAnswers.length > 0 && error instanceof GraphqlError;
    const gone = explained ? list.lacks(id, operation, now) : isGone(context, operation, id, state, now);
    if (!(await gone.catch(falseWhenLate))) throw error;
  }
  if (answer !== undefined && !/^success/i.test(answer) && !(await list.lacks(id, operation, askedAt)))
    throw notDeleted(id, answer);
  list.forget(id);
}

/** Without the time for a proof, the failure of the delete itself is what the user must hear. */
function falseWhenLate(error: unknown): false {
  if (error instanceof DeadlineError) return false;
  throw error;
}

/** Any sentence is an answer; only one is known to say that it is done. */
function notDeleted(id: string, answer: string): Error {
  return new RefusedError({
    code: "DGC205",
    why: `the service answered to deleteDeployment: ${clean(answer)}; ${id} is still in the list.`,
    next: "Do what the service says, then run the command again.",
  });
}
