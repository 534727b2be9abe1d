import { whatIsAtStake } from "./atStake";
import type { Finding } from "./finding";
import type { Stakes } from "./summary";

/** Asks the service what is lost. */
export async function stakesOf(destroyed: readonly Finding[], environment: NodeJS.ProcessEnv): Promise<Stakes> {
  const losses = destroyed.flatMap(({ data, plan }) => (data === undefined ? [] : [{ ...data, urn: plan.urn }]));
  const uids = [...new Set(losses.map(({ uid }) => uid))];
  return { backends: await whatIsAtStake(uids, environment), changes: new Map() };
}
