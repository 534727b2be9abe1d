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
    // Another resource with the same backend has deleted it meanwhile.
    if (backends.wasDeletedHere(id)) return;
    backends.recordLive(id, incarnation, context.urn);
    throw withForgotten(context, id, error);
  }
  backends.recordDeleted(id);
}

/** Refuses to create a backend in place of a protected one, as replaceOnChanges asks for: the protected one would stay beside it. */
export function refuseProtectedPredecessor({ account, urn }: Context): void {
  const old = urn === undefined ? undefined : account.protections.protectedBackendOf(urn);
  if (old !== undefined) throw protectedObject(old);
}

/** The engine deletes records of actions before their backend. If the backend then stays, the user must know what was lost. */
function withForgotten({ account }: Context, id: string, error: unknown): unknown {
  const forgotten = account.actions.removedOf(id);
  if (forgotten.length === 0 || !(error instanceof DgraphCloudError)) return error;
  return error.add(
    `The records of ${forgotten.join(" and ")} have left the state already: a pulumi up with them in the program runs them again on ${id}.`,
  );
}

/** The end of a delete's time that is reserved for the two lists that prove an absence, in case its answer is lost. */
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
    // An earlier attempt whose answer was lost has deleted the backend if the service then refuses this one. Any other absence must be proved:
    // a list may also lack a backend that is too new.
    const explained = lostAnswers.length > 0 && error instanceof GraphqlError;
    const gone = explained ? list.lacks(id, operation, now) : isGone(context, operation, id, state, now);
    if (!(await gone.catch(falseWhenLate))) throw error;
  }
  if (answer !== undefined && !/^success/i.test(answer) && !(await list.lacks(id, operation, askedAt)))
    throw notDeleted(id, answer);
  list.forget(id);
}

/** If there is no time left for the proof, the user must see the failure of the delete itself. */
function falseWhenLate(error: unknown): false {
  if (error instanceof DeadlineError) return false;
  throw error;
}

/** deleteDeployment answers with a sentence. Only one that begins with "success" is known to mean that the backend is deleted. */
function notDeleted(id: string, answer: string): Error {
  return new RefusedError({
    code: "DGC205",
    why: `the service answered to deleteDeployment: ${clean(answer)}; ${id} is still in the list.`,
    next: "Do what the service says, then run the command again.",
  });
}
