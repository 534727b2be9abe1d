/** Counts events over all runs for the report, which shows that the model does reach them. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    if (times > 0) this.counts.set(what, this.of(what) + times);
  }

  /** Adds the counts of another tally. */
  take(other: Tally): void {
    for (const [what, times] of other.entries) this.add(what, times);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  get entries(): readonly (readonly [string, number])[] {
    return [...this.counts].sort(([one], [other]) => one.localeCompare(other));
  }
}
