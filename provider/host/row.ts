import type { Clock } from "../time";
import { presentable, resourceName } from "../resource/messages";
/** How often a wait repeats itself: in the resource's row, where a line takes the place of the last, and on plain lines. */
const repeatRowMs = 10_000;
const repeatPlainMs = 30_000;

/**
 * The row of a resource during one operation. The engine keeps the last line in it when the resource is finished, so a line about a
 * wait must be followed by one about its end.
 */
export class Row {
  /** What the row shows: nothing yet, a wait, or something that is true from then on. */
  private shows: "nothing" | "wait" | "fact" = "nothing";
  private readonly facts: string[] = [];
  private saidAt = Number.NEGATIVE_INFINITY;
  private saidStatus = "";
  private repeatMs = repeatRowMs;

  constructor(
    private readonly urn: string | undefined,
    private readonly clock: Clock,
    /** Shows a line that the next one replaces; false when it cannot. */
    private readonly show: (line: string) => boolean,
  ) {}

  /** A line about a wait. */
  progress(text: string): void {
    const line = presentable(text);
    // The elapsed time behind the last comma changes with every look; the status before it is the news.
    const status = line.replace(/, [^,]*$/, "");
    const now = this.clock.now();
    if (status === this.saidStatus && now - this.saidAt < this.repeatMs) return;
    [this.saidAt, this.saidStatus] = [now, status];
    this.shows = "wait";
    this.put(line);
  }

  /** A line of somebody else has taken the place of the last one. */
  replaced(): void {
    this.shows = "fact";
  }

  /** What a wait has come to. Beside the fact before it, such as that a backend was taken over. Nothing where nothing is shown. */
  reached(text: string): void {
    if (this.shows === "nothing") return;
    this.facts.push(presentable(text));
    [this.shows, this.saidStatus] = ["fact", ""];
    this.put(this.facts.slice(-2).join("; "));
  }

  /** Replaces a wait that still stands there when the operation has succeeded: of a request that was tried again, for instance. */
  end(text: string): void {
    if (this.shows === "wait") this.reached(text);
  }

  private put(line: string): void {
    if (this.urn !== undefined && this.show(line)) return;
    this.repeatMs = repeatPlainMs;
    console.log(this.urn === undefined ? line : `${resourceName(this.urn)}: ${line}`);
  }
}
