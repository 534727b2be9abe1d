import { ConflictError } from "../errors/errors";
import { listOf } from "../errors/text";
import { textOf } from "./authorization";
import { consentAdvice, linesOf, stakeOf, withoutConsent } from "./consent";
import { needsConsent, refusedByStorage, type SchemaChange } from "./grading";
import { counted, type Counted, type Live } from "./live";
import type { Sending } from "./model";

/** How many changes one message lists. */
const maxListed = 10;

/**
 * Refuses, before anything is sent, what Dgraph would refuse because of what it stores, and what needs a consent that the program does not
 * give. The preview has compared with the state; what is live may have more.
 */
export async function refuseUnsafe(sending: Sending, live: Live, changes: readonly SchemaChange[]): Promise<void> {
  const { context, operation, target, inputs } = sending;
  const { id: uid } = target;
  const { allow } = inputs;
  const refused = live.stored === undefined ? [] : refusedByStorage(live.stored, textOf(inputs));
  // With the predicates at hand, they decide what Dgraph refuses, and not the old text. Where there was no schema, nothing is lost.
  const others = changes.filter(
    ({ grade }) => live.text !== "" && needsConsent(grade) && !(grade === "REFUSED" && live.stored !== undefined),
  );
  const found = await counted(context, operation, { uid, changes: [...refused, ...others], live });
  const certain = found.slice(0, refused.length).filter(isCertain);
  if (certain.length > 0) throw refusedByDgraph(uid, certain);
  const atStake = found.slice(refused.length).filter(needsLook);
  const missing = withoutConsent(
    atStake.map(({ change }) => change),
    allow,
  );
  if (missing.length > 0)
    throw lacksConsent(
      uid,
      atStake.filter(({ change }) => missing.includes(change)),
      allow,
    );
  for (const one of atStake) {
    const stake = stakeOf(one);
    if (stake === undefined) continue;
    const line = `${one.change.path}: ${stake}`;
    if (context.account.announcements.isNews(`${uid} ${line}`)) context.info(line);
  }
}

/** A change that hides nothing, and makes no read fail, needs no consent. Who may read can change all the same. */
function needsLook({ change, count }: Counted): boolean {
  return count !== 0 || change.grade === "SECURITY" || change.alsoSecurity === true;
}

/** Some changes are refused only where there is data. What cannot be counted may be there. */
function isCertain({ change: { stake }, count }: Counted): boolean {
  return stake?.onlyWithData !== true || count !== 0;
}

function refusedByDgraph(uid: string, refused: readonly Counted[]): ConflictError {
  const paths = refused.map(({ change }) => change.path);
  const predicates = refused.map(({ change }) => change.predicate ?? change.path);
  return new ConflictError({
    code: "DGC703",
    why: `Dgraph would refuse ${refused.length === 1 ? "a change" : "changes"} of ${uid} because of what it stores: ${listed(refused)}. Nothing was sent.`,
    next: [
      `Leave ${listOf(paths, "and")} as before, or use another name in the schema (the old values stay).`,
      `Or take it out of the schema, erase its values with a DataDrop, and put it back in a later run: fields: [${predicates.map((name) => JSON.stringify(name)).join(", ")}].`,
    ],
  });
}

function lacksConsent(uid: string, missing: readonly Counted[], allow: readonly string[] | undefined): ConflictError {
  const changes = missing.map(({ change }) => change);
  return new ConflictError({
    code: "DGC702",
    why: `compared with what is live on ${uid}, the schema needs your consent: ${listed(missing)}. Nothing was sent.`,
    next: consentAdvice(changes, allow),
  });
}

function listed(changes: readonly Counted[]): string {
  const texts = changes.slice(0, maxListed).map((one) => linesOf(one).join("; "));
  if (changes.length > maxListed) texts.push(`and ${changes.length - maxListed} more`);
  return texts.join("; ");
}
