import { ConflictError } from "../errors/errors";
import { type PollResult, waitFor } from "../resource/wait";
import { textOf } from "./authorization";
import { driftOf, type Live, readLive, unlessBusy } from "./live";
import type { Sending } from "./model";

/** How long predicates may differ after a good answer: other nodes of the backend take an update over a little later. */
const lagMs = 30_000;

/**
 * Waits until the schema that was sent is live, text and predicates. Dgraph answers an update before it has taken the text over; and a
 * restore, another update or a killed node can undo what was answered.
 */
export async function confirmApplied(sending: Sending, before: Live): Promise<void> {
  const { context, operation, target } = sending;
  const since = context.clock.now();
  await waitFor(context, operation, {
    what: `the schema of ${target.id} to be live`,
    poll: () => unlessBusy(() => pollApplied(sending, before, since)),
    reached: (_, elapsed) => `the schema of ${target.id} is live after ${elapsed}`,
    afterDeadline: [
      "Run pulumi up again: it sends the schema again.",
      `If it usually takes this long, raise ${operation.timeout.input}.`,
    ],
  });
}

async function pollApplied(
  { context, operation, target, inputs }: Sending,
  before: Live,
  since: number,
): Promise<PollResult<true>> {
  const { id: uid } = target;
  const text = textOf(inputs);
  const live = await readLive(context, operation, uid);
  if (live.text !== text) {
    if (live.text === before.text) return { pending: "the old schema is still live" };
    throw new ConflictError({
      code: "DGC706",
      why: `${uid} accepted the schema, and now another one is live: somebody else, or a restore, has replaced it.`,
      next: [
        "Find out who else changes this schema.",
        "Then run pulumi up again: it compares with what is live, and sends the schema again.",
      ],
    });
  }
  const [difference] = driftOf(live, text);
  if (difference === undefined) return { done: true };
  if (context.clock.now() - since < lagMs) return { pending: difference };
  throw new ConflictError({
    code: "DGC708",
    why: `${uid} accepted the schema, and its predicates differ from it: ${difference}.`,
    next: "Run pulumi up again: it sends the schema again, which makes Dgraph build what is missing.",
  });
}
