/** What there is to be told of a restore. */
export type RestoreNews =
  | { readonly what: "begun"; readonly timestamp: number }
  | { readonly what: "ended"; readonly timestamp: number }
  /** Without a timestamp it is that of the restore that was sent last. */
  | { readonly what: "failed"; readonly timestamp: number | undefined; readonly why: string }
  /** The database ended. */
  | { readonly what: "died"; readonly why: string };

const beginning = /Got restore proposal at Index: \d+, ReadTs: (\d+)/;
const end = "reseting local gql schema store";
const failure = /Error while restoring (.*)$/;
const proposalFailure = /Applying proposal\. Error: (.*?)\. Proposal: .*restore:.*restore_ts:(\d+)/;

/** What Alpha's log tells of restores, which Dgraph tells nowhere else. */
export class RestoreLog {
  private readonly news: RestoreNews[] = [];
  private latest = 0;
  private current = 0;

  /** Takes notice of a line of the log. */
  read(line: string): void {
    const [, begun] = beginning.exec(line) ?? [];
    const [, whyNotApplied, notApplied] = proposalFailure.exec(line) ?? [];
    const [, why] = failure.exec(line) ?? [];
    if (begun !== undefined) {
      this.current = this.know(Number(begun));
      this.news.push({ what: "begun", timestamp: this.current });
    } else if (whyNotApplied !== undefined) {
      this.news.push({ what: "failed", timestamp: this.know(Number(notApplied)), why: whyNotApplied });
    } else if (why !== undefined) {
      this.news.push({ what: "failed", timestamp: undefined, why });
    } else if (line.includes(end)) {
      this.news.push({ what: "ended", timestamp: this.current });
    }
  }

  died(why: string): void {
    this.news.push({ what: "died", why });
  }

  /**
   * What happens from now on, the oldest first. Of restores that are known by now nothing: a database that is started again
   * repeats those that it holds in its log of proposals, and they fail once more.
   */
  fromHere(): () => readonly RestoreNews[] {
    const { latest } = this;
    const { length } = this.news;
    const isNew = (news: RestoreNews): boolean =>
      !("timestamp" in news) || news.timestamp === undefined || news.timestamp > latest;
    return () => this.news.slice(length).filter(isNew);
  }

  private know(timestamp: number): number {
    this.latest = Math.max(this.latest, timestamp);
    return timestamp;
  }
}
