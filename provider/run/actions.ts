/** What this process knows about the records of actions: the Restores and DataDrops in the state. */
export class ActionRecords {
  /** What the action of each URN was about when it last ran. */
  private readonly targets = new Map<string, string>();

  recordTarget(urn: string | undefined, target: string): void {
    if (urn !== undefined) this.targets.set(urn, target);
  }

  targetOf(urn: string | undefined): string | undefined {
    return urn === undefined ? undefined : this.targets.get(urn);
  }

  private readonly declared = new Set<string>();
  private readonly removed = new Map<string, string[]>();

  /** Records that the program declares the action with this id or URN: this run keeps, replaces or makes it. */
  declare(...keys: (string | undefined)[]): void {
    for (const key of keys) if (key !== undefined) this.declared.add(key);
  }

  isDeclared(...keys: (string | undefined)[]): boolean {
    return keys.some((key) => key !== undefined && this.declared.has(key));
  }

  /** Records that this process removed the record of an action on the backend. */
  recordRemoved(uid: string, name: string): void {
    this.removed.set(uid, [...this.removedOf(uid), name]);
  }

  /** The names of the actions on the backend whose records this process removed. */
  removedOf(uid: string): readonly string[] {
    return this.removed.get(uid) ?? [];
  }
}
