import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer";
import type { Bodies } from "./bodies";
import type { Cloud } from "../cloud/cloud";
import { CallerError } from "../cloud/deployment";
import { bearer, HttpProblem, readJson } from "./request";

/** Where the control plane takes what the service keeps to itself: a backup on demand. */
export const backupsPath = "/local/backups";

/** Takes a backup of a backend of the caller's account: `{ uid, full }`. */
export async function takeBackup(cloud: Cloud, request: IncomingMessage, bodies: Bodies): Promise<Answer> {
  if (request.method !== "POST") throw new HttpProblem(405, `${backupsPath} takes POST`);
  const account = cloud.accountOf(bearer(request));
  if (account === undefined) throw new HttpProblem(401, "log in first");
  const { uid, full } = await readJson(request, bodies);
  if (typeof uid !== "string") throw new HttpProblem(400, 'the body must have a string "uid"');
  try {
    if (!cloud.deploymentsOf(account).some((deployment) => deployment.uid === uid))
      throw new CallerError(`no deployment ${uid} in this account`);
    return { status: 200, body: await cloud.get(uid).takeBackup(full === true ? { full } : {}) };
  } catch (error) {
    if (error instanceof CallerError) throw new HttpProblem(400, error.message);
    throw error;
  }
}
