import type { Clock } from "../time";
import { DeadlineError } from "../errors/errors";
import type { Deployment } from "./deployment";
import type { Call } from "./retry";
import { join, type Shared } from "./shared";

/** Reads that ask within this time of each other share one list. */
const momentMs = 5_000;
/** Whoever looks for the address of a backend shares one list. */
const knownMs = 60_000;
/** How far apart the two lists must lie that prove an absence. */
const secondLookMs = 3_000;

/** Which backends: those of a uid or of a name. */
export type Wanted = { readonly uid: string } | { readonly name: string };

interface Snapshot {
  /** Its place in the order in which this process began its lists. */
  readonly number: number;
  readonly startedAt: number;
  readonly deployments: ReadonlyMap<string, Deployment>;
}

interface Patch {
  readonly at: number;
  readonly uid: string;
  /** Undefined: deleted. */
  readonly deployment: Deployment | undefined;
}

/** The account's list of backends, shared by everything in this process that asks within the same moment. */
export class DeploymentList {
  private latest: Snapshot | undefined;
  private earlier: Snapshot | undefined;
  private inFlight: (Shared<Snapshot> & { readonly startedAt: number }) | undefined;
  private next: Shared<Snapshot> | undefined;
  /** Lists begun so far. */
  private lists = 0;
  /** When each uid was first asked for within the moment, and how many lists had begun by then. */
  private readonly asked = new Map<string, { readonly at: number; readonly lists: number }>();
  private readonly patches: Patch[] = [];

  constructor(
    private readonly fetch: (call: Call) => Promise<readonly Deployment[]>,
    private readonly clock: Clock,
  ) {}

  /** The list as this process knows it: not older than a minute, and kept up by the process's own mutations. */
  async known(call: Call): Promise<readonly Deployment[]> {
    return values(await this.since(this.clock.now() - knownMs, call));
  }

  /** A list of this very moment. */
  async recent(call: Call): Promise<readonly Deployment[]> {
    return values(await this.since(this.clock.now() - momentMs, call));
  }

  /** A list that is asked for only after this call began. */
  async anew(call: Call): Promise<readonly Deployment[]> {
    return values(await this.begin(call));
  }

  /**
   * The backends that are wanted. One that is in a `recent` or `known` list (as above) is taken from it. None, or several of
   * a name, are answered only from a list that began after they were asked for: another process may just have created or
   * deleted one.
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
   * Whether two complete lists, some seconds apart, both lack the uid. Everybody who asks shares both looks; a list from
   * before `notBefore` (milliseconds since the Unix epoch) does not count.
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

  /** Records what a mutation of this process made of a backend. */
  note(deployment: Deployment): void {
    this.patch({ at: this.clock.now(), uid: deployment.uid, deployment });
  }

  /** Records that this process deleted a backend. */
  forget(uid: string): void {
    this.patch({ at: this.clock.now(), uid, deployment: undefined });
  }

  /**
   * How many lists had begun when somebody asked for this. A uid exists before anybody can ask for it, so all who ask for
   * the same one within a moment share what the first of them found. A name may be given at any time.
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
    // A list from before the mutation proves nothing of what came after it.
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

  /** Starts a list now, or once the one under way is through: then one for all who wait. */
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
    // A mutation that ended while the list was under way may or may not show in it.
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
    why: `${uid} is not in the list of backends, and a second look some seconds later was not possible within ${limit}.`,
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
