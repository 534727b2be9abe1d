import type { Kind } from "../../provider/host/delegate";

export type Values = Readonly<Record<string, unknown>>;

/** A resource as a program registers it. */
export interface Registration {
  readonly name: string;
  readonly kind: Kind;
  readonly dependsOn: readonly string[];
  /** Its inputs, computed after its dependencies exist. */
  readonly inputs: (state: State) => Values;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
}

/** What a program can ask about the state of its stack. */
export interface State {
  /** The current resource of this name, which no newer one has replaced. */
  live(name: string): Recorded | undefined;
}

/** One entry of the engine's state. */
export interface Recorded {
  readonly name: string;
  readonly kind: Kind;
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly inputs: Values;
  readonly outputs: Values;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Whether its last operation failed partially (`initErrors`). */
  readonly unfinished: boolean;
  /** Replaced by a newer one and still to be deleted (`delete: true`). */
  readonly pendingDeletion: boolean;
  /** Deleted before its replacement was made (`pendingReplacement: true`). */
  readonly pendingReplacement: boolean;
}

export interface Failed {
  readonly name: string;
  readonly error: Error;
}

/** Ends the engine's run at once: it was killed, or an invariant was violated. */
export class FatalError extends Error {}
