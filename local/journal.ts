export type Plane = "control" | "data";

/** One request as the local cloud saw it. Holds no token, no password and no body. */
export interface JournalEntry {
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly time: number;
  readonly plane: Plane;
  /** Root field of the document, or `ready` (OPTIONS /graphql), `graphql` (/graphql), `download`, `unreadable`. */
  readonly operation: string;
  /** Uid of the backend that it is about, where one is named. */
  readonly deployment?: string;
  /** E-mail of the account, on the control plane with a valid session. */
  account?: string;
  /** Which connection it came on: two requests with the same number shared one. */
  readonly connection: number;
  /** Whether it was carried out. */
  acted: boolean;
  /** The scripted fault that struck it. */
  fault?: string;
  /** HTTP status of the answer; 0 when none was sent. */
  status: number;
}

/** Every request in the order of arrival. */
export class Journal {
  private readonly recorded: JournalEntry[] = [];
  private sequence = 0;
  private readonly listeners = new Set<() => void>();

  get entries(): readonly JournalEntry[] {
    return this.recorded;
  }

  /** How many requests there were for an operation, or in all. */
  count(operation?: string): number {
    return this.recorded.filter((entry) => operation === undefined || entry.operation === operation).length;
  }

  /** How many requests for an operation were carried out. */
  acted(operation: string): number {
    return this.recorded.filter((entry) => entry.operation === operation && entry.acted).length;
  }

  clear(): void {
    this.recorded.length = 0;
  }

  /** Resolves with the first entry, old or new, that the predicate accepts; rejects after the time, in milliseconds. */
  waitFor(accepts: (entry: JournalEntry) => boolean, timeoutMs: number): Promise<JournalEntry> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.recorded.find(accepts);
        if (found === undefined) return;
        clearTimeout(timer);
        this.listeners.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.listeners.delete(look);
        reject(
          new Error(
            `no such request within ${timeoutMs} ms; seen: ${this.recorded.map((e) => e.operation).join(", ")}`,
          ),
        );
      }, timeoutMs);
      this.listeners.add(look);
      look();
    });
  }

  /** Adds an entry. For the server. */
  record(entry: Omit<JournalEntry, "sequence" | "acted" | "status">): JournalEntry {
    const added: JournalEntry = { ...entry, sequence: ++this.sequence, acted: false, status: 0 };
    this.recorded.push(added);
    this.changed();
    return added;
  }

  /** Tells those who wait that an entry has changed. For the server. */
  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
