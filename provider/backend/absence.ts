import { sameAccount } from "../api/identity";
import type { Context } from "../resource/context";
import { formatDuration } from "../time";
import { credentialsAdvice } from "../errors/advice";
import { AbsentError } from "../errors/errors";
import { quoted } from "../resource/messages";
import type { BackendState } from "./model";
import { type Operation } from "../run/operation";

/** Lists can lag behind a create: within this time of it, an absence proves nothing. */
const graceMs = 5 * 60_000;

/**
 * Whether a backend is gone. The proof is two complete lists without it, of the account that created it. Anything less is an error: a resource
 * that leaves the state by mistake leaves a database that nobody manages any more.
 */
export async function isGone(
  context: Context,
  operation: Operation,
  uid: string,
  state: BackendState,
  notBefore?: number,
): Promise<boolean> {
  if (!(await context.account.list.lacks(uid, operation, notBefore))) return false;
  const same = await refuseOtherAccount(context, operation, uid, state);
  if (same === undefined) await requireOwner(context, operation, uid, state);
  const age = context.clock.now() - Date.parse(state.__state.incarnation);
  if (age < graceMs) {
    throw new AbsentError({
      code: "DGC302",
      why: `${uid} is not in the account's list, but it was created or taken over only ${formatDuration(Math.max(0, age))} ago, and lists can lag behind.`,
      next: ["Run the command again five minutes after the create.", ifGone(context)],
    });
  }
  return true;
}

/** Throws if the settings name another account than the one that created the backend; returns undefined if the token names no account. */
export async function refuseOtherAccount(
  context: Context,
  operation: Operation,
  uid: string,
  state: BackendState,
): Promise<true | undefined> {
  const { account } = context;
  await account.session.token(operation);
  const same = sameAccount(state.__state.account, account.session.identity());
  if (same !== false) return same;
  throw new AbsentError({
    code: "DGC106",
    why:
      `${uid} was created with another account${creatorOf(state)} than the one that the settings name now` +
      `${account.session.accountName === undefined ? "" : ` (${account.session.accountName})`}.`,
    next: ["Use the account that created it.", ...credentialsAdvice, ifGone(context)],
  });
}

/** An opaque token does not name its account. Another backend of the same owner in the list proves that it is the right one. */
async function requireOwner(context: Context, operation: Operation, uid: string, state: BackendState): Promise<void> {
  const { account } = context;
  const others = await account.list.recent(operation);
  for (const { owner } of others) if (owner != null && owner === state.owner) return;
  throw new AbsentError({
    code: "DGC107",
    why: `${uid} is not in the list, and the token in the settings does not tell whether it belongs to the account that created it${creatorOf(state)}.`,
    next: ["Log in with e-mail and password, so that the accounts can be compared.", ifGone(context)],
  });
}

/** For messages. The state has the account only as a hash, so the owner stands for it. */
function creatorOf({ owner }: BackendState): string {
  return owner === undefined ? "" : ` (its owner is ${owner})`;
}

function ifGone({ urn }: Context): string {
  const named = urn === undefined ? "URN" : quoted(urn);
  return `Only if you know that the backend is gone for good: pulumi state delete ${named} (pulumi stack --show-urns lists the URNs).`;
}
