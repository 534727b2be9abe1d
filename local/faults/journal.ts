import { Counts } from "./counts";

export type Plane = "control" | "data";

/** One request as the local cloud saw it. Holds no token, no password and no body. */
export interface JournalEntry {
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly plane: Plane;
  /** Root field of the document, or `ready` (OPTIONS), `graphql` (/graphql), `query`, `validate`, `download`, `unreadable`, … */
  readonly operation: string;
  /** Uid of the backend that the request names, if it names one. */
  readonly deployment?: string;
  /** E-mail of the account of a valid session, on the control plane. */
  account?: string;
  /** The number of the connection: requests with the same number came on the same one. */
  readonly connection: number;
  /** Whether it was carried out. */
  acted: boolean;
  /** The scripted fault that struck it. */
  fault?: string;
  /** HTTP status of the answer; 0 when none was sent. */
  status: number;
}

/** How many entries are kept. Older ones are removed in batches; the counts include them. */
const entriesKept = 100_000;
const batch = 10_000;
const longestText = 100;

/** The last requests in the order of arrival, 100,000 at least, and counts of all requests. */
export class Journal {
  private readonly recorded: JournalEntry[] = [];
  private readonly counts = new Counts();
  private total = 0;
  private sequence = 0;
  private clearedAt = 0;
  private readonly listeners = new Set<() => void>();

  get entries(): readonly JournalEntry[] {
    return this.recorded;
  }

  /** How many requests of an operation, or of all operations, came since the journal was cleared. */
  count(operation?: string): number {
    if (operation === undefined) return this.total;
    return this.counts.get(operation)?.sent ?? this.kept(operation).length;
  }

  /** How many requests of an operation were carried out since then. */
  acted(operation: string): number {
    return this.counts.get(operation)?.acted ?? this.kept(operation).filter(({ acted }) => acted).length;
  }

  clear(): void {
    this.recorded.length = 0;
    this.counts.clear();
    this.total = 0;
    this.clearedAt = this.sequence;
  }

  /** Resolves with the first entry that the predicate accepts, an old one too. Rejects after `timeoutMs` milliseconds. */
  waitFor(accepts: (entry: JournalEntry) => boolean, timeoutMs: number): Promise<JournalEntry> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = this.recorded.find(accepts);
        if (found === undefined) return;
        clearTimeout(timer);
        this.listeners.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.listeners.delete(check);
        const last = this.recorded.slice(-50).map(({ operation }) => operation);
        reject(new Error(`no such request within ${timeoutMs} ms; the last requests: ${last.join(", ")}`));
      }, timeoutMs);
      this.listeners.add(check);
      check();
    });
  }

  /** Adds an entry. Called by the server. */
  record(entry: Omit<JournalEntry, "sequence" | "acted" | "status">): JournalEntry {
    const added: JournalEntry = {
      ...entry,
      operation: copied(entry.operation),
      ...(entry.deployment !== undefined && { deployment: copied(entry.deployment) }),
      sequence: ++this.sequence,
      acted: false,
      status: 0,
    };
    this.recorded.push(added);
    if (this.recorded.length >= entriesKept + batch) this.recorded.splice(0, batch);
    this.total += 1;
    this.counts.sent(added.operation);
    this.changed();
    return added;
  }

  /** Records whether a request was carried out, however long ago it came. Called by the server. */
  conclude(entry: JournalEntry, acted: boolean): void {
    entry.acted = acted;
    if (acted && entry.sequence > this.clearedAt) this.counts.acted(entry.operation);
    this.changed();
  }

  /** Tells the callers of `waitFor` that an entry has changed. Called by the server. */
  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private kept(operation: string): JournalEntry[] {
    return this.recorded.filter((entry) => entry.operation === operation);
  }
}

/** A short copy of a text. A substring of a document would keep the whole document in memory. */
function copied(text: string): string {
  return Buffer.from(text.slice(0, longestText)).toString();
}
