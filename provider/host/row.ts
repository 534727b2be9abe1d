import type { Clock } from "../time";
import { presentable, resourceName } from "../resource/messages";

/** How often an unchanged wait is shown again. */
const repeatMs = 30_000;

/**
 * The row of a resource during one operation. The engine keeps the row's last line after the operation, so a line about a wait must be
 * followed by a line about its end.
 */
export class Row {
  /** What the row shows: nothing yet, a wait, or a fact that stays true. */
  private shows: "nothing" | "wait" | "fact" = "nothing";
  private readonly facts: string[] = [];
  private saidAt = Number.NEGATIVE_INFINITY;
  private saidStatus = "";

  constructor(
    private readonly urn: string | undefined,
    private readonly clock: Clock,
    /** Shows a line that the next one replaces; false when it cannot. */
    private readonly show: (line: string) => boolean,
  ) {}

  /** Shows a line about a wait. While the status stays the same, the line is built and shown only every 30 seconds. */
  progress(status: string, line: () => string = () => status): void {
    const now = this.clock.now();
    if (status === this.saidStatus && now - this.saidAt < repeatMs) return;
    [this.saidAt, this.saidStatus] = [now, status];
    this.shows = "wait";
    this.put(presentable(line()));
  }

  /** Called when a line from elsewhere has replaced the last one. */
  replaced(): void {
    this.shows = "fact";
  }

  /** Shows how a wait ended, after the previous fact (such as that a backend was taken over). Does nothing where nothing was shown. */
  reached(text: string): void {
    if (this.shows === "nothing") return;
    this.facts.push(presentable(text));
    [this.shows, this.saidStatus] = ["fact", ""];
    this.put(this.facts.slice(-2).join("; "));
  }

  /** Replaces a line about a wait that is still shown when the operation has succeeded, such as one about a retried request. */
  end(text: string): void {
    if (this.shows === "wait") this.reached(text);
  }

  private put(line: string): void {
    if (this.urn !== undefined && this.show(line)) return;
    console.log(this.urn === undefined ? line : `${resourceName(this.urn)}: ${line}`);
  }
}
