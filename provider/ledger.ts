/** What this process has come across: the memory that no state and no list can give. */
export class Ledger {
  private readonly incarnations = new Map<string, string>();
  private readonly resources = new Map<string, string>();
  private readonly created = new Set<string>();
  private readonly claims = new Map<string, string>();
  private readonly restores = new Map<string, Map<number, string>>();
  private readonly sent = new Set<string>();

  /** A live resource of this stack, with the time of the create or the adoption that its state records. */
  meet(uid: string, incarnation: string, urn: string | undefined): void {
    if (urn !== undefined) this.resources.set(uid, urn);
    const newest = this.incarnations.get(uid);
    if (newest === undefined || newest < incarnation) this.incarnations.set(uid, incarnation);
  }

  hasMet(uid: string): boolean {
    return this.incarnations.has(uid);
  }

  /** Which resource of this stack a backend is, by its URN. */
  resourceOf(uid: string): string | undefined {
    return this.resources.get(uid);
  }

  /** Whether the backend has been taken over since the state with this incarnation was written. */
  isSuperseded(uid: string, incarnation: string): boolean {
    const newest = this.incarnations.get(uid);
    return newest !== undefined && newest > incarnation;
  }

  /** A uid that a create of this process returned. */
  recordCreated(uid: string): void {
    this.created.add(uid);
  }

  wasCreatedHere(uid: string): boolean {
    return this.created.has(uid);
  }

  /** Reserves a combination of name, zone and type for one resource; gives the other holder when it is taken. */
  claim(key: string, holder: string): string | undefined {
    const other = this.claims.get(key);
    if (other !== undefined && other !== holder) return other;
    this.claims.set(key, holder);
    return undefined;
  }

  release(key: string): void {
    this.claims.delete(key);
  }

  /** A restore of this stack: which one of the target's, and whose. */
  meetRestore(target: string, restoreId: number, holder: string): void {
    const known = this.restores.get(target) ?? new Map<number, string>();
    this.restores.set(target, known.set(restoreId, holder));
  }

  /** Whose restore of this stack it is; undefined for one that this process has not met. */
  holderOf(target: string, restoreId: number): string | undefined {
    return this.restores.get(target)?.get(restoreId);
  }

  /** The highest id of a restore of this stack on the target; 0 when there is none. */
  highestRestore(target: string): number {
    return Math.max(0, ...(this.restores.get(target)?.keys() ?? []));
  }

  /** An action that this very process sent. */
  recordSent(id: string): void {
    this.sent.add(id);
  }

  wasSentHere(id: string): boolean {
    return this.sent.has(id);
  }
}
