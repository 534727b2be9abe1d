/** What can be done to a request. `acted` says whether the request is carried out before the fault strikes. */
export type Fault =
  /** The socket is destroyed before or after the request acted. */
  | { readonly kind: "reset"; readonly acted: boolean }
  /** No answer ever. */
  | { readonly kind: "hang"; readonly acted: boolean }
  /** The answer comes late. */
  | { readonly kind: "slow"; readonly ms: number }
  /** An HTTP status with a body of its own. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly acted: boolean;
      readonly retryAfter?: string;
      readonly body?: string;
      readonly location?: string;
    }
  /** HTTP 200 with this body: HTML, nothing, JSON that is cut off (give any text). */
  | { readonly kind: "body"; readonly body: string; readonly acted: boolean }
  /** HTTP 200 with the true answer, cut off in the middle. */
  | { readonly kind: "cut-off"; readonly acted: boolean }
  /** HTTP 200 with `errors`, and with the true data beside them when `withData`. */
  | {
      readonly kind: "errors";
      readonly messages: readonly string[];
      readonly acted: boolean;
      readonly withData?: boolean;
    }
  /** HTTP 200 with this data in place of the true one. */
  | { readonly kind: "data"; readonly data: unknown; readonly acted: boolean }
  /** A session or token that is not valid: as the service says it (null, 401 on the data plane), or as told. */
  | { readonly kind: "unauthorized"; readonly as?: "null" | "401" | "403" | "errors" }
  /** Held before or after it acted until `release` is called. */
  | { readonly kind: "pause"; readonly acted: boolean }
  /** The list of deployments holds each entry twice. */
  | { readonly kind: "duplicates" }
  /** The list of deployments lacks what was created less than so many milliseconds ago. */
  | { readonly kind: "lag"; readonly ms: number };

/** Which requests a fault strikes. */
export interface FaultRule {
  /** Root field (`createDeployment`), or `ready` (OPTIONS /graphql), `graphql` or `download`. */
  readonly operation: string;
  /** Only for the backend with this uid: what is asked of its data plane, and what is asked about it on the control plane. */
  readonly deployment?: string;
  /** Only for the backend with this name: the one that is to be created, updated or deleted, or whose data plane is asked. */
  readonly name?: string;
  /** Which of the matching requests after the rule was added, counted from 1. Default: the first. */
  readonly calls?: readonly number[] | "every";
  readonly fault: Fault;
}

/** A rule at work. */
export interface ActiveFault {
  /** How many requests it has struck. */
  readonly struck: number;
  /** Lets go what a `pause` holds, and what comes later. */
  release(): void;
  /** Ends the rule; what it holds is let go. */
  remove(): void;
}

/** What a request is about, as far as a rule can ask for it. */
export interface Aim {
  readonly operation: string;
  readonly deployment?: string | undefined;
  readonly name?: string | undefined;
}

interface Entry {
  readonly rule: FaultRule;
  readonly onStrike: () => void;
  seen: number;
  struck: number;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/** Scripted faults: which operation, which call, what happens. */
export class Faults {
  private entries: Entry[] = [];

  /** Sets a rule to work. `onStrike` is called at once for each request it strikes: time to change the cloud behind its back. */
  add(rule: FaultRule, onStrike: () => void = () => undefined): ActiveFault {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const entry: Entry = { rule, onStrike, seen: 0, struck: 0, released, release };
    this.entries.push(entry);
    return {
      get struck() {
        return entry.struck;
      },
      release,
      remove: () => {
        release();
        this.entries = this.entries.filter((other) => other !== entry);
      },
    };
  }

  clear(): void {
    for (const entry of this.entries) entry.release();
    this.entries = [];
  }

  /** The fault that strikes this request, if any. For the server. */
  strike({ operation, deployment, name }: Aim): { fault: Fault; released: Promise<void> } | undefined {
    const matching = this.entries.filter(
      ({ rule }) =>
        rule.operation === operation &&
        (rule.deployment === undefined || rule.deployment === deployment) &&
        (rule.name === undefined || rule.name === name),
    );
    // Each rule counts what it matches, also when an earlier rule strikes.
    for (const entry of matching) entry.seen += 1;
    for (const entry of matching) {
      const { rule } = entry;
      const calls = rule.calls ?? [1];
      if (calls !== "every" && !calls.includes(entry.seen)) continue;
      entry.struck += 1;
      entry.onStrike();
      return { fault: rule.fault, released: entry.released };
    }
    return undefined;
  }
}
