import { RefusedError } from "../../errors/errors";
import {
  GraphqlError,
  LostAnswerError,
  type RequestSite,
  ThrottledError,
  UnauthorizedError,
} from "../../errors/requestErrors";
import { isRecord } from "../readAnswer";
import type { RetryPolicy } from "../retry";

// Dgraph answers nearly every failure with HTTP 200 and a text. What the text means decides whether a request may be sent again.

/** It refuses an access token, before it does anything. */
const tokenRefused = /no accessJwt available|token is expired|unable to parse jwt|accessJwt.*invalid/i;
/** So it does for an address that no whitelist has, and for an admin token. */
const requestRefused = /unauthorized ip address|X-Dgraph-AuthToken|No Auth Token found|Provided auth token/i;
/** It starts or restores: it has done nothing, and takes the request later. */
const notReady = /server is in draining mode|server is not ready to accept requests/i;
/** A group has lost its leader. Other groups may have taken the request. */
const noLeader = /No connection exists/i;
/** It has saved a text: whoever sent it looks what is live. */
const halfApplied = /succeeded in saving GraphQL schema/i;

/** What a failed request to Alpha means. */
export function meaningOf(
  error: unknown,
  site: RequestSite,
  { policy, nothingDone }: { readonly policy?: RetryPolicy; readonly nothingDone?: RegExp },
): unknown {
  if (error instanceof UnauthorizedError && error.byStatus) return error;
  if (!(error instanceof GraphqlError || error instanceof UnauthorizedError)) return error;
  const said = error instanceof GraphqlError ? error.messages.join("; ") : error.why;
  if (halfApplied.test(said)) return error;
  if (notReady.test(said) || (nothingDone === undefined && noLeader.test(said))) {
    const next = "Run the command again once Alpha takes requests: a restore may be running.";
    return new ThrottledError(site, undefined, { code: "DGC205", why: said, next });
  }
  if (tokenRefused.test(said) || requestRefused.test(said))
    return new UnauthorizedError(site, said, { byStatus: true });
  if (!(error instanceof GraphqlError) || policy !== "once") return error;
  if (nothingDone !== undefined && !nothingDone.test(said))
    return new LostAnswerError(site, { why: said, cause: error });
  return meaningOfMutation(error, said, site);
}

/** Data beside the errors shows that something was done; only "Failure" says that nothing was. */
function meaningOfMutation(error: GraphqlError, said: string, site: RequestSite): Error {
  const fields = [error.data, ...Object.values(error.data ?? {})].filter(isRecord);
  if (fields.some(({ code }) => code === "Failure"))
    return new RefusedError({ code: error.code, why: error.why, next: error.next, cause: error });
  return error.hasData ? new LostAnswerError(site, { why: said, cause: error }) : error;
}

/** Whether Dgraph has refused the access token, so that a new log-in may help. */
export function isTokenRefusal(error: unknown): boolean {
  return error instanceof UnauthorizedError && tokenRefused.test(error.why);
}
