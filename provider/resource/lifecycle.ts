import { AbsentError, ConflictError, SettingsError } from "../errors/errors";
import { begin, type Operation } from "../run/operation";
import { timeoutOf } from "../time";
import type { Context } from "./context";
import { changedFields, checkFields, effectiveFields, type Failure, type Field, holdsUnknown } from "./fields";
import { misplacedResource } from "./connection";
import { type Difference, type Given, type Host, PartialFailure, type Step } from "./hostInterface";
import { refuseReplace, replaceFailure } from "./protection";
import { Replays } from "./replays";
import type { Created, Resource, State } from "./resource";
import { defined, filledIn, inputsOf, outputsOf, type Values, withInputs } from "./values";

const readTimeout = { input: "the time for reading", value: "5m", ms: 300_000 };

/**
 * The life of a resource, for any host: plain values in, plain values out. The only place that joins `create` and `ready`, so that no
 * resource can lose an object that exists and is not ready.
 */
export class Lifecycle<Inputs, S extends State> {
  private readonly fields: Readonly<Record<string, Field>>;
  private readonly replays = new Replays<S>();
  /** Resources that were read and not compared since: their next diff belongs to the refresh, not to the program. */
  private readonly refreshed = new Set<string>();
  /** The inputs in the state, by URN: the engine checks a replacement twice, the second time without them. */
  private readonly oldInputs = new Map<string | undefined, Values>();

  constructor(
    private readonly resource: Resource<Inputs, S>,
    private readonly host: Host,
  ) {
    this.fields = resource.fields;
  }

  async check(olds: Values, { urn, news, missing }: Given): Promise<{ inputs: Values; failures: readonly Failure[] }> {
    const { resource } = this;
    const resolved = resource.resolve?.(olds as Partial<Inputs>, news as Inputs) ?? news;
    const inputs = defined(resolved);
    const checked = filledIn(inputs, olds, missing);
    const connection = this.host.connection();
    const { kind, on } = resource;
    if (on !== undefined && connection !== undefined && on !== connection)
      return { inputs, failures: [{ property: "", code: "DGC803", reason: misplacedResource(kind, on) }] };
    const failures = connection === undefined ? [] : checkFields(this.fields, checked, connection);
    failures.push(...((await resource.check?.(checked as Inputs, olds as Partial<Inputs>)) ?? []));
    const settings = this.host.settingsFailure();
    if (settings !== undefined) failures.push({ property: "", code: settings.code, reason: settings.message });
    // A value that is not known yet may turn out to be the present one: then nothing is replaced, and the create checks again.
    const replaces = effectiveFields(this.fields, olds, checked, "replace").filter(
      (name) => !holdsUnknown(checked[name]),
    );
    const refusal = replaceFailure(olds, replaces);
    if (refusal !== undefined) failures.push(refusal);
    if (failures.length === 0) failures.push(...(await this.preflight(urn, olds, checked, replaces)));
    if (failures.length === 0) await this.announce(urn, olds, checked);
    return { inputs, failures };
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
      const replaces = effectiveFields(fields, olds, news, "replace");
      if (replaces.some((name) => !holdsUnknown(news[name]))) refuseReplace(state, id, replaces);
      const unfinished = state.__state.status !== "ready";
      const hidden = resource.hiddenChange?.(state, inputs);
      if (hidden !== undefined) context.info(hidden);
      if (changed.length === 0) return Promise.resolve({ changes: unfinished || hidden !== undefined });
      const deleteBeforeReplace = replaces.length > 0 && (resource.deletesFirst?.(state, inputs) ?? false);
      return Promise.resolve({ replaces, deleteBeforeReplace, ...(unfinished && { changes: true }) });
    });
  }

  create({ urn, news, missing }: Given): Promise<{ id: string; outputs: Values }> {
    return this.run("create", { urn }, async (context, step) => {
      refuseMissing(missing);
      const inputs = news as Inputs;
      const operation = this.operationFor(context, "create", news);
      const reached = this.replays.begin(step);
      const made = reached ?? (await this.resource.create(context, operation, inputs));
      const outputs = await this.finish(context, { ...step, id: made.id }, { ...made, inputs, operation, reached });
      this.replays.end(step);
      return { id: made.id, outputs };
    });
  }

  /** What is there now; undefined when the object is gone. Without a state, a program looks up an object that it does not manage. */
  read(id: string, urn: string | undefined, props: Values): Promise<{ outputs: Values; inputs: Values } | undefined> {
    return this.run("read", { urn, id }, async (context) => {
      const known = props["__state"] === undefined ? undefined : this.stateFrom(props);
      if (known !== undefined) this.resource.recordLive?.(context, id, known);
      const operation = begin(context, readTimeout);
      const { resource } = this;
      const state = resource.read === undefined ? fromState(known) : await resource.read(context, operation, id, known);
      if (known !== undefined) this.refreshed.add(keyOf(id, urn));
      return state === undefined ? undefined : { outputs: outputsOf(state, {}), inputs: inputsOf(state) };
    });
  }

  update(id: string, olds: Values, { urn, news, missing }: Given): Promise<Values> {
    const { resource, fields } = this;
    return this.run("update", { urn, id }, async (context, step) => {
      refuseMissing(missing);
      const reached = this.replays.begin(step);
      const state = reached?.state ?? this.stateFrom(olds);
      const inputs = news as Inputs;
      resource.recordLive?.(context, id, state);
      const calls = effectiveFields(fields, olds, news, "update");
      const isDone = calls.length === 0 && state.__state.status === "ready";
      const operation = this.operationFor(context, "update", news);
      const outputs = isDone
        ? outputsOf(this.storeInputs(state, inputs), news)
        : await this.finish(context, step, { id, state, inputs, operation, reached });
      this.replays.end(step);
      // The rest of the run must go by what the resource has become.
      resource.recordLive?.(context, id, this.stateFrom(outputs));
      return outputs;
    });
  }

  delete(id: string, urn: string | undefined, props: Values): Promise<void> {
    return this.run("delete", { urn, id }, async (context) => {
      const operation = this.operationFor(context, "delete", props);
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
      if (resource.ready === undefined) return outputsOf(asReady(this.storeInputs(state, inputs)), news);
      const checkpoint = (observed: S): void => {
        latest = observed;
      };
      return outputsOf(await resource.ready(context, operation, id, state, inputs, checkpoint), news);
    } catch (error) {
      const kept = latest ?? (step.name === "create" || replays.isCreating(step) ? state : undefined);
      // Nothing was done, so that the old state still holds. Only a create that goes on as an update has none in the engine.
      if (kept === undefined) throw error;
      replays.keep(step, { id, state: kept });
      const partial = new PartialFailure(id, outputsOf(kept, news), error);
      if (!replays.isLast(step)) throw partial;
      context.reportFailure(partial);
      return outputsOf({ ...kept, __state: { ...kept.__state, status: "pending" } }, news);
    }
  }

  private storeInputs(state: S, inputs: Inputs): S {
    return this.resource.storeInputs?.(state, inputs) ?? withInputs(this.fields, state, inputs as Values);
  }

  /** The state that the engine hands back. This version cannot read the states of a later one. */
  private stateFrom(values: Values): S {
    const state = values as unknown as S;
    if (state.__state.version <= this.resource.stateVersion) return state;
    throw new SettingsError({
      code: "DGC108",
      why: "its state was written by a newer version of pulumi-dgraphcloud than the one that is installed.",
      next: "Install that version or a newer one (npm install pulumi-dgraphcloud@latest), then run the command again.",
    });
  }

  private operationFor(context: Context, step: "create" | "update" | "delete", values: Values): Operation {
    const { create, update = create, delete: remove = create } = this.resource.timeouts;
    const limit = this.resource.timeouts[step] === undefined ? "create" : step;
    const defaults = { create, update, delete: remove };
    return begin(context, timeoutOf(values["timeouts"] as State["timeouts"], limit, defaults));
  }

  /** Runs only for an object that would be created or replaced, so that an ordinary check makes no call. */
  private async preflight(
    urn: string | undefined,
    olds: Values,
    inputs: Values,
    replaces: readonly string[],
  ): Promise<readonly Failure[]> {
    if (this.resource.preflight === undefined) return [];
    if (Object.keys(olds).length > 0 && replaces.length === 0) return [];
    const planned = { inputs: inputs as Inputs, olds: olds as Partial<Inputs>, replaces };
    return this.run("check", { urn }, async (context) => (await this.resource.preflight?.(context, planned)) ?? []);
  }

  private async announce(urn: string | undefined, before: Values, inputs: Values): Promise<void> {
    if (this.resource.announce === undefined) return;
    const isNew = Object.keys(before).length === 0;
    if (!isNew) this.oldInputs.set(urn, before);
    const olds = isNew ? (this.oldInputs.get(urn) ?? {}) : before;
    const replaces = effectiveFields(this.fields, olds, inputs, "replace");
    const makes = isNew || replaces.length > 0;
    const announced = { inputs: inputs as Inputs, olds: olds as Partial<Inputs>, replaces, makes };
    await this.run("check", { urn }, async (context) => {
      warnOfConnection(context);
      await this.resource.announce?.(context, announced);
    });
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

/** Once in a run, by the first resource. */
function warnOfConnection({ account, warn }: Context): void {
  const { warning } = account.data;
  if (warning !== undefined && account.announcements.isNews(warning)) warn(warning);
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

function asReady<S extends State>(state: S): S {
  return { ...state, __state: { ...state.__state, status: "ready" } };
}

/** What was done stays done: a refresh makes no call and runs nothing again. */
function fromState<S>(known: S | undefined): S {
  if (known !== undefined) return known;
  throw new AbsentError({
    code: "DGC416",
    why: "a restore or a drop is an action, and the service keeps no record that could be looked up.",
    next: "Declare it in the program instead of looking it up.",
  });
}
