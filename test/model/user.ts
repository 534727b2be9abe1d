import {
  type DropName,
  type Program,
  type RestoreName,
  schemaName,
  type Slot,
  slots,
  withoutUndefined,
} from "./program";
import type { SimulatedStack } from "./simulatedStack";
import type { Failed } from "./state";

/**
 * Follows the messages of a failed run, and does nothing else: if the model converged only with more than
 * that would show that a message is missing.
 */
export class User {
  private generation = 0;

  constructor(
    private readonly program: Program,
    private readonly stack: SimulatedStack,
  ) {}

  /** A value that no trigger or name has had before. */
  another(): string {
    this.generation += 1;
    return `n${this.generation}`;
  }

  /** Changes the program as the message asks. `mayTakeOver` tells which backends are the user's own. */
  follow({ name, error: { message } }: Failed, mayTakeOver: (uid: string) => boolean): void {
    const guarded = /its backend "(\w+)"/.exec(message)?.[1];
    if (guarded !== undefined) this.unprotect(guarded as Slot);
    else if (slots.some((slot) => slot === name)) this.followBackend(name as Slot, message, mayTakeOver);
    else if (name === "wipe") this.followDrop(name, message);
    else if (name === schemaName) this.followSchema(message);
    else this.followRestore(name.replace(/-(request|completion)$/, "") as RestoreName, message);
  }

  private followBackend(slot: Slot, message: string, mayTakeOver: (uid: string) => boolean): void {
    const second = /two resources of this program manage \S+: Backend "(\w+)"/.exec(message)?.[1];
    const own = message.includes("set adoptUid") ? (message.match(/0x[0-9a-f]+/g) ?? []).find(mayTakeOver) : undefined;
    if (second !== undefined) this.letGo(second as Slot);
    else if (/protected|deletionProtection/.test(message)) this.unprotect(slot);
    else if (/remove adoptUid|Correct adoptUid|cannot be taken over/i.test(message)) {
      this.edit(slot, { adoptUid: undefined });
    } else if (message.includes("of this program has the same name")) this.edit(slot, { name: this.another() });
    else if (own !== undefined) this.edit(slot, { adoptUid: own, adoptExisting: undefined });
    else if (message.includes("set another name")) this.edit(slot, { name: this.another() });
    else if (/subdomain "\w+" is taken/.test(message)) this.edit(slot, { subdomain: this.another() });
  }

  private letGo(slot: Slot): void {
    this.program.backends.delete(slot);
    this.stack.forget(slot);
  }

  private followRestore(name: RestoreName, message: string): void {
    const declared = this.program.restores.get(name);
    if (declared === undefined) return;
    const accept = /set acceptUnknown: "([^"]+)"/.exec(message)?.[1];
    const resume = /set resumeRestoreId: (\d+)/.exec(message)?.[1];
    const set = (more: Record<string, unknown>): void => {
      this.program.restores.set(name, { ...declared, args: withoutUndefined({ ...declared.args, ...more }) });
    };
    if (message.includes("remove resumeRestoreId") || message.includes("Correct resumeRestoreId"))
      set({ resumeRestoreId: undefined });
    else if (accept !== undefined) set({ acceptUnknown: accept });
    else if (resume !== undefined) set({ resumeRestoreId: Number(resume) });
    else if (message.includes("give triggers a new value"))
      set({ triggers: { run: this.another() }, resumeRestoreId: undefined });
    else if (message.includes("Name a target")) this.program.restores.set(name, { ...declared, target: "staging" });
  }

  private followSchema(message: string): void {
    const declared = this.program.schema;
    const consent = /allow: (\[.*?\])/.exec(message)?.[1];
    if (declared === undefined) return;
    if (consent !== undefined) this.program.schema = { ...declared, allow: JSON.parse(consent) as string[] };
    else if (/DGC70[345]/.test(message))
      this.program.schema = { ...declared, schema: { ...declared.schema, tagsName: `tags_${this.another()}` } };
  }

  private followDrop(name: DropName, message: string): void {
    const declared = this.program.drops.get(name);
    const accept = /set acceptUnknown: "([^"]+)"/.exec(message)?.[1];
    if (declared === undefined || accept === undefined) return;
    this.program.drops.set(name, { ...declared, args: { ...declared.args, acceptUnknown: accept } });
  }

  /** Turns off the protection only. A removed resource must be declared again for that. */
  private unprotect(slot: Slot): void {
    const declared = this.program.backends.get(slot);
    // Without a current object, the one that is pending deletion has its inputs.
    const recorded = this.stack.live(slot) ?? this.stack.state.find((entry) => entry.name === slot);
    // A refresh may have removed it since the message, so that nothing is left to unprotect.
    if (declared === undefined && recorded === undefined) return;
    const { args = {}, ...options } = declared ?? { retainOnDelete: false, deleteBeforeReplace: false };
    const { name, zone, deploymentType, size, subdomain } = recorded?.inputs ?? {};
    const asItIs = recorded === undefined ? {} : { name, zone, deploymentType, size, subdomain };
    this.program.backends.set(slot, {
      ...options,
      args: withoutUndefined({ ...args, ...asItIs, deletionProtection: false }),
    });
  }

  private edit(slot: Slot, change: Record<string, unknown>): void {
    const declared = this.program.backends.get(slot);
    if (declared === undefined) return;
    this.program.backends.set(slot, { ...declared, args: withoutUndefined({ ...declared.args, ...change }) });
  }
}
