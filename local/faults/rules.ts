/** What happens to a request. `acted` says whether the request is carried out before the fault strikes. */
export type Fault =
  /** The connection is cut. */
  | { readonly kind: "reset"; readonly acted: boolean }
  /** No answer is ever sent. */
  | { readonly kind: "hang"; readonly acted: boolean }
  /** The answer is sent after `ms` milliseconds. */
  | { readonly kind: "slow"; readonly ms: number }
  /** This HTTP status, with this body and these headers. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly acted: boolean;
      readonly retryAfter?: string;
      readonly body?: string;
      readonly location?: string;
    }
  /** HTTP 200 with this text as the body, such as HTML, nothing, or broken JSON. */
  | { readonly kind: "body"; readonly body: string; readonly acted: boolean }
  /** HTTP 200 with the first half of the true answer. */
  | { readonly kind: "cut-off"; readonly acted: boolean }
  /** HTTP 200 with `errors`; with `withData`, the true data stands beside them. */
  | {
      readonly kind: "errors";
      readonly messages: readonly string[];
      readonly acted: boolean;
      readonly withData?: boolean;
    }
  /** HTTP 200 with this data instead of the true data. */
  | { readonly kind: "data"; readonly data: unknown; readonly acted: boolean }
  /** The answer to an invalid session or token. Default: the service's form, which is null, or 401 on the data plane. */
  | { readonly kind: "unauthorized"; readonly as?: "null" | "401" | "403" | "errors" }
  /** The request is held, before or after it is carried out, until `release` is called. */
  | { readonly kind: "pause"; readonly acted: boolean }
  /** The list of deployments has each entry twice. */
  | { readonly kind: "duplicates" }
  /**
   * The answer is older than the state. The list of deployments lacks the entries that were created less than `ms` milliseconds
   * ago. `getGQLSchema` answers the schema from before an update that was sent less than `ms` milliseconds ago.
   */
  | { readonly kind: "lag"; readonly ms: number }
  /**
   * `updateGQLSchema` saves the schema and then fails, as Dgraph does. Of the predicates, only those in `applied` get what the
   * schema asks for. `message` is the reason in the error.
   */
  | { readonly kind: "half-applied"; readonly message?: string; readonly applied?: readonly string[] };

/** Which requests a fault strikes. */
export interface FaultRule {
  /** Root field (`createDeployment`), or `ready` (OPTIONS /graphql), `graphql`, `query`, `validate`, `download`, … */
  readonly operation: string;
  /** Only requests for the backend with this uid, on its data plane or on the control plane. */
  readonly deployment?: string;
  /** Only requests for the backend with this name, on its data plane or on the control plane; its create too. */
  readonly name?: string;
  /** Which of the matching requests after the rule was added, counted from 1. Default: the first. */
  readonly calls?: readonly number[] | "every";
  readonly fault: Fault;
}

/** A rule that is in effect. */
export interface ActiveFault {
  /** How many requests it has struck. */
  readonly struck: number;
  /** Releases the requests that a `pause` holds, and all later ones. */
  release(): void;
  /** Removes the rule, and releases the requests that it holds. */
  remove(): void;
}

/** The part of a request that rules match. */
export interface FaultTarget {
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

/** Scripted faults. The first rule that matches a request strikes it. */
export class Faults {
  private entries: Entry[] = [];

  /** Adds a rule. `onStrike` is called for each request that it strikes, before the request acts: a chance to change the cloud. */
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

  /** The fault that strikes this request, if any. Called by the server. */
  strike({ operation, deployment, name }: FaultTarget): { fault: Fault; released: Promise<void> } | undefined {
    const matching = this.entries.filter(
      ({ rule }) =>
        rule.operation === operation &&
        (rule.deployment === undefined || rule.deployment === deployment) &&
        (rule.name === undefined || rule.name === name),
    );
    // Every rule counts the requests it matches, even those that an earlier rule strikes.
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
