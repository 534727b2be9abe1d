import type { RunFacts } from "./facts";
import type { Siblings } from "./siblingProcesses";

/** A resource that the program declares. */
interface Declaration {
  readonly incarnation: string;
  readonly urn: string;
}

/** What this process knows about one backend. */
interface BackendRecord {
  /** The incarnations of the live resources that refer to the backend; undefined while no resource has been recorded. */
  incarnations?: Set<string>;
  /** The URN of the resource that was recorded last. */
  urn?: string;
  declared?: Declaration;
  createdHere?: boolean;
  deletedHere?: boolean;
}

/** What this process has learned about backends in the current run, by uid. Neither a state nor a list could tell. */
export class BackendRecords {
  private readonly records = new Map<string, BackendRecord>();

  private importedAt = 0;

  constructor(
    private readonly siblings: Siblings,
    private readonly facts: RunFacts,
  ) {}

  /** Records a live resource of this stack. Its incarnation is the time of the create or the adoption in its state. */
  recordLive(uid: string, incarnation: string, urn: string | undefined): void {
    const record = this.record(uid);
    if (urn !== undefined) record.urn = urn;
    (record.incarnations ??= new Set()).add(incarnation);
    this.siblings.shareResource(uid, incarnation, true);
  }

  /** The time of an import. Two imports of one backend in the same millisecond would count as one resource, and its delete as the last one. */
  timeOfImport(now: number): number {
    this.importedAt = Math.max(now, this.importedAt + 1);
    return this.importedAt;
  }

  /**
   * Marks the resource with this incarnation as deleted, then reports whether another resource still refers to its backend: one that
   * took it over later, or an older one from which this one took it over. Marked first and asked then: of two resources that are
   * deleted together, the second one deletes the backend.
   */
  release(uid: string, incarnation: string): boolean {
    const incarnations = this.records.get(uid)?.incarnations;
    incarnations?.delete(incarnation);
    this.siblings.shareResource(uid, incarnation, false);
    const others = [...(incarnations ?? []), ...this.siblings.incarnationsElsewhere(uid)];
    return others.some((other) => other !== incarnation);
  }

  /** Records that the program declares the resource. Gives the other resource when the program declares two for one backend. */
  declare(uid: string, incarnation: string, urn: string): Declaration | undefined {
    const record = this.record(uid);
    const other = record.declared;
    if (other !== undefined && other.urn !== urn && other.incarnation !== incarnation) return other;
    record.declared = { incarnation, urn };
    for (const key of [uid, urn]) this.facts.record(key, "declared");
    return undefined;
  }

  /** Whether a resource of this stack refers, or referred, to the backend. */
  isManaged(uid: string): boolean {
    return this.records.get(uid)?.incarnations !== undefined;
  }

  /** The URN of the resource of this stack that refers to the backend. */
  resourceOf(uid: string): string | undefined {
    return this.records.get(uid)?.urn;
  }

  /** Records a backend that a create of this process returned. */
  recordCreated(uid: string): void {
    const record = this.record(uid);
    record.createdHere = true;
    record.deletedHere = false;
    this.facts.record(uid, "created");
  }

  wasCreatedHere(uid: string): boolean {
    return this.records.get(uid)?.createdHere ?? false;
  }

  /** Records that this process deleted the backend: a second resource that refers to it has nothing left to delete. */
  recordDeleted(uid: string): void {
    this.record(uid).deletedHere = true;
  }

  wasDeletedHere(uid: string): boolean {
    return this.records.get(uid)?.deletedHere ?? false;
  }

  private record(uid: string): BackendRecord {
    const record = this.records.get(uid) ?? {};
    this.records.set(uid, record);
    return record;
  }
}
