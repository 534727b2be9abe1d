import type {
  CheckFailure,
  CheckResult,
  ConfigureRequest,
  CreateResult,
  DiffResult,
  ReadResult,
  UpdateResult,
} from "@pulumi/pulumi/dynamic";
import { type Context } from "../resource/context";
import { pointerTo } from "../errors/codes";
import { timeoutOf } from "../time";
import { SettingsError } from "../errors/errors";
import { changedFields, checkFields, type Failure, holdsUnknown, namesThat, replacingFields } from "../resource/fields";
import { presentable } from "../resource/messages";
import type { Created, Resource, State } from "../resource/resource";
import { clean } from "../errors/text";
import type { HostProcess } from "./process";
import {
  filledIn,
  inputsOf,
  keepSecretInputs,
  keyOf,
  leftOut,
  outputs,
  refuseLeftOut,
  secretInputs,
  stripped,
  type Values,
} from "./hiddenInputs";
import { newerState, protectedReason, refuseIfProtected } from "./refusals";
import { asError, partialFailure, reportOf } from "./failures";
import { Replays, type Report } from "../resource/replays";
import { begin, type Operation } from "../run/operation";

/** The callbacks that the engine's dynamic-provider host calls. */
export interface DynamicProvider {
  configure(request: ConfigureRequest): Promise<void>;
  check(olds: Values, news: Values): Promise<CheckResult>;
  diff(id: string, olds: Values, news: Values): Promise<DiffResult>;
  create(inputs: Values): Promise<CreateResult>;
  read(id: string, props?: Values): Promise<ReadResult>;
  update(id: string, olds: Values, news: Values): Promise<UpdateResult>;
  delete(id: string, props: Values): Promise<void>;
}

const readTimeout = { input: "the time for reading", value: "5m", ms: 300_000 };

/** Puts a resource behind the dynamic-provider host: the only place where `create` and `ready` are joined. */
export function dynamicProvider<Inputs, S extends State>(
  resource: Resource<Inputs, S>,
  host: HostProcess,
): DynamicProvider {
  const fields = resource.fields as Readonly<Record<string, (typeof resource.fields)[keyof Inputs]>>;
  const repeats = new Replays<S>();
  /** What has been read and not been compared since: the comparison that follows is the refresh's own. */
  const refreshed = new Set<string>();
  /** The old inputs of each resource: the engine checks a replacement twice, the second time without them. */
  const oldInputs = new Map<unknown, Values>();

  /** The state that the engine hands back. One of a later version of the package is not guessed at. */
  const stateFrom = (values: Values): S => {
    const state = stripped(values) as unknown as S;
    if (state.__state.version > resource.stateVersion) throw new SettingsError(newerState);
    return state;
  };

  const operationFor = (context: Context, step: "create" | "update" | "delete", values: Values): Operation => {
    const { create, update = create, delete: remove = create } = resource.timeouts;
    const limit = resource.timeouts[step] === undefined ? "create" : step;
    const defaults = { create, update, delete: remove };
    return begin(context, timeoutOf(values["timeouts"] as State["timeouts"], limit, defaults));
  };

  const guarded = async <T>(report: Report, work: (context: Context) => Promise<T>): Promise<T> => {
    try {
      return await host.run(report, work);
    } catch (error) {
      throw asError(report, error);
    }
  };

  /** Lets `ready` do what is left; what it reaches before it fails stays in the state. */
  const settle = async (
    context: Context,
    report: Report,
    { id, state, inputs, operation, failure, delegate, reached }: Settle<Inputs, S>,
  ): Promise<Values> => {
    // Hidden inputs reach the state even when nothing else comes of the update.
    const hasNews = report.step === "update" && resource.hiddenChange?.(state, inputs) !== undefined;
    let latest = failure !== undefined ? state : (reached?.state ?? (hasNews ? state : undefined));
    try {
      if (failure !== undefined) throw failure;
      const observe = (observed: S): void => {
        latest = observed;
      };
      return outputs(await resource.ready(context, operation, id, state, inputs, observe), inputs);
    } catch (error) {
      const kept = latest ?? (report.step === "create" || repeats.isCreating(report) ? state : undefined);
      // Nothing acted: the engine keeps the old state by itself, but for a create that goes on as an update.
      if (kept === undefined) throw error;
      repeats.keep(report, { id, state: kept });
      // Without the delegate the host could not load the provider for the next refresh or destroy.
      const failed = partialFailure(report, error, id, { ...outputs(kept, inputs), __provider: delegate });
      if (!repeats.isLast(report)) throw failed;
      context.reportFailure(failed.message);
      return outputs({ ...kept, __state: { ...kept.__state, status: "pending" } }, inputs);
    }
  };

  return {
    // Not async, and without anything that could fail: the host calls on without waiting for it.
    configure(request) {
      host.configure((name) => request.config.get(`dgraphcloud:${name}`));
      return Promise.resolve();
    },

    async check(olds, news) {
      keepSecretInputs(news);
      const before = stripped(olds);
      const missing = leftOut(news, before);
      const given = stripped({ ...news, __unknown: missing.length === 0 ? undefined : missing });
      const inputs = stripped(resource.resolve(before as Partial<Inputs>, given as Inputs) as Values);
      const asked = filledIn(inputs, before, missing);
      const failures = [...checkFields(fields, asked), ...resource.check(asked as Inputs)];
      const settings = host.settingsFailure();
      if (settings !== undefined) failures.push({ property: "", code: settings.code, reason: settings.message });
      const refusal = refusedReplacement(before, asked);
      if (refusal !== undefined) failures.push(refusal);
      if (failures.length === 0) failures.push(...(await refusals(before, asked)));
      if (failures.length === 0) await announce(before, asked);
      const secrets = secretInputs(news);
      return { inputs, failures: failures.map((failure) => shown(failure, secrets)) };
    },

    diff(id, olds, news) {
      return guarded<DiffResult>(reportOf(resource, "diff", news, id), (context) => {
        // Under its present URN: an alias or a new parent may have given it another one.
        const state = stateFrom({ ...olds, __urn: news["__urn"] });
        resource.recordLive(context, id, state);
        // A refresh compares what it has read, whether or not the program declares it.
        if (!refreshed.delete(keyOf(id, news))) resource.recordDeclared?.(context, id, state);
        // Half the inputs show changes that nobody has made. The engine skips the resource; were one a replace, it would delete first.
        if (leftOut(news).length > 0) return Promise.resolve({ changes: false });
        const changed = changedFields(fields, olds, news);
        const replaces = replacingFields(fields, olds, news);
        if (replaces.some((name) => !holdsUnknown(news[name]))) refuseIfProtected(state, id, replaces);
        const unfinished = state.__state.status !== "ready";
        const hidden = resource.hiddenChange?.(state, news as Inputs);
        if (hidden !== undefined) context.info(hidden);
        if (changed.length === 0) return Promise.resolve({ changes: unfinished || hidden !== undefined });
        const deleteBeforeReplace = replaces.length > 0 && resource.deletesFirst(state, news as Inputs);
        // Left open, the engine works out the details itself, so that replaceOnChanges holds and the preview names properties.
        return Promise.resolve({ replaces, deleteBeforeReplace, ...(unfinished && { changes: true }) });
      });
    },

    create(news) {
      const report = reportOf(resource, "create", news);
      return guarded(report, async (context) => {
        refuseLeftOut(news);
        const inputs = stripped(news) as Inputs;
        const operation = operationFor(context, "create", news);
        const reached = repeats.begin(report);
        const made = reached ?? (await resource.create(context, operation, inputs));
        const outs = await settle(
          context,
          { ...report, id: made.id },
          { ...made, inputs, operation, reached, delegate: news["__provider"] },
        );
        repeats.end(report);
        return { id: made.id, outs };
      });
    },

    read(id, props = {}) {
      return guarded(reportOf(resource, "read", props, id), async (context) => {
        const known = props["__state"] === undefined ? undefined : stateFrom(props);
        if (known !== undefined) resource.recordLive(context, id, known);
        const state = await resource.read(context, begin(context, readTimeout), id, known);
        if (known !== undefined) refreshed.add(keyOf(id, props));
        if (state === undefined) return { id: "", props: {} };
        return { id, props: outputs(state, {}), inputs: inputsOf(state) };
      });
    },

    update(id, olds, news) {
      const report = reportOf(resource, "update", news, id);
      return guarded(report, async (context) => {
        refuseLeftOut(news);
        const reached = repeats.begin(report);
        const state = reached?.state ?? stateFrom(olds);
        const inputs = stripped(news) as Inputs;
        resource.recordLive(context, id, state);
        const calls = namesThat(fields, changedFields(fields, olds, news), "update");
        const isDone = calls.length === 0 && state.__state.status === "ready";
        const operation = operationFor(context, "update", news);
        const delegate = news["__provider"];
        const outs = isDone
          ? outputs(resource.storeInputs(state, inputs), inputs)
          : await settle(context, report, { id, state, inputs, operation, reached, delegate });
        repeats.end(report);
        // What it has become counts for what else is done in this run.
        resource.recordLive(context, id, stateFrom(outs));
        return { outs };
      });
    },

    delete(id, props) {
      return guarded(reportOf(resource, "delete", props, id), (context) =>
        resource.delete(context, operationFor(context, "delete", props), id, stateFrom(props)),
      );
    },
  };

  /** The engine prints the value beside the name of a property, whatever it is: a script, a password in the wrong place. */
  function shown({ property, code, reason }: Failure, secrets: readonly string[]): CheckFailure {
    const isSecret = fields[property]?.mayBeSecret === true || secrets.includes(property);
    const named = fields[property] !== undefined && !isSecret;
    const text = presentable(named || property === "" ? reason : `"${clean(property)}": ${reason}`);
    return { property: named ? property : "", reason: `${text} [${pointerTo(code)}]` };
  }

  /** A value that is not known yet may turn out to be the one that is there; the create asks once more. */
  function surelyReplacing(olds: Values, inputs: Values): string[] {
    return replacingFields(fields, olds, inputs).filter((name) => !holdsUnknown(inputs[name]));
  }

  function refusedReplacement(olds: Values, inputs: Values): Failure | undefined {
    if (olds["deletionProtection"] !== true) return undefined;
    const [name] = surelyReplacing(olds, inputs);
    return name === undefined ? undefined : { property: name, code: "DGC304", reason: protectedReason };
  }

  /** An object that stays as it is is asked nothing, so that an ordinary check makes no call. */
  async function refusals(olds: Values, inputs: Values): Promise<readonly Failure[]> {
    if (resource.preflight === undefined) return [];
    const replaces = surelyReplacing(olds, inputs);
    if (Object.keys(olds).length > 0 && replaces.length === 0) return [];
    const report = reportOf(resource, "check", inputs);
    return guarded(
      report,
      async (context) =>
        (await resource.preflight?.(context, { inputs: inputs as Inputs, olds: olds as Partial<Inputs>, replaces })) ??
        [],
    );
  }

  async function announce(before: Values, inputs: Values): Promise<void> {
    const urn = inputs["__urn"];
    const isNew = Object.keys(before).length === 0;
    if (!isNew) oldInputs.set(urn, before);
    const olds = isNew ? (oldInputs.get(urn) ?? {}) : before;
    const replaces = replacingFields(fields, olds, inputs);
    const makes = isNew || replaces.length > 0;
    const announced = { inputs: inputs as Inputs, olds: olds as Partial<Inputs>, replaces, makes };
    await guarded(reportOf(resource, "check", inputs), async (context) => resource.announce?.(context, announced));
  }
}

interface Settle<Inputs, S> extends Created<S> {
  /** What earlier calls of the same operation have left. */
  readonly reached: Created<S> | undefined;
  readonly inputs: Inputs;
  readonly operation: Operation;
  /** The text that loads this provider. */
  readonly delegate: unknown;
}
