import type { Stack } from "./engineStack";
import type { HostName } from "./testedHost";

/** A backend outside of the stack that has a backup. */
export async function makeSource({ local }: Stack): Promise<string> {
  const input = { name: "production", zone: "us-east-1", deploymentType: "dedicated" };
  const { uid } = await local.cloud.createDeployment(local.accounts[0]!, input);
  await local.cloud.get(uid).takeBackup();
  return uid;
}

/** Types, names and ids of all objects in the state, whatever host has them. */
export async function objects(stack: Stack): Promise<string[]> {
  const { resources } = await stack.state();
  return resources
    .filter(({ id, type }) => id !== undefined && !type.startsWith("pulumi:providers:"))
    .map(({ urn, type, id = "" }) => `${type.split(":").at(-1) ?? ""} ${urn.split("::").at(-1) ?? ""} ${id}`)
    .sort();
}

/** Which hosts have the objects in the state. */
export async function hostsOf(stack: Stack): Promise<HostName[]> {
  const { resources } = await stack.state();
  const types = resources.filter(({ id }) => id !== undefined).map(({ type }) => type);
  const isOf = { dynamic: "pulumi-nodejs:dynamic/dgraphcloud:", plugin: "dgraphcloud:index:" };
  return (["dynamic", "plugin"] as const).filter((host) => types.some((type) => type.startsWith(isOf[host])));
}
