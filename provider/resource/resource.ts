import type { Operation } from "../run/operation";
import type { Context } from "./context";
import type { Connection } from "./connection";
import type { Failure, FieldTable } from "./fields";

/** What the package keeps of a resource beside its values, in the state under `__state`. */
export interface Metadata {
  /** Version of the state's shape. */
  readonly version: number;
  /** `ready` once nothing is left to do; until then every `up` goes on. */
  readonly status: "pending" | "ready";
  /** Names of the inputs that the program gave. */
  readonly given: readonly string[];
}

/** Every state: plain values, their metadata, and the hidden inputs. */
export interface State {
  readonly __state: Metadata;
  readonly deletionProtection?: boolean;
  readonly timeouts?: { readonly [Step in "create" | "update" | "delete"]?: string };
}

/** What a create has made. */
export interface Created<S> {
  readonly id: string;
  readonly state: S;
  /** What the service complained of although the object exists. */
  readonly failure?: Error | undefined;
}

/** The inputs of a resource before an operation. */
export interface Planned<Inputs> {
  readonly inputs: Inputs;
  /** The inputs in the state; empty when there is none. */
  readonly olds: Partial<Inputs>;
  /** The inputs whose change replaces the object; empty when it is not replaced. */
  readonly replaces: readonly string[];
}

/** Inputs that have passed every check. `olds` are there also when the engine checks a replacement again without them. */
export interface Announced<Inputs> extends Planned<Inputs> {
  /** Whether an object will be made: there is none yet, or another one takes its place. */
  readonly makes: boolean;
}

/** Records the state that an operation has reached: if the operation fails afterwards, this state is kept. */
export type Checkpoint<S> = (state: S) => void;

/**
 * A resource, free of any engine. Only `create` must be written: a resource that leaves the rest out is ready at once, is read from
 * its state, and is deleted without a call.
 */
export interface Resource<Inputs, S extends State> {
  /** Last part of the type token, and the name in messages. */
  readonly kind: string;
  /** The connection that the resource exists for. Default: both. */
  readonly on?: Connection;
  readonly fields: FieldTable<Inputs>;
  /** How long each step may take. A step that is left out has the time of `create`. */
  readonly timeouts: { readonly create: string; readonly update?: string; readonly delete?: string };
  /** The version of the states that it writes. */
  readonly stateVersion: number;
  /** How messages call an object that exists although an operation failed. Default: "exists but is not ready". */
  readonly unfinished?: string;

  /** Creates the object, and returns as soon as its id is known. */
  create(context: Context, operation: Operation, inputs: Inputs): Promise<Created<S>>;
  /**
   * Does what is left after a create, or what an update asks for, and waits. Must be safe to run again: the next `up` repeats it after a
   * failure. Default: stores the inputs.
   */
  ready?(
    context: Context,
    operation: Operation,
    id: string,
    state: S,
    inputs: Inputs,
    checkpoint: Checkpoint<S>,
  ): Promise<S>;
  /** Returns the state with inputs that change without a call. Default: adds them; an input that was left out keeps its value. */
  storeInputs?(state: S, inputs: Inputs): S;
  /** Returns the present state, or undefined when the object is gone. `known` is undefined when a program looks an object up. Default: `known`. */
  read?(context: Context, operation: Operation, id: string, known: S | undefined): Promise<S | undefined>;
  /** Makes an object that was looked up an object of this stack: an import. Default: the state as it was read. */
  imported?(context: Context, state: S): S;
  /** Inputs of an imported object that nobody knows: the first value that the program gives one is recorded, and replaces nothing. Default: none. */
  unreported?(state: S): readonly string[];
  /** Outputs that an update with a call computes anew: its preview does not know them. Default: none. */
  readonly recomputed?: readonly string[];
  /** Deletes the object. Default: makes no call. */
  delete?(context: Context, operation: Operation, id: string, state: S): Promise<void>;

  /** Fills in what the program left open. `olds` are the inputs in the state, empty when there are none. */
  resolve?(olds: Partial<Inputs>, news: Inputs, urn: string | undefined): Inputs;
  /** Checks what no single field can tell, without a call. `olds` are the inputs in the state, empty when there are none. */
  check?(inputs: Inputs, olds: Partial<Inputs>): Failure[] | Promise<Failure[]>;
  /** Checks what only the service or the clock can tell. Runs when the object would be created or replaced. */
  preflight?(context: Context, planned: Planned<Inputs>): Promise<Failure[]>;
  /** Says in words what the engine's row does not show of a change. Runs in each check that finds no failure. */
  announce?(context: Context, announced: Announced<Inputs>): Promise<void>;
  /** Describes a change of hidden inputs that must reach the state; undefined when there is none. */
  hiddenChange?(state: S, news: Inputs): string | undefined;
  /** Whether a replacement must delete the old object first. Default: no. */
  deletesFirst?(state: S, inputs: Inputs): boolean;
  /** Called with each object of this stack that the process comes across. */
  recordLive?(context: Context, id: string, state: S): void;
  /** Called with each object that the program declares, before anything is done to it. Throws when the declaration must not stand. */
  recordDeclared?(context: Context, id: string, state: S): void;
}
