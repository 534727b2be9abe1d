import type { DgraphCloudError } from "../errors/errors";
import type { Connection } from "./connection";
import type { Context } from "./context";
import type { Values } from "./values";

// What a host and a life cycle hand each other.

/** One operation on one resource. */
export interface Step {
  readonly name: "check" | "diff" | "create" | "read" | "update" | "delete";
  readonly kind: string;
  readonly urn: string | undefined;
  readonly id?: string | undefined;
  /** How messages call an object that exists although the operation failed. */
  readonly unfinished?: string | undefined;
}

/** What a life cycle needs of its host. */
export interface Host {
  /** What is wrong with the settings, found without a call. */
  settingsFailure(): DgraphCloudError | undefined;
  /** What the settings connect to; undefined where they do not tell. */
  connection(): Connection | undefined;
  /** Runs a step. Turns what it throws into an error for the user: a PartialFailure keeps its id and its outputs. */
  run<T>(step: Step, work: (context: Context) => Promise<T>): Promise<T>;
}

/** The inputs of a resource, with what its host knows about them. */
export interface Given {
  readonly urn: string | undefined;
  readonly news: Values;
  /** Inputs that the program gave and the engine left out, since they come from a resource that failed. */
  readonly missing: readonly string[];
  /** The resource option `customTimeouts` for this operation, where a host hands it over. It takes precedence over the input `timeouts`. */
  readonly timeoutMs?: number | undefined;
}

/** What is in the state of a resource, with what its host knows about it. */
export interface Stored {
  readonly urn: string | undefined;
  readonly props: Values;
  readonly timeoutMs?: number | undefined;
}

/** Which changes an update or a replacement would make. A host without details works them out from the inputs. */
export interface Difference {
  /** Names of the inputs that differ. */
  readonly changed?: readonly string[];
  readonly changes?: boolean;
  readonly replaces?: string[];
  readonly deleteBeforeReplace?: boolean;
}

/** An operation that failed and left something behind: the id and the outputs belong in the state. */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Values,
    cause: unknown,
  ) {
    super("an operation failed half-way", { cause });
  }
}
