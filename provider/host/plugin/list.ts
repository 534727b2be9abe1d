import { listBackends } from "../../functions";
import type { StackSettings } from "../../api/settings";

/** An object that is there, whether a stack manages it or not. */
export interface Listed {
  readonly id: string;
  readonly name: string;
}

/** The objects of a type, by its token. Only backends can be listed: a schema belongs to its backend, and the service keeps no record of actions. */
export async function listObjects(token: string, stack: StackSettings): Promise<readonly Listed[]> {
  if (token !== "dgraphcloud:index:Backend")
    throw new Error(`${token} cannot be listed; dgraphcloud:index:Backend can`);
  return (await listBackends(stack)).map(({ uid, name }) => ({ id: uid, name }));
}
