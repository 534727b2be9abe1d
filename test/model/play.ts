import type { Step } from "./steps";
import { Tally } from "./tally";
import { World } from "./world";

/** Plays a history, then runs until the stack converges. Throws if an invariant is violated. */
export async function play(history: readonly Step[], tally: Tally): Promise<void> {
  const counts = new Tally();
  const world = await World.begin(counts);
  try {
    for (const step of history) await world.take(step);
    await world.settle();
    // fast-check replays a failing history many times to shrink it, which would distort the counts.
    tally.take(counts);
  } finally {
    await world.end();
  }
}
