import type { Fact } from "./siblingFile";
import type { Siblings } from "./siblingProcesses";

/** Facts about the current run, recorded by this process or by one of its siblings. */
export class RunFacts {
  private readonly own = new Set<string>();

  constructor(private readonly siblings: Siblings) {}

  /** Records a fact under the uid of a backend, or under the URN of its resource. */
  record(key: string, fact: Fact): void {
    this.own.add(`${fact} ${key}`);
    this.siblings.shareFact(key, fact);
  }

  has(key: string, fact: Fact): boolean {
    return this.own.has(`${fact} ${key}`) || this.siblings.hasFact(key, fact);
  }
}
