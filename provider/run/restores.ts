interface RestoreRecord {
  /** The URNs of the resources whose restore it is. There are several when the backend's engine has given the id again. */
  readonly holders: Set<string>;
  /** This process sent it. */
  sentHere: boolean;
  /** It was seen to end, or a state says that it has ended. */
  ended: boolean;
}

/** What this process knows about restores, by target and restore id: whose they are, and which may still be running. */
export class RestoreRecords {
  private readonly targets = new Map<string, Map<number, RestoreRecord>>();
  private readonly requestsSentHere = new Set<string>();

  /** Records a restore of this stack. */
  record(target: string, restoreId: number, holder: string): void {
    this.restore(target, restoreId).holders.add(holder);
  }

  /** Records a restore that this process sent. `request` is the id of its RestoreRequest. */
  recordSent(target: string, restoreId: number, request: string, holder: string): void {
    const restore = this.restore(target, restoreId);
    restore.holders.add(holder);
    restore.sentHere = true;
    // An earlier restore with this id, from before a restart of the engine, is another one.
    restore.ended = false;
    this.requestsSentHere.add(request);
  }

  wasSentHere(request: string): boolean {
    return this.requestsSentHere.has(request);
  }

  /** Records the end of a restore. If the id is seen running later, it is another restore. */
  recordEnded(target: string, restoreId: number): void {
    this.restore(target, restoreId).ended = true;
  }

  hasEnded(target: string, restoreId: number): boolean {
    return this.find(target, restoreId)?.ended ?? false;
  }

  /** The URNs of the resources whose restore it is; none for a restore that this process does not know. */
  holdersOf(target: string, restoreId: number): ReadonlySet<string> {
    return this.find(target, restoreId)?.holders ?? new Set();
  }

  /** The ids of the restores that this process sent to the target and has not seen to end. */
  unfinishedOf(target: string): number[] {
    const restores = [...(this.targets.get(target) ?? [])];
    return restores.filter(([, { sentHere, ended }]) => sentHere && !ended).map(([restoreId]) => restoreId);
  }

  /** The highest id of a restore of this stack on the target; 0 when there is none. */
  highestIdOf(target: string): number {
    return Math.max(0, ...(this.targets.get(target)?.keys() ?? []));
  }

  private find(target: string, restoreId: number): RestoreRecord | undefined {
    return this.targets.get(target)?.get(restoreId);
  }

  private restore(target: string, restoreId: number): RestoreRecord {
    const restores = this.targets.get(target) ?? new Map<number, RestoreRecord>();
    const restore = restores.get(restoreId) ?? { holders: new Set(), sentHere: false, ended: false };
    this.targets.set(target, restores.set(restoreId, restore));
    return restore;
  }
}
