/** How many requests of an operation came, and how many of them were carried out. */
interface Count {
  sent: number;
  acted: number;
}

/** A caller can invent any number of names: only the first ones are counted. */
const namesCounted = 1_000;

/** Counts of requests by operation, for a limited number of operations. */
export class Counts {
  private readonly counts = new Map<string, Count>();

  /** Undefined for an operation that is not counted. */
  get(operation: string): Readonly<Count> | undefined {
    return this.counts.get(operation);
  }

  sent(operation: string): void {
    if (!this.counts.has(operation) && this.counts.size < namesCounted)
      this.counts.set(operation, { sent: 0, acted: 0 });
    const count = this.counts.get(operation);
    if (count !== undefined) count.sent += 1;
  }

  acted(operation: string): void {
    const count = this.counts.get(operation);
    if (count !== undefined) count.acted += 1;
  }

  clear(): void {
    this.counts.clear();
  }
}
