interface KnownRestore {
  /** Whose it is, by URN: more than one when the engine of the backend has given the id anew. */
  readonly holders: Set<string>;
  /** Sent by this process. */
  sentHere: boolean;
  /** Seen to end, or said by a state to have ended. */
  ended: boolean;
}

/** What this process has come across of restores and drops: whose they are, which may still run, and which nobody can tell of. */
export class ActionRecords {
  private readonly restores = new Map<string, Map<number, KnownRestore>>();
  private readonly sent = new Set<string>();
  private readonly unclear = new Map<string, string>();
  private readonly declared = new Set<string>();
  private readonly forgotten = new Map<string, string[]>();
  private readonly announced = new Set<string>();
  private readonly unanswered = new Set<string>();

  /** A restore of this stack: which one of the target's, and whose. */
  meetRestore(target: string, restoreId: number, holder: string): void {
    this.known(target, restoreId).holders.add(holder);
  }

  /** A restore that this process sent under the id of its request. */
  recordSent(target: string, restoreId: number, request: string, holder: string): void {
    const known = this.known(target, restoreId);
    known.holders.add(holder);
    known.sentHere = true;
    // An earlier one with the same id, from before a restart of the engine, is another restore.
    known.ended = false;
    this.sent.add(request);
  }

  wasSentHere(request: string): boolean {
    return this.sent.has(request);
  }

  /** The restore with this id has come to its end: one that runs with the same id later is another one. */
  recordEnded(target: string, restoreId: number): void {
    this.known(target, restoreId).ended = true;
  }

  hasEnded(target: string, restoreId: number): boolean {
    return this.restores.get(target)?.get(restoreId)?.ended ?? false;
  }

  /** Whose restore of this stack it is; nobody's for one that this process has not met. */
  holdersOf(target: string, restoreId: number): ReadonlySet<string> {
    return this.restores.get(target)?.get(restoreId)?.holders ?? new Set();
  }

  /** The restores of the target that this process sent and has not seen to end. */
  unendedOf(target: string): number[] {
    const known = [...(this.restores.get(target) ?? [])];
    return known.filter(([, { sentHere, ended }]) => sentHere && !ended).map(([restoreId]) => restoreId);
  }

  /** The highest id of a restore of this stack on the target; 0 when there is none. */
  highestRestore(target: string): number {
    return Math.max(0, ...(this.restores.get(target)?.keys() ?? []));
  }

  /** An action of this process that may or may not be carried out, now or soon. */
  recordUnclear(target: string, action: string): void {
    this.unclear.set(target, action);
  }

  unclearOf(target: string): string | undefined {
    return this.unclear.get(target);
  }

  /** An action that the program declares: the one with this id or URN, which is kept, replaced or made in this run. */
  declare(...keys: (string | undefined)[]): void {
    for (const key of keys) if (key !== undefined) this.declared.add(key);
  }

  isDeclared(...keys: (string | undefined)[]): boolean {
    return keys.some((key) => key !== undefined && this.declared.has(key));
  }

  /** An action on the backend whose record this process has deleted. */
  recordForgotten(target: string, name: string): void {
    this.forgotten.set(target, [...this.forgottenOf(target), name]);
  }

  forgottenOf(target: string): readonly string[] {
    return this.forgotten.get(target) ?? [];
  }

  /** Whether this has not been announced yet: the engine checks a replacement twice. */
  isNews(announced: string): boolean {
    return this.announced.size < this.announced.add(announced).size;
  }

  /** A question that only makes messages better, and had no answer: one outage must not hold up a preview once for each resource. */
  recordUnanswered(question: string): void {
    this.unanswered.add(question);
  }

  isUnanswered(question: string): boolean {
    return this.unanswered.has(question);
  }

  private known(target: string, restoreId: number): KnownRestore {
    const ofTarget = this.restores.get(target) ?? new Map<number, KnownRestore>();
    const known = ofTarget.get(restoreId) ?? { holders: new Set(), sentHere: false, ended: false };
    this.restores.set(target, ofTarget.set(restoreId, known));
    return known;
  }
}
