import type { LocalCloud } from "dgraphcloud-local";
import type { SavedMemory } from "../../local/engines/memory";
import type { Answer, Call } from "./call";
import { contentOf, removedWithoutConsent } from "./schemas";

/** A request for a schema, as it reaches the backend. */
interface Arrival {
  readonly uid: string;
  readonly before: SavedMemory["content"];
  readonly isRestoring: boolean;
}

/** Invariants of the calls for a GraphqlSchema. */
export class SchemaInvariants {
  private arrivals: Arrival[] = [];

  constructor(private readonly local: LocalCloud) {
    const { faults } = local;
    const strike = faults.strike.bind(faults);
    faults.strike = (target) => {
      if (target.operation === "updateGQLSchema" && target.deployment !== undefined) this.arrive(target.deployment);
      return strike(target);
    };
  }

  /** Checks a call at its end. */
  check(call: Call, answer: Answer, check: (holds: boolean, invariant: string) => void): void {
    const arrivals = this.arrivals.splice(0);
    const isOwn = call.kind === "graphqlSchema" && (call.step === "create" || call.step === "update");
    check(arrivals.length === 0 || isOwn, "only a create or an update of a GraphqlSchema sends a schema");
    check(
      arrivals.every(({ isRestoring }) => !isRestoring),
      "no schema is sent while a restore runs",
    );
    if (call.kind !== "graphqlSchema") return;
    const { schema, allow } = (call.inputs ?? {}) as { schema?: string; allow?: readonly string[] };
    for (const { uid, before } of arrivals) {
      const after = contentOf(this.local, uid)?.schema ?? "";
      const lost = after === schema ? removedWithoutConsent(before, after, allow) : [];
      check(lost.length === 0, `a field with values is removed only with consent (${lost.join(", ")})`);
    }
    if (answer.error !== undefined || answer.killed !== undefined || answer.outputs === undefined) return;
    const state = answer.outputs as { schema?: string };
    const live = contentOf(this.local, answer.id ?? call.id ?? "")?.schema;
    if (arrivals.length > 0) check(live === schema, "after a good update the live schema is that of the program");
    if (arrivals.length > 0 || call.step === "read") check(state.schema === live, "the state has the live schema");
  }

  private arrive(uid: string): void {
    const backend = this.local.cloud.backend(uid);
    const before = contentOf(this.local, uid);
    if (backend !== undefined && before !== undefined)
      this.arrivals.push({ uid, before, isRestoring: backend.isRestoring });
  }
}
