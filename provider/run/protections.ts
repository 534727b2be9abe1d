import type { RunFacts } from "./facts";

/** What the states of a Backend say about the deletion of its backends, by the URN of the resource. A replace gives it a second one. */
export class ProtectionRecords {
  private readonly newest = new Map<string, { readonly incarnation: string; readonly isProtected: boolean }>();
  private readonly protectedBackends = new Map<string, string>();

  constructor(private readonly facts: RunFacts) {}

  /** Records whether one of the resource's backends is protected. Only the newest backend counts. */
  record(urn: string, incarnation: string, isProtected: boolean): void {
    const newest = this.newest.get(urn);
    if (newest === undefined || newest.incarnation <= incarnation) this.newest.set(urn, { incarnation, isProtected });
  }

  /** Whether a newer backend of the resource is unprotected: then the one that it replaced may be deleted too. */
  hasUnprotectedSuccessor(urn: string | undefined, incarnation: string): boolean {
    const newest = this.newest.get(urn ?? "");
    return newest !== undefined && newest.incarnation > incarnation && !newest.isProtected;
  }

  /** Records the backend in the state of the resource as protected. */
  recordProtected(urn: string, uid: string): void {
    this.protectedBackends.set(urn, uid);
    this.facts.record(uid, "protected");
  }

  /** Records that the backend of the resource is gone, so nothing is left to protect. */
  forgetProtected(urn: string): void {
    this.protectedBackends.delete(urn);
  }

  /** The uid of the protected backend in the state of the resource. */
  protectedBackendOf(urn: string): string | undefined {
    return this.protectedBackends.get(urn);
  }
}
