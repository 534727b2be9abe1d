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
  begin(report: Report): Created<S> | undefined {
    const key = keyOf(report);
    this.calls.set(key, this.callsOf(report) + 1);
    return this.reached.get(key);
  }

  keep(report: Report, made: Created<S>): void {
    this.reached.set(keyOf(report), made);
  }

  /** Whether a create of this resource goes on: newer engines repeat one that failed half-way as an update. */
  isCreating(report: Report): boolean {
    return this.callsOf({ ...report, step: "create" }) > 0;
  }

  /** After the last call the engine gives up, and loses the id and the outputs of what has failed half-way. */
  isLast(report: Report): boolean {
    const before = report.step === "create" ? 0 : this.callsOf({ ...report, step: "create" });
    return before + this.callsOf(report) >= callsOfEngine;
  }

  /** It has come to its end; an update ends what a create has begun. */
  end(report: Report): void {
    for (const step of ["create", report.step] as const) {
      this.reached.delete(keyOf({ ...report, step }));
      this.calls.delete(keyOf({ ...report, step }));
    }
  }

  private callsOf(report: Report): number {
    return this.calls.get(keyOf(report)) ?? 0;
  }
}

function keyOf({ step, urn = "", id = "" }: Report): string {
  return step === "create" ? `create ${urn}` : `${step} ${urn} ${id}`;
}

/** Which operation on which resource a message is about. */
export interface Report {
  readonly kind: string;
  /** What the resource says of one that failed half-way. */
  readonly unfinished?: string | undefined;
  readonly step: "check" | "diff" | "create" | "read" | "update" | "delete";
  readonly urn: string | undefined;
  readonly id: string | undefined;
}
