import { isDeepStrictEqual } from "node:util";
import { ConflictError, SettingsError } from "../errors/errors";
import { begin, type Operation } from "../run/operation";
import { customTimeout, timeoutOf } from "../time";
import { type Checked, Checks } from "./checks";
import type { Context } from "./context";
import { changedFields, effectiveFields, type Field, holdsUnknown } from "./fields";
import { type Difference, type Given, type Host, PartialFailure, type Step, type Stored } from "./hostInterface";
import { fromState, importedState } from "./lookup";
import { previewedCreate, previewedUpdate } from "./previews";
import { refuseReplace } from "./protection";
import { Replays } from "./replays";
import type { Created, Resource, State } from "./resource";
import { defined, inputsOf, outputsOf, stateIn, type Values, withInputs } from "./values";

const readTimeout = { input: "the time for reading", value: "5m", ms: 300_000 };

/** What a read has found. */
interface Found {
  readonly outputs: Values;
  /** Left out where the engine should keep those that it has. */
  readonly inputs?: Values;
}

/**
 * The life of a resource, for any host: plain values in, plain values out. The only place that joins `create` and `ready`, so that no
 * resource can lose an object that exists and is not ready.
 */
export class Lifecycle<Inputs, S extends State> {
  private readonly fields: Readonly<Record<string, Field>>;
  private readonly replays = new Replays<S>();
  /** Resources that were read and not compared since: their next diff belongs to the refresh, not to the program. */
  private readonly refreshed = new Set<string>();
  private readonly checks: Checks<Inputs, S>;

  constructor(
    private readonly resource: Resource<Inputs, S>,
    private readonly host: Host,
  ) {
    this.fields = resource.fields;
    this.checks = new Checks(resource, host);
  }

  check(olds: Values, given: Given): Promise<Checked> {
    return this.checks.check(olds, given);
  }

  /** The inputs in the state, also where the engine hands over none because it checks a replacement again. */
  inputsInState(urn: string, olds: Values): Values {
    return this.checks.inputsInState(urn, olds);
  }

  diff(id: string, olds: Values, { urn, news, missing }: Given): Promise<Difference> {
    const { resource, fields } = this;
    return this.run<Difference>("diff", { urn, id }, (context) => {
      const state = this.stateFrom(olds);
      const inputs = news as Inputs;
      resource.recordLive?.(context, id, state);
      if (!this.refreshed.delete(keyOf(id, urn))) resource.recordDeclared?.(context, id, state);
      // A part of the inputs would show changes that nobody has made. The engine skips this resource; but it would first delete the old
      // one of a replacement.
      if (missing.length > 0) return Promise.resolve({ changes: false });
      const changed = changedFields(fields, olds, news);
      const unreported = resource.unreported?.(state) ?? [];
      const replaces = effectiveFields(fields, olds, news, "replace").filter((name) => !unreported.includes(name));
      if (replaces.some((name) => !holdsUnknown(news[name]))) refuseReplace(state, id, replaces);
      const unfinished = state.__state.status !== "ready";
      const hidden = resource.hiddenChange?.(state, inputs);
      if (hidden !== undefined) context.info(hidden);
      if (changed.length === 0) return Promise.resolve({ changes: unfinished || hidden !== undefined });
      const deleteBeforeReplace = replaces.length > 0 && (resource.deletesFirst?.(state, inputs) ?? false);
      return Promise.resolve({ changed, replaces, deleteBeforeReplace, ...(unfinished && { changes: true }) });
    });
  }

  /** What a preview of a create shows. `outputs` are the names of all outputs. */
  previewCreate({ news }: Given, outputs: readonly string[]): Values {
    return previewedCreate(news, outputs);
  }

  create({ urn, news, missing, timeoutMs }: Given): Promise<{ id: string; outputs: Values }> {
    return this.run("create", { urn }, async (context, step) => {
      refuseMissing(missing);
      const inputs = news as Inputs;
      const operation = this.operationFor(context, "create", news, timeoutMs);
      const reached = this.replays.begin(step);
      const made = reached ?? (await this.resource.create(context, operation, inputs));
      const outputs = await this.finish(context, { ...step, id: made.id }, { ...made, inputs, operation, reached });
      this.replays.end(step);
      return { id: made.id, outputs };
    });
  }

  /** What is there now; undefined when the object is gone. Without a state, a program looks up an object that it does not manage. */
  read(id: string, { urn, props, timeoutMs }: Stored): Promise<Found | undefined> {
    return this.run("read", { urn, id }, async (context) => {
      const known = props["__state"] === undefined ? undefined : this.stateFrom(props);
      if (known !== undefined) this.resource.recordLive?.(context, id, known);
      const state = await this.lookUp(context, id, known, timeoutMs);
      if (known !== undefined) this.refreshed.add(keyOf(id, urn));
      if (state === undefined) return undefined;
      // After an update that failed half-way, the engine has inputs that may not have been applied: it gets those that hold. Otherwise its
      // own are right, and a second copy of each would cost as much as the outputs.
      if (state.__state.status === "ready" && isDeepStrictEqual(defined({ ...(state as object) }), known))
        return { outputs: props };
      return { outputs: outputsOf(state, {}), inputs: inputsOf(state) };
    });
  }

  /** Takes an object that is there into the stack; undefined when there is none. */
  import(id: string, { urn, timeoutMs }: Omit<Stored, "props">): Promise<Found | undefined> {
    return this.run("read", { urn, id }, async (context) => {
      const found = await this.lookUp(context, id, undefined, timeoutMs);
      if (found === undefined) return undefined;
      const state = importedState(this.resource, context, found);
      return { outputs: outputsOf(state, {}), inputs: inputsOf(state) };
    });
  }

  /** What a preview of an update shows. `outputs` are the names of all outputs. */
  previewUpdate(olds: Values, { news }: Given, outputs: readonly string[]): Values {
    return previewedUpdate(this.resource, { state: this.stateFrom(olds), news }, outputs);
  }

  update(id: string, olds: Values, { urn, news, missing, timeoutMs }: Given): Promise<Values> {
    const { resource, fields } = this;
    return this.run("update", { urn, id }, async (context, step) => {
      refuseMissing(missing);
      const reached = this.replays.begin(step);
      const state = reached?.state ?? this.stateFrom(olds);
      const inputs = news as Inputs;
      resource.recordLive?.(context, id, state);
      const calls = effectiveFields(fields, olds, news, "update");
      const isDone = calls.length === 0 && state.__state.status === "ready";
      const operation = this.operationFor(context, "update", news, timeoutMs);
      const outputs = isDone
        ? outputsOf(this.storeInputs(state, inputs), news)
        : await this.finish(context, step, { id, state, inputs, operation, reached });
      this.replays.end(step);
      // The rest of the run must go by what the resource has become.
      resource.recordLive?.(context, id, this.stateFrom(outputs));
      return outputs;
    });
  }

  delete(id: string, { urn, props, timeoutMs }: Stored): Promise<void> {
    return this.run("delete", { urn, id }, async (context) => {
      const operation = this.operationFor(context, "delete", props, timeoutMs);
      const state = this.stateFrom(props);
      await this.resource.delete?.(context, operation, id, state);
    });
  }

  /** Lets `ready` do what is left. What it reaches before it fails stays in the state. */
  private async finish(
    context: Context,
    step: Step,
    { id, state, inputs, operation, failure, reached }: Unfinished<Inputs, S>,
  ): Promise<Values> {
    const { resource, replays } = this;
    const news = inputs as Values;
    // Hidden inputs reach the state even when nothing else comes of the update.
    const hasHiddenChange = step.name === "update" && resource.hiddenChange?.(state, inputs) !== undefined;
    let latest = failure !== undefined ? state : (reached?.state ?? (hasHiddenChange ? state : undefined));
    try {
      if (failure !== undefined) throw failure;
      if (resource.ready === undefined) return outputsOf(withStatus(this.storeInputs(state, inputs), "ready"), news);
      const checkpoint = (observed: S): void => {
        latest = observed;
      };
      return outputsOf(await resource.ready(context, operation, id, state, inputs, checkpoint), news);
    } catch (error) {
      const kept = latest ?? (step.name === "create" || replays.isCreating(step) ? state : undefined);
      // Nothing was done, so that the old state still holds. Only a create that goes on as an update has none in the engine.
      if (kept === undefined) throw error;
      replays.keep(step, { id, state: kept });
      const unfinished = withStatus(kept, "pending");
      // The engine stores the new inputs of an update. Only an unfinished state lets a later refresh take them back.
      const partial = new PartialFailure(id, outputsOf(step.name === "update" ? unfinished : kept, news), error);
      if (!replays.isLast(step)) throw partial;
      context.reportFailure(partial);
      return outputsOf(unfinished, news);
    }
  }

  private storeInputs(state: S, inputs: Inputs): S {
    return this.resource.storeInputs?.(state, inputs) ?? withInputs(this.fields, state, inputs as Values);
  }

  /** The state that the engine hands back. This version cannot read the states of a later one. */
  private stateFrom(values: Values): S {
    const state = stateIn(values) as S;
    if (state.__state.version <= this.resource.stateVersion) return state;
    throw new SettingsError({
      code: "DGC108",
      why: "its state was written by a newer version of pulumi-dgraphcloud than the one that is installed.",
      next: "Install that version or a newer one (npm install pulumi-dgraphcloud@latest), then run the command again.",
    });
  }

  private lookUp(context: Context, id: string, known: S | undefined, timeoutMs = 0): Promise<S | undefined> {
    const timeout = timeoutMs > 0 ? customTimeout("read", timeoutMs) : readTimeout;
    if (this.resource.read === undefined) return Promise.resolve(fromState(known));
    return this.resource.read(context, begin(context, timeout), id, known);
  }

  private operationFor(
    context: Context,
    step: "create" | "update" | "delete",
    values: Values,
    timeoutMs = 0,
  ): Operation {
    if (timeoutMs > 0) return begin(context, customTimeout(step, timeoutMs));
    const { create, update = create, delete: remove = create } = this.resource.timeouts;
    const limit = this.resource.timeouts[step] === undefined ? "create" : step;
    const defaults = { create, update, delete: remove };
    return begin(context, timeoutOf(values["timeouts"] as State["timeouts"], limit, defaults));
  }

  private run<T>(
    name: Step["name"],
    site: Pick<Step, "urn" | "id">,
    work: (context: Context, step: Step) => Promise<T>,
  ): Promise<T> {
    const { kind, unfinished } = this.resource;
    const step = { ...site, name, kind, unfinished };
    return this.host.run(step, (context) => work(context, step));
  }
}

interface Unfinished<Inputs, S> extends Created<S> {
  readonly inputs: Inputs;
  readonly operation: Operation;
  /** What earlier calls of the same operation have left. */
  readonly reached: Created<S> | undefined;
}

/** The same object may stand in two resources. */
function keyOf(id: string, urn: string | undefined): string {
  return JSON.stringify([id, urn]);
}

/** The engine skips what depends on a failed resource. If it does not, a part of the inputs must never create or change anything. */
function refuseMissing(missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new ConflictError({
    code: "DGC605",
    why: `${missing.join(" and ")} come from a resource that failed and are not known; nothing was sent.`,
    next: "Fix what failed, then run pulumi up again.",
  });
}

function withStatus<S extends State>(state: S, status: State["__state"]["status"]): S {
  return { ...state, __state: { ...state.__state, status } };
}
