/** What this process has come across: the memory that no state and no list can give. */
export class Ledger {
  private readonly incarnations = new Map<string, string>();
  private readonly resources = new Map<string, string>();
  private readonly created = new Set<string>();
  private readonly claims = new Map<string, string>();

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
}
