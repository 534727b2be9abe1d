import { runExclusively } from "../action/exclusive";
import { mayHaveRun } from "../action/outcome";
import type { LiveSchema } from "../api/dataAnswers";
import { mayHaveActed, type RequestError } from "../errors/requestErrors";
import { type PollResult, waitFor } from "../resource/wait";
import { isRefusal, pendingOf } from "./attempt";
import { textOf } from "./authorization";
import { confirmApplied } from "./confirm";
import { goBack, TakenBack } from "./goBack";
import { gradeChanges, type SchemaChange } from "./grading";
import { driftOf, type Live, readLive, saysHalfApplied, unlessBusy } from "./live";
import { type GraphqlSchemaState, type Sending, stateOf } from "./model";
import { refuseUnsafe } from "./refuse";

/** What the schema was compared with before it was sent. */
interface Compared {
  readonly before: Live;
  readonly changes: readonly SchemaChange[];
}

interface Sent extends Compared {
  readonly answer: LiveSchema;
}

/** The first request that may have acted, and of which nobody knows yet what it did. */
interface Unsettled {
  compared: Compared | undefined;
  /** How many answers in a row could not be read. */
  unreadable: number;
}

/** How often a request is sent whose answer cannot be read. */
const unreadableAttempts = 3;
/** How long Dgraph may take to show a text that it has saved. */
const lagMs = 5_000;

/**
 * Sends the schema while nothing else replaces the backend's data. Compares it with what is live, refuses what lacks consent and what Dgraph
 * would refuse, and checks afterwards that text and predicates are as sent.
 */
export async function sendSchema(sending: Sending): Promise<GraphqlSchemaState> {
  const { context, operation, target, inputs } = sending;
  const { id } = target;
  const exclusive = { target, property: "backend", inputs: {}, besideBackups: true } as const;
  return runExclusively(context, operation, exclusive, async () => {
    const unsettled: Unsettled = { compared: undefined, unreadable: 0 };
    try {
      const { before, changes, answer } = await waitFor(context, operation, {
        what: `${id} to accept the schema`,
        poll: () => unlessBusy(() => attempt(sending, unsettled)),
        reached: (_, elapsed) => `${id} accepted the schema after ${elapsed}`,
        afterDeadline: [
          "Run pulumi up again: it compares with what is live, and goes on.",
          `If indexes or restores usually take this long, raise ${operation.timeout.input}.`,
        ],
      });
      await confirmApplied(sending, before);
      const appliedAt = new Date(context.clock.now()).toISOString();
      return stateOf(inputs, id, { generatedSchema: answer.generatedSchema, appliedAt, changes }, "ready");
    } catch (error) {
      if (unsettled.compared !== undefined && !(error instanceof TakenBack)) sending.recordUnknown();
      throw error;
    }
  });
}

/** Sends once. Compares anew before: since the last attempt a restore, or somebody else, may have replaced what is live. */
async function attempt(sending: Sending, unsettled: Unsettled): Promise<PollResult<Sent>> {
  const { context, operation, target, inputs } = sending;
  const text = textOf(inputs);
  const live = await readLive(context, operation, target.id);
  const earlier = unsettled.compared;
  // If our own text is live, an earlier attempt has acted, as a whole or by half: what was there before it still counts.
  const compared = earlier !== undefined && live.text === text ? earlier : await compare(sending, live);
  unsettled.compared = compared;
  try {
    const answer = await context.account.data.updateSchema(target.id, text, operation);
    return { done: { ...compared, answer } };
  } catch (error) {
    if (isRefusal(error)) {
      const answer = await afterErrors(sending, compared.before, error, () => {
        unsettled.compared = earlier;
      });
      return { done: { ...compared, answer } };
    }
    if (!mayHaveActed(error)) unsettled.compared = earlier;
    return retried(error, unsettled);
  }
}

function retried(error: unknown, unsettled: Unsettled): PollResult<never> {
  const pending = pendingOf(error);
  unsettled.unreadable = pending?.isUnreadable === true ? unsettled.unreadable + 1 : 0;
  if (pending === undefined || unsettled.unreadable >= unreadableAttempts) throw error;
  return pending;
}

async function compare(sending: Sending, before: Live): Promise<Compared> {
  const changes = await gradeChanges(before.text, textOf(sending.inputs));
  await refuseUnsafe(sending, before, changes);
  return { before, changes };
}

/** Looks what Dgraph has kept of an update that it answered with errors: nothing, the text alone, or all of it. */
async function afterErrors(
  sending: Sending,
  before: Live,
  refusal: RequestError,
  recordNothingDone: () => void,
): Promise<LiveSchema> {
  const { context, operation, target, inputs } = sending;
  const text = textOf(inputs);
  const live = await lookAfter(sending, refusal);
  const isTextLive = live.text === text && before.text !== text;
  if (saysHalfApplied(refusal) || (isTextLive && driftOf(live, text).length > 0))
    throw await goBack(sending, before, refusal);
  if (isTextLive) {
    context.warn(`the schema is live although ${refusal.why}`);
    return context.account.data.generatedSchema(target.id, operation);
  }
  if (mayHaveRun(refusal)) throw refusal.add("(the schema from before is still live)");
  recordNothingDone();
  throw refusal.add("(nothing was changed)");
}

/** What is live after an update that was answered with errors. If it may act still, the look waits for the text a little. */
async function lookAfter({ context, operation, target, inputs }: Sending, refusal: RequestError): Promise<Live> {
  const since = context.clock.now();
  return waitFor(context, operation, {
    what: `a look at what ${target.id} has kept of the schema`,
    poll: () =>
      unlessBusy(async () => {
        const live = await readLive(context, operation, target.id);
        const isOver = !mayHaveRun(refusal) || context.clock.now() - since >= lagMs;
        return isOver || live.text === textOf(inputs) ? { done: live } : { pending: "the schema from before" };
      }),
    reached: (_, elapsed) => `looked at the schema of ${target.id} after ${elapsed}`,
    afterDeadline: "Run pulumi up again: it compares with what is live, and goes on.",
  });
}
