import * as pulumi from "./pulumi";
import { pointerTo } from "../provider/errors/codes";

/** Whether the program runs in a unit test, under `pulumi.runtime.setMocks`: there is no engine then, and no network. */
export function underMocks(): boolean {
  const monitor: object | undefined = pulumi.getMonitor();
  return monitor !== undefined && "mocks" in monitor;
}

/** What the mocks of a unit test answer to the call of a function, as they would for a function of any other provider. */
export function callMocks<T>(
  name: string,
  inputs: pulumi.Inputs,
  provider: pulumi.ProviderResource | undefined,
): Promise<T> {
  return pulumi.invoke(tokenOf(name), inputs, provider === undefined ? {} : { provider }) as Promise<T>;
}

/** The same for a function that gives a list, which mocks answer under a name. */
export async function listFromMocks<T>(
  name: string,
  inputs: pulumi.Inputs,
  provider: pulumi.ProviderResource | undefined,
  key: string,
): Promise<T[]> {
  const answer = await callMocks<{ readonly [key: string]: T[] | undefined }>(name, inputs, provider);
  const list = answer[key];
  if (Array.isArray(list)) return list;
  throw new Error(
    `${name}: the mocks of this test answer ${tokenOf(name)} without a list called "${key}".\n` +
      `Let \`call\` of the mocks return { ${key}: [] } for this token.\nSee ${pointerTo("DGC504")}`,
  );
}

/** The name of a function for mocks, as `args.token` tells it. */
function tokenOf(name: string): string {
  return `dgraphcloud:index:${name}`;
}
