import { isRecord } from "../api/readAnswer";
import { GraphqlError, mayHaveActed, UnauthorizedError } from "../errors/requestErrors";

/** Complaints that the backend's engine makes only after it has accepted the work, or may have accepted it. */
const afterAcceptance =
  /in progress|deadline|time(d|out| out)|cancell?ed|unavailable|connection|\beof\b|broken pipe|closing|reset/i;

/** Whether a restore or a drop that failed like this may have been carried out all the same. */
export function mayHaveRun(error: unknown): boolean {
  if (mayHaveActed(error)) return true;
  // HTTP 401 or 403 refuses the request itself. A text about authorization may be about a later step: the source's backups, say.
  if (error instanceof UnauthorizedError) return !error.byStatus;
  if (!(error instanceof GraphqlError)) return false;
  return error.messages.some((message) => afterAcceptance.test(message)) || hasResponse(error.data);
}

/** Whether the answer has a response beside its errors: then something was carried out. */
function hasResponse(data: unknown): boolean {
  return isRecord(data) && Object.values(data).some((field) => isRecord(field) && field["response"] != null);
}
