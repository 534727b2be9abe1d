import { misplacedResource } from "./connection";
import type { Context } from "./context";
import { checkFields, effectiveFields, type Failure, type Field, holdsUnknown } from "./fields";
import type { Given, Host } from "./hostInterface";
import { replaceFailure } from "./protection";
import type { Resource, State } from "./resource";
import { defined, filledIn, type Values } from "./values";

/** What a check has found: the inputs with what the program left open, and why some are refused. */
export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly Failure[];
}

/** The checks of a resource before any operation: what the inputs must be, and what a preview says of them in words. */
export class Checks<Inputs, S extends State> {
  private readonly fields: Readonly<Record<string, Field>>;
  /** The inputs in the state, by URN: the engine checks a replacement twice, the second time without them. */
  private readonly oldInputs = new Map<string | undefined, Values>();

  constructor(
    private readonly resource: Resource<Inputs, S>,
    private readonly host: Host,
  ) {
    this.fields = resource.fields;
  }

  async check(olds: Values, { urn, news, missing }: Given): Promise<Checked> {
    const { resource } = this;
    const resolved = resource.resolve?.(olds as Partial<Inputs>, news as Inputs, urn) ?? news;
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
    // The first value of an input that an import did not know replaces nothing. Only the diff sees whether that is so: it refuses the others.
    const surely = replaces.filter((name) => olds[name] !== undefined);
    const refusal = replaceFailure(olds, surely);
    if (refusal !== undefined) failures.push(refusal);
    if (failures.length === 0) failures.push(...(await this.preflight(urn, olds, checked, replaces)));
    if (failures.length === 0) await this.announce(urn, olds, checked);
    return { inputs, failures };
  }

  /** The inputs in the state, also where the engine hands over none because it checks a replacement again. */
  inputsInState(urn: string | undefined, olds: Values): Values {
    if (Object.keys(olds).length > 0) this.oldInputs.set(urn, olds);
    return this.oldInputs.get(urn) ?? {};
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
    return this.run(urn, async (context) => (await this.resource.preflight?.(context, planned)) ?? []);
  }

  private async announce(urn: string | undefined, before: Values, inputs: Values): Promise<void> {
    if (this.resource.announce === undefined) return;
    const isNew = Object.keys(before).length === 0;
    const olds = this.inputsInState(urn, before);
    const replaces = effectiveFields(this.fields, olds, inputs, "replace");
    const makes = isNew || replaces.length > 0;
    const announced = { inputs: inputs as Inputs, olds: olds as Partial<Inputs>, replaces, makes };
    await this.run(urn, async (context) => {
      warnOfConnection(context);
      await this.resource.announce?.(context, announced);
    });
  }

  private run<T>(urn: string | undefined, work: (context: Context) => Promise<T>): Promise<T> {
    const { kind, unfinished } = this.resource;
    return this.host.run({ urn, name: "check", kind, unfinished }, work);
  }
}

/** Once in a run, by the first resource. */
function warnOfConnection({ account, warn }: Context): void {
  const { warning } = account.data;
  if (warning !== undefined && account.announcements.isNews(warning)) warn(warning);
}
