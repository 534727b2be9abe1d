import { delegate, type Kind } from "../../provider/host/delegate";
import type { Provider } from "../harness/hosts/provider";
import type { CrashInjector } from "./crashInjector";
import type { Answer, Call } from "./call";
import { type Invariants, runs } from "./invariants";
import type { ProviderProcess } from "./providerProcess";
import { FatalError, type Recorded, type Registration, type Values } from "./state";
import { metadataIn } from "../../provider/resource/values";

export interface Made {
  readonly id: string;
  readonly outputs: Values;
  /** The reason of a partial failure. */
  readonly failure: Error | undefined;
}

/** The engine was killed, so nothing more is recorded. */
export class Killed extends FatalError {}

// The callbacks' own types are `any`.
interface Checked {
  readonly inputs: Values;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

type Subject = Pick<Registration, "name" | "kind">;

/** The engine's calls to the provider process, each of which is checked against the invariants. */
export class ProviderCalls {
  constructor(
    private readonly process: ProviderProcess,
    private readonly crashInjector: CrashInjector,
    private readonly invariants: Invariants,
  ) {}

  async check(subject: Subject, olds: Values, wanted: Values): Promise<Values> {
    const news = { ...wanted, __provider: delegate(subject.kind) };
    const isAction = subject.kind === "restoreRequest" || subject.kind === "dataDrop";
    const call = { ...callOf("check", subject), asks: isAction && runs(olds, wanted) };
    const { inputs, failures = [] } = await this.send<Checked>(call, async (provider) => {
      const checked = (await provider.check({ ...olds }, news)) as unknown as Checked;
      return [{}, checked];
    });
    if (failures.length === 0) return { ...inputs, __provider: news.__provider };
    throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  }

  diff(
    subject: Subject,
    old: Recorded,
    inputs: Values,
  ): Promise<{ changes: boolean | undefined; replaces: boolean; deleteBeforeReplace: boolean }> {
    return this.send(callOf("diff", subject, old), async (provider) => {
      const { changes, replaces = [], deleteBeforeReplace = false } = await provider.diff(old.id, old.outputs, inputs);
      return [{}, { changes, replaces: replaces.length > 0, deleteBeforeReplace }];
    });
  }

  create(subject: Subject, inputs: Values, own: readonly string[]): Promise<Made> {
    const adopts = { uid: inputs["adoptUid"] as string | undefined, existing: inputs["adoptExisting"] === true };
    const resumes = inputs["resumeRestoreId"] !== undefined;
    const call = {
      ...callOf("create", subject),
      own,
      inputs,
      adopts,
      resumes,
      steps: resumes ? 0 : stepsOf(subject.kind, inputs),
    };
    return this.send<Made>(call, async (provider) => {
      const made = await halfOrWhole(inputs, async () => {
        const { id, outs } = (await provider.create({ ...inputs })) as { id: string; outs?: Values };
        return { id, outputs: outs ?? {} };
      });
      return [made, made];
    });
  }

  update(subject: Subject, old: Recorded, inputs: Values): Promise<Made> {
    const steps = subject.kind === "dataDrop" ? stepsOf("dataDrop", inputs) - settled(old) : 0;
    return this.send<Made>({ ...callOf("update", subject, old), inputs, steps }, async (provider) => {
      const made = await halfOrWhole(inputs, async () => {
        const { outs } = (await provider.update(old.id, old.outputs, inputs)) as { outs?: Values };
        return { id: old.id, outputs: outs ?? {} };
      });
      return [made, made];
    });
  }

  /** The live values, or undefined when the object is gone. */
  read(old: Recorded): Promise<Pick<Recorded, "inputs" | "outputs"> | undefined> {
    return this.send(callOf("read", old, old), async (provider) => {
      const read = (await provider.read(old.id, { ...old.outputs })) as {
        id?: string;
        props?: Values;
        inputs?: Values;
      };
      if (read.id === "") return [{}, undefined];
      const text = { __provider: delegate(old.kind) };
      const outputs = { ...read.props, ...text };
      return [{ outputs }, { outputs, inputs: read.inputs === undefined ? old.inputs : { ...read.inputs, ...text } }];
    });
  }

  delete(
    old: Recorded,
    { isReleased, ...marks }: { isHeld: boolean; isReleased: boolean; isGuarded: boolean },
  ): Promise<void> {
    const isProtected = old.outputs["deletionProtection"] === true && !isReleased;
    return this.send(
      { ...callOf("delete", old, old), ...marks, isProtected, isPendingDeletion: old.pendingDeletion },
      async (provider) => {
        await provider.delete(old.id, { ...old.outputs });
        return [{}, undefined];
      },
    );
  }

  /** Removes a retained object from the state without a call. */
  release({ kind, id }: Recorded): void {
    if (kind === "backend") this.invariants.released.add(id);
  }

  private async send<T>(call: Call, work: (provider: Provider) => Promise<[Partial<Made>, T]>): Promise<T> {
    this.crashInjector.pass();
    this.failIfKilled();
    const check = this.invariants.watch(call);
    let answer: Answer = {};
    let result: T | undefined;
    try {
      const [made, value] = await work(this.process.provider(call.kind));
      result = value;
      answer = { ...made, error: made.failure };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      answer = { error };
    }
    await this.crashInjector.finished;
    check({ ...answer, killed: this.process.killed });
    this.failIfKilled();
    if (answer.error !== undefined && result === undefined) throw answer.error;
    return result as T;
  }

  private failIfKilled(): void {
    if (this.process.killed === "engine") throw new Killed("the engine was killed");
    if (this.process.killed === "provider") throw new Error("error reading from server: EOF");
  }
}

function callOf(step: Call["step"], { name, kind }: Subject, old?: Recorded): Call {
  return { step, name, kind, ...(old !== undefined && { id: old.id }) };
}

/** A partial failure is an object with an id, its properties and at least one reason. */
async function halfOrWhole(inputs: Values, work: () => Promise<{ id: string; outputs: Values }>): Promise<Made> {
  try {
    const { id, outputs } = await work();
    // The host adds the delegate to successful results only.
    return { id, outputs: { ...outputs, __provider: inputs["__provider"] }, failure: undefined };
  } catch (error) {
    if (!(error instanceof Error) || !("id" in error)) throw error;
    const { id, properties, reasons } = error as Error & { id: string; properties: Values; reasons: readonly string[] };
    if (reasons.length === 0) throw new FatalError("a partial failure without a reason is no failure to the engine");
    return { id, outputs: properties, failure: error };
  }
}

/** The number of mutations of a drop that were sent or may have been sent. */
function settled({ outputs }: Recorded): number {
  const { done, unclear } = metadataIn(outputs) as unknown as { done: readonly unknown[]; unclear?: unknown };
  return done.length + (unclear === undefined ? 0 : 1);
}

function stepsOf(kind: Kind, { types, fields }: Values): number {
  if (kind === "backend" || kind === "restoreCompletion" || kind === "graphqlSchema") return 0;
  return kind === "dataDrop" && types !== undefined && fields !== undefined ? 2 : 1;
}
