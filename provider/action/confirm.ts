import { type Context } from "../resource/context";
import { ConflictError, noSuchBackend } from "../errors/errors";
import { type Failure, type Field, notEmpty, unknownValue } from "../resource/fields";
import { begin } from "../run/operation";

/** A preview must not hang on it. */
const lookUpTimeout = { input: "the time for comparing confirm", value: "1m", ms: 60_000 };

/** The name that the backend must have when an action runs: another name may well be another backend. */
export const confirmField: Field = { onChange: "state", check: notEmpty };

/** Compares `confirm` with the live name of the backend whose data is at stake. `property` is the input that names the backend. */
export async function confirmFailures(
  context: Context,
  property: string,
  uid: string,
  confirm: string | undefined,
  operation = begin(context, lookUpTimeout),
): Promise<Failure[]> {
  if (confirm === undefined || confirm === unknownValue || uid === unknownValue) return [];
  const [live] = await context.account.list.find({ uid }, operation);
  if (live === undefined) throw noSuchBackend(uid, context.account.session.accountName);
  if (live.name === confirm) return [];
  const reason = `is "${confirm}", and the backend ${uid} is called "${live.name}": correct confirm, or change ${property} to the backend that you mean`;
  return [{ property: "confirm", code: "DGC415", reason }];
}

/** The same comparison right before the action is sent. */
export async function refuseMismatch(...asked: Parameters<typeof confirmFailures>): Promise<void> {
  const [mismatch] = await confirmFailures(...asked);
  if (mismatch === undefined) return;
  throw new ConflictError({
    code: mismatch.code,
    why: `${mismatch.property} ${mismatch.reason}; nothing was sent.`,
    next: `Correct confirm or ${asked[1]}, then run pulumi up again.`,
  });
}
