import type { Provider } from "../harness/hosts/provider";

type Values = Record<string, unknown>;

interface Recorded {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** Whether the last operation failed partially. */
  readonly unfinished: boolean;
}

interface Partial {
  readonly id: string;
  readonly properties: Values;
}

// The callbacks' own types are `any`.
interface Checked {
  readonly inputs?: unknown;
  readonly failures?: readonly { readonly reason: string }[];
}

interface Read {
  readonly id?: string;
  readonly props?: unknown;
  readonly inputs?: unknown;
}

/** Whether an object was created, and the error if there was one. */
export interface Outcome {
  readonly made: boolean;
  readonly error: Error | undefined;
}

/** A check that refuses the inputs, before anything is done. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
}

/** A simulated engine for single resources: it calls the provider and records the answers. */
export class SimulatedStack {
  private readonly recorded = new Map<string, Recorded>();

  has(name: string): boolean {
    return this.recorded.has(name);
  }

  names(): string[] {
    return [...this.recorded.keys()];
  }

  outputs(name: string): Values | undefined {
    return this.recorded.get(name)?.outputs;
  }

  id(name: string): string | undefined {
    return this.recorded.get(name)?.id;
  }

  /** Removes a resource after a successful delete. */
  forget(name: string): void {
    this.recorded.delete(name);
  }

  /** Runs an up for one resource. `isAlive` tells whether the engine can still record the answer. */
  async up(name: string, provider: Provider, wanted: Values, isAlive: () => boolean): Promise<Outcome> {
    const old = this.recorded.get(name);
    const { inputs, failures } = (await provider.check(old?.inputs ?? {}, { ...wanted })) as Checked;
    if (failures !== undefined && failures.length > 0) {
      return { made: false, error: new CheckFailure(failures.map(({ reason }) => reason).join("; ")) };
    }
    const news = inputs as Values;
    if (old === undefined) return this.create(name, provider, news, isAlive);
    const diff = await provider.diff(old.id, old.outputs, news);
    if ((diff.replaces ?? []).length > 0) return this.create(name, provider, news, isAlive);
    if (diff.changes === false && !old.unfinished) {
      this.recorded.set(name, { ...old, inputs: news });
      return { made: false, error: undefined };
    }
    return this.write(name, isAlive, { made: false, kept: old.inputs }, async () => {
      const { outs } = (await provider.update(old.id, old.outputs, news)) as { outs?: unknown };
      return { id: old.id, inputs: news, outputs: outs as Values, unfinished: false };
    });
  }

  /** Refreshes one resource, which also marks it as finished. */
  async refresh(name: string, provider: Provider): Promise<void> {
    const old = this.recorded.get(name);
    if (old === undefined) return;
    const { id, props, inputs = old.inputs } = (await provider.read(old.id, old.outputs)) as Read;
    if (id === "") this.recorded.delete(name);
    else this.recorded.set(name, { id: old.id, inputs: inputs as Values, outputs: props as Values, unfinished: false });
  }

  private create(name: string, provider: Provider, inputs: Values, isAlive: () => boolean): Promise<Outcome> {
    return this.write(name, isAlive, { made: true, kept: inputs }, async () => {
      const { id, outs } = (await provider.create(inputs)) as { id: string; outs?: unknown };
      return { id, inputs, outputs: outs as Values, unfinished: false };
    });
  }

  private async write(
    name: string,
    isAlive: () => boolean,
    { made, kept }: { made: boolean; kept: Values },
    work: () => Promise<Recorded>,
  ): Promise<Outcome> {
    try {
      const recorded = await work();
      if (isAlive()) this.recorded.set(name, recorded);
      return { made, error: undefined };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!("id" in error) || !isAlive()) return { made: false, error };
      const { id, properties } = error as unknown as Partial;
      this.recorded.set(name, { id, inputs: kept, outputs: properties, unfinished: true });
      return { made, error };
    }
  }
}
