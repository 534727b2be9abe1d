import { LookUps } from ".";
import type { Finding } from "../findings/finding";
import type { Stakes } from "../summary";

/** Asks the service how much is lost, with the credentials of the environment. */
export async function stakesOf(destroyed: readonly Finding[], environment: NodeJS.ProcessEnv): Promise<Stakes> {
  const lookUps = new LookUps(environment);
  const losses = destroyed.flatMap(({ data, plan }) => (data === undefined ? [] : [{ ...data, urn: plan.urn }]));
  const uids = losses.filter(({ changes }) => changes === undefined).map(({ uid }) => uid);
  const backends = await lookUps.whatIsAtStake(uids);
  const changes = new Map<string, readonly (number | undefined)[]>();
  for (const { urn, uid, changes: ofSchema } of losses) {
    if (ofSchema !== undefined) changes.set(urn, await lookUps.countChanges(uid, ofSchema));
  }
  return { backends, changes };
}
