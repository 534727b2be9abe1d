import type { Kind } from "../../provider/host/delegate";
import type { KilledProcess } from "./providerProcess";
import type { Values } from "./state";

/** One call from the engine to a provider. */
export interface Call {
  readonly step: "check" | "diff" | "create" | "read" | "update" | "delete";
  readonly name: string;
  readonly kind: Kind;
  readonly id?: string;
  /** Consent to adopt an existing backend. */
  readonly adopts?: { readonly uid: string | undefined; readonly existing: boolean };
  /** Whether it resumes a running restore. */
  readonly resumes?: boolean;
  /** Uids of this resource in the state. */
  readonly own?: readonly string[];
  /** The state protects it from deletion, and no newer object of the same resource lifts the protection. */
  readonly isProtected?: boolean;
  /** Another resource of the program refers to the same backend. */
  readonly isHeld?: boolean;
  /** A check of an action that will run. */
  readonly asks?: boolean;
  /** The record of an action on a protected backend that the program does not declare. */
  readonly isGuarded?: boolean;
  /** The inputs of an action or a schema. */
  readonly inputs?: Values;
  /** A newer object has replaced it already. */
  readonly isPendingDeletion?: boolean;
  /** How many mutations it may send. */
  readonly steps?: number;
}

/** How it ended. */
export interface Answer {
  /** The id of the object, also after a partial failure. */
  readonly id?: string | undefined;
  readonly outputs?: unknown;
  readonly error?: Error | undefined;
  readonly killed?: KilledProcess | undefined;
}
