import { isRecord } from "./api/answer";
import { GraphqlError, mayHaveActed } from "./errors";

/** Complaints that the engine makes only after it has taken the work up, or may have. */
const afterwards = /in progress|deadline|timed? ?out|cancell?ed|unavailable|connection/i;

/** Whether a restore or a drop that failed like this may have been carried out all the same. */
export function isUnclear(error: unknown): boolean {
  if (mayHaveActed(error)) return true;
  if (!(error instanceof GraphqlError)) return false;
  return error.messages.some((message) => afterwards.test(message)) || hasResponse(error.data);
}

/** Whether a change of a backend that failed like this may have been made all the same: data beside the errors says so. */
export function mayHaveChanged(error: unknown): boolean {
  if (mayHaveActed(error)) return true;
  if (!(error instanceof GraphqlError) || !isRecord(error.data)) return false;
  return Object.values(error.data).some((field) => field !== null);
}

/** Something that was done answers beside the errors. */
function hasResponse(data: unknown): boolean {
  return isRecord(data) && Object.values(data).some((field) => isRecord(field) && field["response"] != null);
}
