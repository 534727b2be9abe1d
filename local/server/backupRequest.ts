import type { IncomingMessage } from "node:http";
import { CallerError } from "../cloud/callerError";
import type { Cloud } from "../cloud/cloud";
import type { Answer } from "../http/answer";
import type { Bodies } from "../http/bodies";
import { HttpError } from "../http/httpError";
import { bearer, readJson } from "../http/request";

/** The path for a backup on demand. The service has no such operation. */
export const backupsPath = "/local/backups";

/** Takes a backup of a backend of the caller's account. The body is `{ uid, full }`. */
export async function takeBackup(cloud: Cloud, request: IncomingMessage, bodies: Bodies): Promise<Answer> {
  if (request.method !== "POST") throw new HttpError(405, `${backupsPath} takes POST`);
  const account = cloud.accountOf(bearer(request));
  if (account === undefined) throw new HttpError(401, "log in first");
  const { uid, full } = await readJson(request, bodies);
  if (typeof uid !== "string") throw new HttpError(400, 'the body must have a string "uid"');
  try {
    if (!cloud.deploymentsOf(account).some((deployment) => deployment.uid === uid))
      throw new CallerError(`no deployment ${uid} in this account`);
    return { status: 200, body: await cloud.get(uid).takeBackup(full === true ? { full } : {}) };
  } catch (error) {
    if (error instanceof CallerError) throw new HttpError(400, error.message);
    throw error;
  }
}
