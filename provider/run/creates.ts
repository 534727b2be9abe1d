/** The creates of this run. Their key is what one resource at a time may create or adopt: a name, zone and type, or a uid. */
export class CreateRecords {
  private readonly holders = new Map<string, string>();
  private readonly lost = new Map<string, ReadonlySet<string>>();

  /** Reserves the key for one resource. Gives the holder when another resource has reserved it. */
  claim(key: string, holder: string): string | undefined {
    const other = this.holders.get(key);
    if (other !== undefined && other !== holder) return other;
    this.holders.set(key, holder);
    return undefined;
  }

  /** Ends the reservation. */
  release(key: string): void {
    this.holders.delete(key);
  }

  /** Records a create whose answer was lost, with the uids that were listed before it: this run must not start it anew. */
  recordLost(key: string, before: ReadonlySet<string>): void {
    this.lost.set(key, before);
  }

  /** The uids that were listed before a create whose outcome is still unknown; undefined when there is none. */
  listedBeforeLost(key: string): ReadonlySet<string> | undefined {
    return this.lost.get(key);
  }

  /** Records that the outcome of a lost create is known now. */
  forgetLost(key: string): void {
    this.lost.delete(key);
  }
}
