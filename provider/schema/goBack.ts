import { ConflictError, DgraphCloudError, UnknownOutcomeError } from "../errors/errors";
import type { RequestError } from "../errors/requestErrors";
import { type PollResult, waitFor } from "../resource/wait";
import { textOf } from "./authorization";
import { pendingOf } from "./attempt";
import { refusedByStorage } from "./grading";
import { driftOf, type Live, readLive, storedPredicates, unlessBusy } from "./live";
import type { Sending } from "./model";

/** The update was undone: nothing has changed. */
export class TakenBack extends ConflictError {}

/**
 * After an update that Dgraph applied by half (it saved the text and refused the predicates), sends the schema from before again. Returns the
 * error to throw when that schema is live again; throws when it is not.
 */
export async function goBack(sending: Sending, before: Live, refusal: RequestError): Promise<TakenBack> {
  const { context } = sending;
  const { id: uid } = sending.target;
  if (before.text === "")
    throw await stuck(sending, refusal, "there was no schema before, and Dgraph takes no empty one");
  context.warn(`${uid} applied the schema by half: ${refusal.why}. The schema from before is sent again.`);
  let after: Live;
  try {
    after = await restoreText(sending, before.text);
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    throw await stuck(sending, refusal, await conflictsOf(sending, before, error));
  }
  const differences = driftOf(after, before.text);
  if (differences.length > 0) throw await stuck(sending, refusal, differences.join("; "));
  return new TakenBack({
    code: "DGC704",
    why: `Dgraph refused a change and had saved the new text already. The schema from before was sent again, and ${asBefore(after)}: ${refusal.why}.`,
    next: [
      "Give the field that Dgraph names another name, or leave it as it was.",
      "Or take it out of the schema, erase its values with a DataDrop, and put it back in a later run.",
    ],
    cause: refusal,
  });
}

function asBefore({ stored }: Live): string {
  return stored === undefined
    ? "its text is as before (this backend does not show its predicates)"
    : "text and predicates are as before";
}

/** Sends the text from before, and waits until it is live. */
async function restoreText(sending: Sending, text: string): Promise<Live> {
  const { context, operation, target } = sending;
  const { id: uid } = target;
  const afterDeadline = "Run pulumi up again: it compares with what is live, and goes on.";
  await waitFor<true>(context, operation, {
    what: `${uid} to accept the schema from before`,
    poll: async (): Promise<PollResult<true>> => {
      try {
        await context.account.data.updateSchema(uid, text, operation);
        return { done: true };
      } catch (error) {
        const pending = pendingOf(error);
        if (pending === undefined) throw error;
        return pending;
      }
    },
    reached: (_, elapsed) => `${uid} accepted the schema from before after ${elapsed}`,
    afterDeadline,
  });
  return waitFor<Live>(context, operation, {
    what: `the schema from before to be live on ${uid}`,
    poll: () =>
      unlessBusy(async () => {
        const live = await readLive(context, operation, uid);
        return live.text === text ? { done: live } : { pending: "the refused schema is still live" };
      }),
    reached: (_, elapsed) => `${uid} has the schema from before after ${elapsed}`,
    afterDeadline,
  });
}

/** Why the schema from before is refused: the predicates that the refused update has changed, or else the words of the failure. */
async function conflictsOf(
  { context, operation, target }: Sending,
  before: Live,
  error: DgraphCloudError,
): Promise<string> {
  const stored = await storedPredicates(context, operation, target.id).catch(() => undefined);
  const conflicts = stored === undefined ? [] : refusedByStorage(stored, before.text);
  if (conflicts.length === 0) return error.why;
  return conflicts.map(({ path, description }) => `${path}: ${description}`).join("; ");
}

async function stuck(sending: Sending, refusal: RequestError, why: string): Promise<UnknownOutcomeError> {
  const { context, operation, target, inputs } = sending;
  const live = await context.account.data.schema(target.id, operation).catch(() => undefined);
  const known = live === textOf(inputs) ? "the new text is live" : "the text from before is live";
  const which = live === undefined ? "which text is live is not known" : known;
  return new UnknownOutcomeError({
    code: "DGC705",
    why: `Dgraph applied the schema by half (${refusal.why}), and the schema from before cannot be restored whole: ${why}. On ${target.id}, ${which}.`,
    next: [
      "Keep in the schema what was applied (a field that has become a list stays a list), and run pulumi up again.",
      "Or erase the values of the field that is named, with a DataDrop, and run pulumi up again.",
    ],
    cause: refusal,
  });
}
