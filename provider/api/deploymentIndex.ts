import type { Deployment } from "./deployment";

/**
 * The backends of a list, found by uid and by name without a walk through all of them. It is the list itself, not a copy: later mutations
 * of this process show in it, so look at it at once and do not keep it.
 */
export interface Listed extends Iterable<Deployment> {
  get(uid: string): Deployment | undefined;
  /** The backends of this name, whatever blanks are around it and whatever its case: a service may trim names or change their case. */
  named(name: string): Deployment[];
}

/** A list that the mutations of this process change in place: a copy for each of 1,000 creates would cost more than the creates. */
export class DeploymentIndex implements Listed {
  private readonly byUid = new Map<string, Deployment>();
  private readonly uidsByName = new Map<string, Set<string>>();

  constructor(deployments: Iterable<Deployment>) {
    for (const deployment of deployments) this.put(deployment);
  }

  get(uid: string): Deployment | undefined {
    return this.byUid.get(uid);
  }

  named(name: string): Deployment[] {
    const uids = [...(this.uidsByName.get(plain(name)) ?? [])];
    return uids.flatMap((uid) => this.byUid.get(uid) ?? []);
  }

  put(deployment: Deployment): void {
    const { uid, name } = deployment;
    this.removeName(uid);
    this.byUid.set(uid, deployment);
    const uids = this.uidsByName.get(plain(name));
    if (uids === undefined) this.uidsByName.set(plain(name), new Set([uid]));
    else uids.add(uid);
  }

  remove(uid: string): void {
    this.removeName(uid);
    this.byUid.delete(uid);
  }

  [Symbol.iterator](): Iterator<Deployment> {
    return this.byUid.values();
  }

  private removeName(uid: string): void {
    const before = this.byUid.get(uid);
    if (before === undefined) return;
    const uids = this.uidsByName.get(plain(before.name));
    uids?.delete(uid);
    if (uids?.size === 0) this.uidsByName.delete(plain(before.name));
  }
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
