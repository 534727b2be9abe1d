/** What has happened over all runs, for the report: a model that never gets anywhere proves nothing. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    if (times > 0) this.counts.set(what, this.of(what) + times);
  }

  /** Takes over what another one has counted. */
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
