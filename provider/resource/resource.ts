import type { Context } from "./context";
import type { Failure, FieldTable } from "./fields";
import { type Operation } from "../run/operation";

/** What the package itself remembers of a resource, in the state under `__state`. */
export interface Metadata {
  /** Version of the state's shape. */
  readonly version: number;
  /** `ready` once nothing is left to do; until then every `up` goes on. */
  readonly status: "pending" | "ready";
  /** Names of the inputs the user gave. */
  readonly given: readonly string[];
}

/** Every state: plain values, the package's own memory, and the hidden inputs. */
export interface State {
  readonly __state: Metadata;
  readonly deletionProtection?: boolean;
  readonly timeouts?: { readonly [Step in "create" | "update" | "delete"]?: string };
}

export interface Created<S> {
  readonly id: string;
  readonly state: S;
  /** What the service complained of although the object exists. */
  readonly failure?: Error | undefined;
}

/** Inputs that would make an object. */
export interface Asked<Inputs> {
  readonly inputs: Inputs;
  /** The inputs in the state; empty when there is none. */
  readonly olds: Partial<Inputs>;
  /** The inputs that call for another object in place of the one that is there; empty when there is none. */
  readonly replaces: readonly string[];
}

/** Inputs that have passed every check. `olds` are also there when the engine asks once more, for a replacement, without them. */
export interface Announced<Inputs> extends Asked<Inputs> {
  /** Whether an object will be made: there is none yet, or another one takes its place. */
  readonly makes: boolean;
}

/** Tells the host what is there by now, so that a later failure loses nothing of it. */
export type Checkpoint<S> = (state: S) => void;

/**
 * A resource's life cycle over plain objects, free of any engine. `create` returns as soon as an id exists; `ready` does
 * what is left, again and again if need be, and waits. Only the host joins the two.
 */
export interface Resource<Inputs, S extends State> {
  /** Last part of the type token, and the name in messages. */
  readonly kind: string;
  readonly fields: FieldTable<Inputs>;
  /** How long each step may take; a step that is left out takes what `create` may. */
  readonly timeouts: { readonly create: string; readonly update?: string; readonly delete?: string };
  /** What an object is that failed half-way, for messages. Default: "exists but is not ready". */
  readonly unfinished?: string;
  /** The version of the states that it writes. */
  readonly stateVersion: number;
  /** Fills in what the user left open. `olds` are the inputs in the state, empty when there are none. */
  resolve(olds: Partial<Inputs>, news: Inputs): Inputs;
  /** What no single field can tell. */
  check(inputs: Inputs): Failure[];
  /** What only the service or the clock can tell; asked when the object would be made, now or in place of the old one. */
  preflight?(context: Context, asked: Asked<Inputs>): Promise<Failure[]>;
  /** Says in words what the engine's row does not show of a change. Called in each check that refuses nothing. */
  announce?(context: Context, announced: Announced<Inputs>): Promise<void>;
  /** What to say of a change of hidden inputs that has to reach the state; undefined when there is none. */
  hiddenChange?(state: S, news: Inputs): string | undefined;
  /** Whether a replacement must delete the old object first. */
  deletesFirst(state: S, inputs: Inputs): boolean;
  /** Told of each object of this stack that the process comes across. */
  recordLive(context: Context, id: string, state: S): void;
  /** Told of each object that the program declares, before anything is done to it; throws when that must not be. */
  recordDeclared?(context: Context, id: string, state: S): void;
  create(context: Context, operation: Operation, inputs: Inputs): Promise<Created<S>>;
  ready(
    context: Context,
    operation: Operation,
    id: string,
    state: S,
    inputs: Inputs,
    observe: Checkpoint<S>,
  ): Promise<S>;
  /** Changes that make no call. */
  storeInputs(state: S, inputs: Inputs): S;
  /** What is there now, or undefined when it is gone. `known` is undefined for a lookup of something not managed here. */
  read(context: Context, operation: Operation, id: string, known: S | undefined): Promise<S | undefined>;
  delete(context: Context, operation: Operation, id: string, state: S): Promise<void>;
}
