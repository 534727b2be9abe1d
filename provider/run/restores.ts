/** The number that Dgraph Cloud gives a restore. A cluster gives none: there, the id of the RestoreRequest. */
export type RestoreKey = number | string;

interface RestoreRecord {
  /** The URNs of the resources whose restore it is. There are several when the backend's engine has given the id again. */
  readonly holders: Set<string>;
  /** This process sent it. */
  sentHere: boolean;
  /** A state waits for its end. */
  awaited: boolean;
  /** It was seen to end, or a state says that it has ended. */
  ended: boolean;
}

/** What this process knows about restores, by target and number: whose they are, and which may still be running. */
export class RestoreRecords {
  private readonly targets = new Map<string, Map<RestoreKey, RestoreRecord>>();
  private readonly requestsSentHere = new Set<string>();

  /** Records a restore of this stack. */
  record(target: string, key: RestoreKey, holder: string): void {
    this.restore(target, key).holders.add(holder);
  }

  /** Records a restore that this process sent. `request` is the id of its RestoreRequest. */
  recordSent(target: string, key: RestoreKey, request: string, holder: string): void {
    const restore = this.restore(target, key);
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
  recordEnded(target: string, key: RestoreKey): void {
    this.restore(target, key).ended = true;
  }

  hasEnded(target: string, key: RestoreKey): boolean {
    return this.find(target, key)?.ended ?? false;
  }

  /** The URNs of the resources whose restore it is; none for a restore that this process does not know. */
  holdersOf(target: string, key: RestoreKey): ReadonlySet<string> {
    return this.find(target, key)?.holders ?? new Set();
  }

  /** The restores that this process sent to the target and has not seen to end. */
  unfinishedOf(target: string): RestoreKey[] {
    const restores = [...(this.targets.get(target) ?? [])];
    return restores.filter(([, { sentHere, ended }]) => sentHere && !ended).map(([key]) => key);
  }

  /** Records that a state waits for the end of a restore. */
  recordAwaited(target: string, key: RestoreKey): void {
    this.restore(target, key).awaited = true;
  }

  /** The restore of this stack that an earlier run has left in progress. */
  awaitedOf(target: string): RestoreKey | undefined {
    return [...(this.targets.get(target) ?? [])].find(([, { awaited, ended }]) => awaited && !ended)?.[0];
  }

  /** The highest number of a restore of this stack on the target; 0 when there is none. */
  highestIdOf(target: string): number {
    const keys = [...(this.targets.get(target)?.keys() ?? [])];
    return Math.max(0, ...keys.filter((key) => typeof key === "number"));
  }

  private find(target: string, key: RestoreKey): RestoreRecord | undefined {
    return this.targets.get(target)?.get(key);
  }

  private restore(target: string, key: RestoreKey): RestoreRecord {
    const restores = this.targets.get(target) ?? new Map<RestoreKey, RestoreRecord>();
    const restore = restores.get(key) ?? { holders: new Set(), sentHere: false, awaited: false, ended: false };
    this.targets.set(target, restores.set(key, restore));
    return restore;
  }
}
