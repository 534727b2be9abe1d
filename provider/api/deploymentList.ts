import type { Clock } from "../time";
import { DeadlineError } from "../errors/errors";
import type { Deployment } from "./deployment";
import { DeploymentIndex, type Listed } from "./deploymentIndex";
import type { Call } from "./retry";
import { join, type Shared } from "./sharedWork";

/** How old a `recent` list may be: everything that asks within this time shares one list. */
const momentMs = 5_000;
/** How old a `known` list may be: long enough for the host and the token of a backend. No list is used for longer. */
const knownMs = 60_000;
/** How old a list may be at most when a create looks for backends of its name. See `beforeCreate`. */
const beforeCreateMs = 30_000;
/** How far apart two lists must be to prove an absence. */
const secondLookMs = 3_000;

/** Which backends: the one with a uid, or those with a name. */
export type Wanted = { readonly uid: string } | { readonly name: string };

/** A list of all backends. */
interface Snapshot {
  /** Counts the lists that this process has begun. */
  readonly number: number;
  readonly startedAt: number;
  readonly deployments: DeploymentIndex;
}

/** A mutation of this process, which changes a list from before it. */
type Patch = (deployments: DeploymentIndex) => void;

/** What had been listed at some time. See `seenSoFar`. */
export type Seen = number;

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
  /** The mutations that ended since the list in flight was requested: it may lack them. */
  private meanwhile: Patch[] = [];
  /** Every uid that was listed or created so far, with its place in the order of appearance. */
  private readonly seen = new Map<string, number>();
  /** When the last list was requested that had a backend of others for the first time; else, when the first list was. */
  private quietSince = 0;

  constructor(
    private readonly fetch: (call: Call) => Promise<readonly Deployment[]>,
    private readonly clock: Clock,
    /** Whether a create of this process is in progress that may have created the backend. */
    private readonly mayBeCreating: (deployment: Deployment) => boolean = () => false,
  ) {}

  /** A list that is at most one minute old. Like every list, it shows the mutations of this process. */
  async known(call: Call): Promise<Listed> {
    return (await this.since(this.clock.now() - knownMs, call)).deployments;
  }

  /** A list that is at most five seconds old. */
  async recent(call: Call): Promise<Listed> {
    return (await this.since(this.clock.now() - momentMs, call)).deployments;
  }

  /**
   * A list for a create, which must not double a backend. It may be as old as a third of the time in which others have created nothing. The
   * limit is five seconds at least, and thirty at most. The list always contains what this process has changed since.
   *
   * What a list can miss: a backend of the same name that somebody else created after it. No list can rule that out, however young, since
   * the service cannot create a backend on condition that there is none. The likeliest one is what a killed run was creating when this run
   * began. It appears soon, or within the minute that a mutation may take: the longer nothing has appeared, the less is still to come.
   */
  async beforeCreate(call: Call): Promise<Listed> {
    return (await this.since(this.clock.now() - this.trustedMs(), call)).deployments;
  }

  /** A list that is requested only after this call. */
  async anew(call: Call): Promise<Listed> {
    return (await this.begin(call)).deployments;
  }

  /**
   * Marks this moment, for `wasSeen`: one number for each create instead of a copy of the list. A backend that a list has had once counts as
   * seen even if a later list, of a service that is behind, lacks it.
   */
  seenSoFar(): Seen {
    return this.seen.size;
  }

  /** Whether a backend was listed, or created by this process, before the moment that `seenSoFar` marked. */
  wasSeen(uid: string, at: Seen): boolean {
    const place = this.seen.get(uid);
    return place !== undefined && place < at;
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
    if (first.deployments.get(uid) !== undefined) return false;
    const before = this.earlier;
    const isSecond = before !== undefined && before.startedAt >= notBefore;
    const lackedBefore = isSecond && before.deployments.get(uid) === undefined;
    if (lackedBefore && first.startedAt - before.startedAt >= secondLookMs) return true;
    const due = first.startedAt + secondLookMs;
    if (due > this.clock.now() && due >= call.deadline) throw noSecondLook(uid, call);
    if (due > this.clock.now()) await this.clock.sleep(due - this.clock.now(), call.signal);
    return (await this.since(due, call)).deployments.get(uid) === undefined;
  }

  /** Records a backend that this process has created or changed. */
  note(deployment: Deployment): void {
    this.see(deployment.uid);
    this.patch((deployments) => {
      deployments.put(deployment);
    });
  }

  /** Records a backend that this process has deleted. */
  forget(uid: string): void {
    this.patch((deployments) => {
      deployments.remove(uid);
    });
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
    if (this.inFlight !== undefined) this.meanwhile.push(patch);
    // A list from before the mutation cannot prove an absence after it.
    this.earlier = undefined;
    if (this.latest !== undefined) patch(this.latest.deployments);
  }

  private see(uid: string): void {
    if (!this.seen.has(uid)) this.seen.set(uid, this.seen.size);
  }

  private trustedMs(): number {
    const quietMs = this.latest === undefined ? 0 : this.latest.startedAt - this.quietSince;
    return Math.min(Math.max(momentMs, quietMs / 3), beforeCreateMs);
  }

  /** Removes the questions that `listsWhenAsked` does not answer from any more. */
  private forgetQuestions(): void {
    for (const [uid, { at }] of this.asked) if (this.clock.now() - at > momentMs) this.asked.delete(uid);
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
    this.meanwhile = [];
    const result = this.load(this.lists, startedAt, call).finally(() => {
      this.inFlight = undefined;
    });
    this.inFlight = { startedAt, result, deadline: call.deadline };
    return result;
  }

  private async load(number: number, startedAt: number, call: Call): Promise<Snapshot> {
    const list = await this.fetch(call);
    const deployments = new DeploymentIndex(list);
    for (const patch of this.meanwhile) patch(deployments);
    const isNewOfOthers = (deployment: Deployment): boolean =>
      !this.seen.has(deployment.uid) && !this.mayBeCreating(deployment);
    if (this.latest === undefined || list.some(isNewOfOthers)) this.quietSince = startedAt;
    for (const { uid } of list) this.see(uid);
    this.forgetQuestions();
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

function matching({ deployments }: Snapshot, wanted: Wanted): readonly Deployment[] {
  if ("name" in wanted) return deployments.named(wanted.name).filter(({ name }) => name === wanted.name);
  const found = deployments.get(wanted.uid);
  return found === undefined ? [] : [found];
}
