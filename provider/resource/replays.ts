import type { Step } from "./hostInterface";
import type { Created } from "./resource";

/** The engine's own limit of calls of one operation on one resource, while an error hook asks for more. */
const callsOfEngine = 100;

/**
 * What failing operations have reached in this process. An error hook lets the engine repeat a create or an update, and it repeats it
 * with the inputs and the state of the first call: what that call has made or sent is known here only.
 */
export class Replays<S> {
  private readonly reached = new Map<string, Created<S>>();
  private readonly calls = new Map<string, number>();

  /** What the calls before this one have reached. */
  begin(step: Step): Created<S> | undefined {
    const key = keyOf(step);
    this.calls.set(key, this.callsOf(step) + 1);
    return this.reached.get(key);
  }

  keep(step: Step, made: Created<S>): void {
    this.reached.set(keyOf(step), made);
  }

  /** Whether a create of this resource goes on: newer engines repeat one that failed half-way as an update. */
  isCreating(step: Step): boolean {
    return this.callsOf({ ...step, name: "create" }) > 0;
  }

  /** After the last call the engine gives up, and loses the id and the outputs of what has failed half-way. */
  isLast(step: Step): boolean {
    const before = step.name === "create" ? 0 : this.callsOf({ ...step, name: "create" });
    return before + this.callsOf(step) >= callsOfEngine;
  }

  /** It has come to its end; an update ends what a create has begun. */
  end(step: Step): void {
    for (const name of ["create", step.name] as const) {
      this.reached.delete(keyOf({ ...step, name }));
      this.calls.delete(keyOf({ ...step, name }));
    }
  }

  private callsOf(step: Step): number {
    return this.calls.get(keyOf(step)) ?? 0;
  }
}

function keyOf({ name, urn = "", id = "" }: Step): string {
  return name === "create" ? `create ${urn}` : `${name} ${urn} ${id}`;
}
