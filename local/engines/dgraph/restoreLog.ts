/** An event of a restore. */
export type RestoreEvent =
  | { readonly what: "begun"; readonly timestamp: number }
  | { readonly what: "ended"; readonly timestamp: number }
  /** Without a timestamp, it belongs to the restore that was sent last. */
  | { readonly what: "failed"; readonly timestamp: number | undefined; readonly why: string }
  /** The database ended. */
  | { readonly what: "died"; readonly why: string };

const beginPattern = /Got restore proposal at Index: \d+, ReadTs: (\d+)/;
const endText = "reseting local gql schema store";
const failurePattern = /Error while restoring (.*)$/;
const proposalFailurePattern = /Applying proposal\. Error: (.*?)\. Proposal: .*restore:.*restore_ts:(\d+)/;

/** The events of restores, read from Alpha's log: Dgraph reports them nowhere else. */
export class RestoreLog {
  private readonly events: RestoreEvent[] = [];
  private latest = 0;
  private current = 0;

  /** Reads a line of the log. */
  read(line: string): void {
    const [, begun] = beginPattern.exec(line) ?? [];
    const [, whyNotApplied, notApplied] = proposalFailurePattern.exec(line) ?? [];
    const [, why] = failurePattern.exec(line) ?? [];
    if (begun !== undefined) {
      this.current = this.remember(Number(begun));
      this.events.push({ what: "begun", timestamp: this.current });
    } else if (whyNotApplied !== undefined) {
      this.events.push({ what: "failed", timestamp: this.remember(Number(notApplied)), why: whyNotApplied });
    } else if (why !== undefined) {
      this.events.push({ what: "failed", timestamp: undefined, why });
    } else if (line.includes(endText)) {
      this.events.push({ what: "ended", timestamp: this.current });
    }
  }

  died(why: string): void {
    this.events.push({ what: "died", why });
  }

  /**
   * The events from now on, the oldest first, without those of earlier restores: a database repeats the restores in its
   * write-ahead log after a restart, and they fail once more.
   */
  eventsFromNow(): () => readonly RestoreEvent[] {
    const { latest } = this;
    const { length } = this.events;
    const isNew = (event: RestoreEvent): boolean =>
      !("timestamp" in event) || event.timestamp === undefined || event.timestamp > latest;
    return () => this.events.slice(length).filter(isNew);
  }

  private remember(timestamp: number): number {
    this.latest = Math.max(this.latest, timestamp);
    return timestamp;
  }
}
