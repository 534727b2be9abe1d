import type { Step } from "./steps";
import { Tally } from "./tally";
import { World } from "./world";

/** Plays a history to its end and beyond, until all is at rest. A broken invariant is thrown. */
export async function play(history: readonly Step[], tally: Tally): Promise<void> {
  const counts = new Tally();
  const world = await World.begin(counts);
  try {
    for (const step of history) await world.take(step);
    await world.settle();
    // A history that broke an invariant is played many times over to find a shorter one: it would distort the counts.
    tally.take(counts);
  } finally {
    await world.end();
  }
}
