import type { Deployment } from "../api/deployment";
import type { Context, Operation } from "../context";
import { formatDuration } from "../duration";
import { ConflictError, DgraphCloudError, UnauthorizedError } from "../errors";
import { isNamesake, mayBeNamesake, type NewBackend } from "./newBackend";

/** How long a create whose answer was lost is looked for in the list, and how often. */
const searchMs = 30_000;
const searchPauseMs = 2_000;

/** The one backend that this create made although its answer was lost, or undefined when it made none. */
export async function search(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  { before, explained }: { before: ReadonlySet<string>; explained: () => boolean },
): Promise<Deployment | undefined> {
  const { clock, cloud, signal } = context;
  const until = clock.now() + searchMs;
  const looking = forLooking(context, operation);
  for (;;) {
    const listed = await cloud.list.anew(looking).catch((cause: unknown) => {
      throw lost(cause, inputs, "and the list of backends could not be read");
    });
    const likely = newOnes(context, listed, inputs, before);
    const matches = likely.filter((deployment) => isNamesake(deployment, inputs));
    if (matches.length > 1) throw ambiguous(matches);
    if (matches[0] !== undefined) return matches[0];
    if (clock.now() >= until || explained()) {
      if (likely.length > 0) throw ambiguous(likely);
      return undefined;
    }
    await clock.sleep(searchPauseMs, signal);
  }
}

/**
 * The operation with 30 s at least for a look that tells whether something was created, also past the deadline: what is found late is
 * no orphan.
 */
export function forLooking({ clock, progress }: Context, operation: Operation): Operation {
  const startedAt = clock.now();
  if (operation.deadline >= startedAt + searchMs) return operation;
  const limit = formatDuration(searchMs);
  return {
    ...operation,
    deadline: startedAt + searchMs,
    limit: `the ${limit} for finding out what was created`,
    onRetry: ({ why }) => {
      progress(`looking for what was created, ${formatDuration(clock.now() - startedAt)} of ${limit}: ${why}`);
    },
  };
}

/** Backends that were not there before a create, that no other create of this process returned, and that it may have made. */
export function newOnes(
  { cloud }: Context,
  listed: readonly Deployment[],
  inputs: NewBackend,
  before: ReadonlySet<string>,
): Deployment[] {
  return listed.filter(
    (deployment) =>
      mayBeNamesake(deployment, inputs) && !before.has(deployment.uid) && !cloud.ledger.wasCreatedHere(deployment.uid),
  );
}

/** What the first create made after all, although it was looked for in vain before the second one. */
export async function twin(
  context: Context,
  operation: Operation,
  inputs: NewBackend,
  live: Deployment,
  before: ReadonlySet<string>,
): Promise<Error | undefined> {
  // The second one stands whatever this look may come to.
  const listed = await context.cloud.list.anew(forLooking(context, operation)).catch(() => []);
  const others = newOnes(context, listed, inputs, before);
  return others.length === 0 ? undefined : ambiguous([live, ...others]);
}

export function ambiguous(candidates: readonly Deployment[]): Error {
  const uids = candidates.map(({ uid }) => uid).join(" and ");
  const isOne = candidates.length === 1;
  return new ConflictError({
    code: "DGC311",
    why:
      "the answer to createDeployment was lost, and " +
      (isOne ? "a new backend of a similar name" : `${candidates.length} new backends`) +
      ` could be the one: ${uids}.`,
    next: [
      isOne ? "Find out whether it is yours." : "Find out which is yours, and delete the other.",
      'If yours is not in the state yet, set adoptUid to its uid (like adoptUid: "0x42").',
      "Then run pulumi up again.",
    ],
  });
}

/** What may have happened to a create, and the way on. */
export function lost(cause: unknown, inputs: NewBackend, how: string): Error {
  const last = cause instanceof DgraphCloudError ? ` Last: ${cause.why}` : "";
  return new ConflictError({
    code: "DGC312",
    why: `the answer to createDeployment was lost ${how}: a backend "${inputs.name ?? ""}" may or may not exist.${last}`,
    next: [
      ...(cause instanceof UnauthorizedError ? cause.next : []),
      "Run pulumi up again when the service is well: it looks before it creates.",
      'If it then names a backend that this run made, take it over with adoptUid (like adoptUid: "0x42").',
    ],
    cause,
  });
}
