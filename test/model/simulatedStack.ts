import { isDeepStrictEqual } from "node:util";
import type { Kind } from "../../provider/host/delegate";
import { unknownValue } from "../../provider/resource/fields";
import type { ProviderCalls } from "./providerCalls";
import { type Failed, FatalError, type Recorded, type Registration, type State, type Values } from "./state";

/**
 * A simulated engine with its state: it calls the provider in the engine's order and records the answers. It follows the engine's own
 * step generator and steps; the facts that matter are measured with the real engine in test/engine.
 */
export class SimulatedStack implements State {
  private entries: Recorded[] = [];
  private operatedOn = new Set<string>();
  /** Dependents that this run deleted and must create again. */
  private recreated = new Set<string>();

  private calls!: ProviderCalls;

  get state(): readonly Recorded[] {
    return this.entries;
  }

  /** Each operation of the engine has a process of its own. */
  begin(calls: ProviderCalls): this {
    this.calls = calls;
    return this;
  }

  /** The current resource of a name. */
  live(name: string): Recorded | undefined {
    return this.entries.find((entry) => entry.name === name && !entry.pendingDeletion);
  }

  /** Refreshes first in the same process, as --refresh does. A failure there ends the run. */
  async refreshed(isAsked: boolean | undefined, work: () => Promise<Failed[]>): Promise<Failed[]> {
    const failures = isAsked === true ? await this.refresh() : [];
    return failures.length > 0 ? failures : work();
  }

  /** Runs a program. After a failure, dependents are skipped and nothing is deleted. */
  async up(program: readonly Registration[], forced?: string): Promise<Failed[]> {
    this.operatedOn = new Set();
    this.recreated = new Set();
    const failures: Failed[] = [];
    const blocked = new Set<string>();
    for (const one of program) {
      this.operatedOn.add(one.name);
      const work = one.dependsOn.some((name) => blocked.has(name))
        ? Promise.resolve(blocked.add(one.name))
        : this.register(one, one.name === forced);
      await work.catch((error: unknown) => {
        blocked.add(one.name);
        failures.push({ name: one.name, error: asFailure(error) });
      });
    }
    return failures.length > 0
      ? failures
      : this.deleteWhere(({ name, pendingDeletion }) => pendingDeletion || !this.operatedOn.has(name));
  }

  /** Reads every resource, and removes those that are gone. */
  async refresh(): Promise<Failed[]> {
    const failures: Failed[] = [];
    for (const old of this.entries.filter(({ pendingReplacement }) => !pendingReplacement)) {
      await this.readAnew(old).catch((error: unknown) => {
        failures.push({ name: old.name, error: asFailure(error) });
      });
    }
    return failures;
  }

  private async readAnew(old: Recorded): Promise<void> {
    const read = await this.calls.read(old);
    const fresh = read === undefined ? undefined : { ...old, ...read, unfinished: false };
    // The engine calls diff to show what has changed.
    if (fresh !== undefined) await this.calls.diff(old, fresh, fresh.inputs);
    this.put(old, fresh);
  }

  /** What `pulumi state delete` does. */
  forget(name: string): void {
    this.put(this.live(name), undefined);
  }

  destroy(): Promise<Failed[]> {
    this.operatedOn = new Set();
    return this.deleteWhere(() => true);
  }

  private async register(one: Registration, isForced: boolean): Promise<void> {
    const old = this.live(one.name);
    const wanted = one.inputs(this);
    if (old === undefined || this.recreated.has(one.name)) {
      return this.create(one, await this.calls.check(one, {}, wanted), old, "removed");
    }
    if (isForced) return this.replace(one, old, await this.calls.check(one, {}, wanted), false);
    const inputs = await this.calls.check(one, old.inputs, wanted);
    const diff = await this.calls.diff(one, old, inputs);
    // If the provider does not decide, the engine compares the inputs itself.
    const changes = diff.changes ?? !isDeepStrictEqual(old.inputs, inputs);
    if ((changes && diff.replaces) || old.pendingReplacement) {
      return this.replace(one, old, await this.calls.check(one, {}, wanted), diff.deleteBeforeReplace);
    }
    if (changes || old.unfinished) return this.update(one, old, inputs);
    this.put(old, { ...old, ...optionsOf(one), inputs });
  }

  private async replace(one: Registration, old: Recorded, inputs: Values, asked: boolean): Promise<void> {
    if (old.protect && one.protect === true)
      throw new Error(`unable to replace resource "${one.name}": it is protected`);
    if (!(one.deleteBeforeReplace ?? asked)) return this.create(one, inputs, old, "pendingDeletion");
    await this.deleteDependents(old);
    if (!old.pendingReplacement) await this.delete(old, "replaced");
    return this.create(one, inputs, this.live(one.name), "removed");
  }

  /** Deletes the dependents that a new id of `old` would replace. */
  private async deleteDependents(old: Recorded): Promise<void> {
    const gone = [old];
    const dependents: Recorded[] = [];
    for (const entry of this.entries.filter(({ pendingDeletion }) => !pendingDeletion)) {
      if (!gone.some(({ name }) => entry.dependsOn.includes(name))) continue;
      const ids = new Set<unknown>(gone.map(({ id }) => id));
      const inputs = Object.fromEntries(
        Object.entries(entry.inputs).map(([name, value]) => [name, ids.has(value) ? unknownValue : value]),
      );
      const diff = await this.calls.diff(entry, entry, inputs);
      if (diff.changes === false || !diff.replaces) continue;
      gone.push(entry);
      dependents.unshift(entry);
    }
    for (const entry of dependents) {
      if (entry.protect) throw new Error(`unable to replace resource "${entry.name}": it is protected`);
      await this.delete(entry, "replaced");
      this.recreated.add(entry.name);
    }
  }

  private async create(
    one: Registration,
    inputs: Values,
    old: Recorded | undefined,
    fate: "removed" | "pendingDeletion",
  ): Promise<void> {
    const own = this.entries.filter(({ name }) => name === one.name).map(({ id }) => id);
    const made = await this.calls.create(one, inputs, own);
    const { name, kind, dependsOn } = one;
    const marks = { pendingDeletion: false, pendingReplacement: false, unfinished: made.failure !== undefined };
    const fresh: Recorded = {
      name,
      kind,
      dependsOn,
      ...optionsOf(one),
      ...marks,
      id: made.id,
      inputs,
      outputs: made.outputs,
    };
    if (old !== undefined) this.put(old, fate === "pendingDeletion" ? { ...old, pendingDeletion: true } : undefined);
    this.entries.push(fresh);
    if (made.failure !== undefined) throw made.failure;
  }

  private async update(one: Registration, old: Recorded, inputs: Values): Promise<void> {
    const { outputs, failure } = await this.calls.update(one, old, inputs);
    const dependsOn = one.dependsOn;
    // A partial failure leaves the old inputs, and the outputs that the provider observed.
    if (failure === undefined)
      this.put(old, { ...old, ...optionsOf(one), dependsOn, inputs, outputs, unfinished: false });
    else this.put(old, { ...old, ...optionsOf(one), dependsOn, outputs, unfinished: true });
    if (failure !== undefined) throw failure;
  }

  /** Deletes in the reverse order of registration, dependents first. */
  private async deleteWhere(isDue: (entry: Recorded) => boolean): Promise<Failed[]> {
    const failures: Failed[] = [];
    const blocked = new Set<string>();
    for (const entry of dependentsFirst(this.entries.filter(isDue))) {
      // Dependencies of a resource that could not be deleted stay.
      if (blocked.has(entry.name)) continue;
      await this.delete(entry, "gone").catch((error: unknown) => {
        failures.push({ name: entry.name, error: asFailure(error) });
        for (const name of entry.dependsOn) blocked.add(name);
      });
    }
    return failures;
  }

  private async delete(entry: Recorded, fate: "gone" | "replaced"): Promise<void> {
    if (entry.protect && !entry.pendingDeletion)
      throw new Error(`unable to delete resource "${entry.name}": it is protected`);
    if (entry.retainOnDelete) this.calls.release(entry);
    else if (!entry.pendingReplacement)
      await this.calls.delete(entry, {
        isHeld: this.isHeldByAnother(entry),
        isReleased: this.isReleased(entry),
        isGuarded: this.isGuarded(entry),
      });
    this.put(entry, fate === "gone" ? undefined : { ...entry, pendingReplacement: true });
  }

  /** Whether a newer object of the same resource exists and is not protected. */
  private isReleased({ name, pendingDeletion }: Recorded): boolean {
    return pendingDeletion && this.live(name)?.outputs["deletionProtection"] !== true;
  }

  /** Whether another resource of the program refers to the same object. */
  private isHeldByAnother({ name: own, id }: Recorded): boolean {
    return this.entries.some(
      ({ name, id: other, pendingDeletion }) =>
        other === id && name !== own && !pendingDeletion && this.operatedOn.has(name),
    );
  }

  /** Whether it is the record of an action on a backend that stays, and this program declares neither of them. */
  private isGuarded({ name: own, outputs }: Recorded): boolean {
    if (!isGuarding(outputs) || this.operatedOn.has(own)) return false;
    const backend = this.entries.find(({ kind, id }) => kind === "backend" && id === targetOf(outputs));
    return backend !== undefined && !this.operatedOn.has(backend.name);
  }

  private put(old: Recorded | undefined, fresh: Recorded | undefined): void {
    this.entries = this.entries.flatMap((entry) => (entry !== old ? [entry] : fresh === undefined ? [] : [fresh]));
  }
}

function optionsOf({ protect = false, retainOnDelete = false }: Registration): {
  protect: boolean;
  retainOnDelete: boolean;
} {
  return { protect, retainOnDelete };
}

/** The backend of an action. */
export function targetOf(outputs: Values): unknown {
  return outputs["target"] ?? outputs["backend"];
}

/** Whether the record of an action says that its backend is protected. */
export function isGuarding(outputs: Values): boolean {
  return outputs["__backendDeletionProtection"] === true || outputs["__backendProtect"] === true;
}

const depth = {
  backend: 0,
  restoreRequest: 1,
  dataDrop: 1,
  restoreCompletion: 2,
  graphqlSchema: 3,
  backup: 1,
} as const satisfies Record<Kind, number>;

function dependentsFirst(entries: readonly Recorded[]): Recorded[] {
  return [...entries].reverse().sort((one, other) => depth[other.kind] - depth[one.kind]);
}

/** Returns a failure that a user would see. Rethrows programming errors of the provider or the model. */
function asFailure(error: unknown): Error {
  const isMistake = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if (error instanceof Error && !(error instanceof FatalError) && !isMistake && !error.message.includes("unexpected: "))
    return error;
  throw error;
}
