import type { Clock } from "../time";
import { DeadlineError } from "../errors/errors";
import type { Deployment } from "./deployment";
import type { Call } from "./retry";
import { join, type Shared } from "./sharedWork";

/** How old a `recent` list may be: everything that asks within this time shares one list. */
const momentMs = 5_000;
/** How old a `known` list may be: long enough for the host and the token of a backend. */
const knownMs = 60_000;
/** How far apart two lists must be to prove an absence. */
const secondLookMs = 3_000;

/** Which backends: the one with a uid, or those with a name. */
export type Wanted = { readonly uid: string } | { readonly name: string };

/** A list of all backends. */
interface Snapshot {
  /** Counts the lists that this process has begun. */
  readonly number: number;
  readonly startedAt: number;
  readonly deployments: ReadonlyMap<string, Deployment>;
}

/** What a mutation of this process changed. A list from before it is patched. */
interface Patch {
  readonly at: number;
  readonly uid: string;
  /** The backend as it is now; undefined when it was deleted. */
  readonly deployment: Deployment | undefined;
}

/** The account's list of backends, shared by everything in this process that asks within the same moment. */
export class DeploymentList {
  private latest: Snapshot | undefined;
  /** A list from some seconds before the latest one, for the proof of an absence. */
  private earlier: Snapshot | undefined;
  private inFlight: (Shared<Snapshot> & { readonly startedAt: number }) | undefined;
  /** The list that begins when the one in flight has ended. */
  private next: Shared<Snapshot> | undefined;
  /** How many lists this process has begun. */
  private lists = 0;
  /** When each uid was first asked for, and how many lists had begun by then. An entry counts as long as a `recent` list. */
  private readonly asked = new Map<string, { readonly at: number; readonly lists: number }>();
  private readonly patches: Patch[] = [];

  constructor(
    private readonly fetch: (call: Call) => Promise<readonly Deployment[]>,
    private readonly clock: Clock,
  ) {}

  /** A list that is at most one minute old. Like every list, it shows the mutations of this process. */
  async known(call: Call): Promise<readonly Deployment[]> {
    return values(await this.since(this.clock.now() - knownMs, call));
  }

  /** A list that is at most five seconds old. */
  async recent(call: Call): Promise<readonly Deployment[]> {
    return values(await this.since(this.clock.now() - momentMs, call));
  }

  /** A list that is requested only after this call. */
  async anew(call: Call): Promise<readonly Deployment[]> {
    return values(await this.begin(call));
  }

  /**
   * Finds backends by uid or name, in a `recent` or a `known` list. If it holds none, or several of the name, the answer comes from a list
   * that began after the question: another process may just have created or deleted one.
   */
  async find(wanted: Wanted, call: Call, from: "recent" | "known" = "recent"): Promise<readonly Deployment[]> {
    const lists = this.listsWhenAsked(wanted);
    const maxAgeMs = from === "recent" ? momentMs : knownMs;
    const snapshot = await this.since(this.clock.now() - maxAgeMs, call);
    const found = matching(snapshot, wanted);
    if (found.length === 1 || snapshot.number > lists) return found;
    return matching(await this.begin(call), wanted);
  }

  /**
   * Whether two complete lists, some seconds apart, both lack the uid. All who ask share the two lists. A list from before `notBefore`
   * (milliseconds since the Unix epoch) does not count.
   */
  async lacks(uid: string, call: Call, notBefore = 0): Promise<boolean> {
    const first = await this.since(Math.max(notBefore, this.clock.now() - momentMs), call);
    if (first.deployments.has(uid)) return false;
    const before = this.earlier;
    const isSecond = before !== undefined && before.startedAt >= notBefore;
    if (isSecond && !before.deployments.has(uid) && first.startedAt - before.startedAt >= secondLookMs) return true;
    const due = first.startedAt + secondLookMs;
    if (due > this.clock.now() && due >= call.deadline) throw noSecondLook(uid, call);
    if (due > this.clock.now()) await this.clock.sleep(due - this.clock.now(), call.signal);
    return !(await this.since(due, call)).deployments.has(uid);
  }

  /** Records a backend that this process has created or changed. */
  note(deployment: Deployment): void {
    this.patch({ at: this.clock.now(), uid: deployment.uid, deployment });
  }

  /** Records a backend that this process has deleted. */
  forget(uid: string): void {
    this.patch({ at: this.clock.now(), uid, deployment: undefined });
  }

  /**
   * How many lists had begun when this was asked first. A uid exists before anyone can ask for it, so all who ask for the same uid within
   * a moment share the answer to the first of them. A name can be given to a backend at any time, so each question counts anew.
   */
  private listsWhenAsked(wanted: Wanted): number {
    if (!("uid" in wanted)) return this.lists;
    const now = this.clock.now();
    const earlier = this.asked.get(wanted.uid);
    if (earlier !== undefined && now - earlier.at <= momentMs) return earlier.lists;
    this.asked.set(wanted.uid, { at: now, lists: this.lists });
    return this.lists;
  }

  private patch(patch: Patch): void {
    this.patches.push(patch);
    // A list from before the mutation cannot prove an absence after it.
    this.earlier = undefined;
    if (this.latest !== undefined)
      this.latest = { ...this.latest, deployments: patched(this.latest.deployments, [patch]) };
  }

  private since(time: number, call: Call): Promise<Snapshot> {
    if (this.latest !== undefined && this.latest.startedAt >= time) return Promise.resolve(this.latest);
    if (this.inFlight !== undefined && this.inFlight.startedAt >= time) {
      return this.joined(this.inFlight, call, () => this.since(time, call));
    }
    return this.begin(call);
  }

  /** Starts a list now, or when the one in flight has ended: then one list for all who wait. */
  private begin(call: Call): Promise<Snapshot> {
    if (this.inFlight === undefined) return this.start(call);
    if (this.next === undefined) {
      const result = this.inFlight.result
        .catch(() => undefined)
        .then(() => {
          this.next = undefined;
          return this.inFlight?.result ?? this.start(call);
        });
      this.next = { result, deadline: call.deadline };
    }
    return this.joined(this.next, call, () => this.begin(call));
  }

  private joined(list: Shared<Snapshot>, call: Call, again: () => Promise<Snapshot>): Promise<Snapshot> {
    return join(list, { what: "the list of backends", call, clock: this.clock, again });
  }

  private start(call: Call): Promise<Snapshot> {
    const startedAt = this.clock.now();
    this.lists++;
    const result = this.load(this.lists, startedAt, call).finally(() => {
      this.inFlight = undefined;
    });
    this.inFlight = { startedAt, result, deadline: call.deadline };
    return result;
  }

  private async load(number: number, startedAt: number, call: Call): Promise<Snapshot> {
    const list = await this.fetch(call);
    // A mutation that ended while the list was in flight may be missing in it.
    const meanwhile = this.patches.filter((patch) => patch.at >= startedAt);
    const deployments = patched(new Map(list.map((deployment) => [deployment.uid, deployment])), meanwhile);
    if (this.earlier === undefined || this.latest === undefined || startedAt - this.latest.startedAt >= secondLookMs) {
      this.earlier = this.latest;
    }
    this.latest = { number, startedAt, deployments };
    return this.latest;
  }
}

function noSecondLook(uid: string, { limit = "the time limit" }: Call): Error {
  return new DeadlineError({
    code: "DGC209",
    why: `${uid} is not in the list of backends, and ${limit} left no time to read the list once more some seconds later.`,
    next: "Run the command again, or raise the limit.",
  });
}

function patched(deployments: ReadonlyMap<string, Deployment>, patches: readonly Patch[]): Map<string, Deployment> {
  const result = new Map(deployments);
  for (const { uid, deployment } of patches) {
    if (deployment === undefined) result.delete(uid);
    else result.set(uid, deployment);
  }
  return result;
}

function matching(snapshot: Snapshot, wanted: Wanted): readonly Deployment[] {
  return values(snapshot).filter(({ uid, name }) => ("uid" in wanted ? uid === wanted.uid : name === wanted.name));
}

function values(snapshot: Snapshot): readonly Deployment[] {
  return [...snapshot.deployments.values()];
}
