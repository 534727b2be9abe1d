import { type Context } from "../resource/context";
import { ConflictError, DgraphCloudError } from "../errors/errors";
import { holdsUnknown, unknownValue } from "../resource/fields";
import { isRecord } from "../api/readAnswer";
import { targetName } from "../resource/messages";
import type { Announced } from "../resource/resource";
import { listOf } from "../errors/text";
import { begin, type Operation } from "../run/operation";
/** A preview must not wait long for a name. */
const lookUpTimeout = { input: "the time for a message", value: "10s", ms: 10_000 };

/** A run of an action that a preview announces. */
interface Run<Inputs> {
  readonly announced: Announced<Inputs>;
  /** The backend whose data is replaced or erased: not known yet for a new one, undefined for the cluster of the settings. */
  readonly uid: string | undefined;
  readonly inputs: Inputs & { readonly confirm?: string; readonly notAfter?: string };
  /** What it does to a backend: `erase all data of ${target}`. */
  readonly effect: (target: string) => string;
  /** More about the run, looked up at the service. */
  readonly details?: () => Promise<string>;
}

/** Warns of what an action will do to existing data: the engine's row shows only a harmless create. */
export async function announce<Inputs>(
  context: Context,
  { announced, uid, inputs, effect, details }: Run<Inputs>,
): Promise<void> {
  const { announcements, facts } = context.account;
  if (uid === undefined) refuseUnknownCluster(announced, inputs.confirm);
  // The engine checks a replacement twice.
  if (!announced.makes || !announcements.isNews(context.urn ?? "")) return;
  if (uid === unknownValue) {
    const unknown = "a backend that is not known yet: a new one holds nothing, one that is taken over holds data";
    context.info(`will ${effect(unknown)}`);
    return;
  }
  if (uid !== undefined && facts.has(uid, "created")) return;
  const what = `${effect(await nameInWords(context, uid))}${(await details?.()) ?? ""}`;
  context.warn(`will ${what}. ${whyOf(announced)}${adviceOf(announced, inputs.notAfter)}`);
}

/**
 * Refuses an action that the engine replaces without a change of its inputs: because of another provider, or of --replace. It would run again on
 * the cluster that the settings name now, and the engine does not show this process the record of the earlier run.
 */
function refuseUnknownCluster<Inputs>({ makes, olds, replaces }: Announced<Inputs>, confirm: string | undefined): void {
  if (!makes || Object.keys(olds).length === 0 || replaces.length > 0 || confirm !== undefined) return;
  throw new ConflictError({
    code: "DGC801",
    why: "the engine replaces it although no input has changed: it has another provider, or --replace was given. It would run again, on the cluster that the settings name now.",
    next: [
      "Give back the provider from before, with its name (or an alias), or run without --replace.",
      "If it shall run again, set confirm to the host of clusterUrl or to the id of the cluster.",
    ],
  });
}

/** `the backend "staging" (0x42)`, or only its id if the service does not answer in time. */
export async function nameInWords(context: Context, target: string | undefined): Promise<string> {
  if (target === unknownValue) return "a backend that is not known yet";
  const described = await lookUp(context, "names", (operation) => context.account.data.describe(target, operation));
  return described ?? (target === undefined ? "the cluster" : `the ${targetName(target)}`);
}

/** Looks up something that only makes a message better; undefined without an answer. `what` names it: it is asked for once in a run. */
export async function lookUp<T>(
  context: Context,
  what: string,
  ask: (operation: Operation) => Promise<T>,
): Promise<T | undefined> {
  const { announcements } = context.account;
  if (announcements.isUnanswered(what)) return undefined;
  try {
    return await ask(begin(context, lookUpTimeout));
  } catch (error) {
    if (!(error instanceof DgraphCloudError)) throw error;
    announcements.recordUnanswered(what);
    return undefined;
  }
}

function whyOf<Inputs>({ inputs, olds, replaces }: Announced<Inputs>): string {
  if (Object.keys(olds).length === 0) {
    return "This is a first run, as far as this stack's state tells; a resource renamed without an alias, one whose record is gone, and a forced replace look the same.";
  }
  const since = "what was written since it last ran is lost.";
  if (replaces.length === 0)
    return `It runs again because the engine replaces it (replaceOnChanges or --replace): ${since}`;
  const causes = replaces.map((name) => causeOf(name, (olds as Values)[name], (inputs as Values)[name]));
  return `It runs again because of a change of ${causes.join(" and ")}: ${since}`;
}

type Values = Readonly<Record<string, unknown>>;

/** `triggers (release)`: the input that changed, and its changed keys. */
function causeOf(name: string, before: unknown, now: unknown): string {
  if (holdsUnknown(now) && !isRecord(now)) return `${name}, the value of which is not known yet`;
  if (!isRecord(now) || Array.isArray(now)) return name;
  const old: Values = isRecord(before) ? before : {};
  const changed = Object.keys(now).filter((key) => old[key] !== now[key]);
  return changed.length === 0 ? name : `${name} (${listOf(changed, "and")})`;
}

function adviceOf<Inputs>({ olds }: Announced<Inputs>, notAfter: string | undefined): string {
  if (notAfter === undefined)
    return Object.keys(olds).length > 0 ? "" : " Give it notAfter, so that a first run is refused later.";
  return notAfter === unknownValue ? "" : ` It may run until ${notAfter}.`;
}
