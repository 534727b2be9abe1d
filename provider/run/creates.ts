import type { Seen } from "../api/deploymentList";

/** The name, zone and type of a backend. */
export interface Named {
  readonly name?: string | undefined;
  readonly zone: string;
  readonly deploymentType?: string | null | undefined;
}

/** The key of the create of a backend: backends with the same key cannot be told apart after a failure. */
export function createKeyOf({ name, zone, deploymentType }: Named): string {
  return JSON.stringify([name, zone, deploymentType]);
}

/** The creates of this run. Their key is what one resource at a time may create or adopt: a name, zone and type, or a uid. */
export class CreateRecords {
  private readonly holders = new Map<string, string>();
  private readonly lost = new Map<string, Seen>();

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

  /** Whether a create is in progress that may have created this backend. */
  mayBeCreating(deployment: Named): boolean {
    return this.holders.has(createKeyOf(deployment));
  }

  /** Records a create whose answer was lost, with what had been listed before it: this run must not start it anew. */
  recordLost(key: string, before: Seen): void {
    this.lost.set(key, before);
  }

  /** What had been listed before a create whose outcome is still unknown; undefined when there is none. */
  seenBeforeLost(key: string): Seen | undefined {
    return this.lost.get(key);
  }

  /** Records that the outcome of a lost create is known now. */
  forgetLost(key: string): void {
    this.lost.delete(key);
  }
}
