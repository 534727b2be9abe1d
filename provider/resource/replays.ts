import type { Step } from "./hostInterface";
import type { Created } from "./resource";

/** How often the engine calls one operation on one resource at most, while an error hook asks for more. */
const callsOfEngine = 100;

/**
 * What failed operations have reached in this process. When an error hook asks for it, the engine repeats a create or an update with the
 * inputs and the state of the first call. What that call created or sent is known only here.
 */
export class Replays<S> {
  private readonly reached = new Map<string, Created<S>>();
  private readonly calls = new Map<string, number>();

  /** Counts a call, and returns what the earlier calls have reached. */
  begin(step: Step): Created<S> | undefined {
    const key = keyOf(step);
    this.calls.set(key, this.callsOf(step) + 1);
    return this.reached.get(key);
  }

  keep(step: Step, made: Created<S>): void {
    this.reached.set(keyOf(step), made);
  }

  /** Whether this is a repeated create: newer engines repeat one that failed half-way as an update. */
  isCreating(step: Step): boolean {
    return this.callsOf({ ...step, name: "create" }) > 0;
  }

  /** Whether this is the last call. After it the engine gives up, and loses the id and the outputs of a partial failure. */
  isLast(step: Step): boolean {
    const before = step.name === "create" ? 0 : this.callsOf({ ...step, name: "create" });
    return before + this.callsOf(step) >= callsOfEngine;
  }

  /** Forgets the operation, since it succeeded. An update also ends the create that it repeats. */
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
