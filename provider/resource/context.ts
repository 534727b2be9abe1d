import type { Clock } from "../time";
import type { Account } from "../run/account";
import type { ProgressLine } from "../run/operation";

/** What a host gives a resource for one operation. */
export interface Context extends ProgressLine {
  /** The resource that the operation is about; undefined where the host was told none. */
  readonly urn: string | undefined;
  readonly account: Account;
  readonly clock: Clock;
  /** Aborted when the engine is gone. */
  readonly signal: AbortSignal;
  /** Shows a line that stays. */
  readonly info: (text: string) => void;
  /** Shows a warning that stays. */
  readonly warn: (text: string) => void;
  /** Shows the message of a failure that cannot be thrown. */
  readonly reportFailure: (failure: Error) => void;
}
