import { isRecord } from "../api/answer";
import type { Context } from "../resource/context";
import { UnknownOutcomeError } from "../errors/errors";
import { GraphqlError, mayHaveActed, UnauthorizedError } from "../errors/requestErrors";

/** Complaints that the engine makes only after it has taken the work up, or may have. */
const afterwards =
  /in progress|deadline|time(d|out| out)|cancell?ed|unavailable|connection|\beof\b|broken pipe|closing|reset/i;

/** Whether a restore or a drop that failed like this may have been carried out all the same. */
export function mayHaveRun(error: unknown): boolean {
  if (mayHaveActed(error)) return true;
  // A text about authorization may come from behind the door, as of a source whose backups may not be read.
  if (error instanceof UnauthorizedError) return !error.byStatus;
  if (!(error instanceof GraphqlError)) return false;
  return error.messages.some((message) => afterwards.test(message)) || hasResponse(error.data);
}

/** What may be carried out at any moment must not meet another action of the same run. `own` is the action that goes on. */
export function refuseAfterUnknown({ account }: Context, uid: string, own?: string): void {
  const unclear = account.unknownOutcomes.get(uid);
  if (unclear === undefined || unclear === own) return;
  throw new UnknownOutcomeError({
    code: "DGC417",
    why: `the answer to another action on ${uid} (${unclear}) was lost in this run, and it may still be running; nothing was sent.`,
    next: [`Look at the data of ${uid}.`, "Then run pulumi up again."],
  });
}

/** Something that was done answers beside the errors. */
function hasResponse(data: unknown): boolean {
  return isRecord(data) && Object.values(data).some((field) => isRecord(field) && field["response"] != null);
}
