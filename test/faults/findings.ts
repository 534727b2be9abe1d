import { recordedStatusOf } from "./recordedStatus";
import type { World } from "./world";

/** Names the outputs of a ready resource that differ from the cloud. */
export async function wrongOutputs(world: World, resource: string, wasPending: boolean): Promise<string[]> {
  const id = world.stack.id(resource);
  const outputs = world.stack.outputs(resource);
  if (id === undefined || outputs === undefined || recordedStatusOf(world.stack.outputs(resource)) !== "ready")
    return [];
  const live = world.local.cloud.backend(id)?.deployment;
  const [target, restoreId] = id.split("/");
  const schema = await world.local.cloud.backend(id)?.engine.schema();
  const truth: Record<string, Record<string, unknown>> = {
    orders: { name: live?.name, url: live?.url, jwtToken: live?.jwtToken, lambdaScript: decoded(live?.lambdaScript) },
    copy: { target, restoreId: Number(restoreId) },
    // A resumed wait may not be able to tell which restore the OK belongs to.
    wait: { target, status: "OK", ...(wasPending ? {} : { confirmed: true }) },
    wipe: { backend: target },
    api: { backend: target, schema },
  };
  return Object.entries(truth[resource] ?? {}).flatMap(([name, value]) => (outputs[name] === value ? [] : [name]));
}

function decoded(script = ""): string {
  return Buffer.from(script, "base64").toString("utf8");
}

/** Backends that are neither in the state, nor created outside of the stack, nor named in a message. */
export function orphans(world: World, said: string): string[] {
  const known = ["first", "orders"].map((name) => world.stack.id(name));
  return world.local.cloud
    .all()
    .map(({ uid }) => uid)
    .filter((uid) => !known.includes(uid) && !world.unmanaged.includes(uid) && !said.includes(uid));
}

/** Addresses of the wrong plane that received a token: the session token belongs to the control plane, a backend's token never does. */
export function misdirectedTokens({ local, network: { destinations } }: World): string[] {
  const control = `127.0.0.1:${local.port}`;
  return [
    ...[...destinations.authorization].filter((address) => address !== control),
    ...[...destinations["x-auth-token"]].filter((address) => address === control),
  ];
}

export function duplicates({ local, unmanaged }: World): string[] {
  const names = local.cloud
    .all()
    .filter(({ uid }) => !unmanaged.includes(uid))
    .map(({ name }) => name);
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** Secrets outside of the two outputs that are declared secret. */
export function leakedSecrets(world: World, said: string, secrets: ReadonlySet<string>): string[] {
  const outputs = world.stack.names().map((name) => world.stack.outputs(name) ?? {});
  const urls = outputs.flatMap((values) => (values["exportUrls"] as string[] | undefined) ?? []);
  const plain = outputs.map((values) => ({ ...values, jwtToken: undefined, exportUrls: undefined }));
  const everything = `${JSON.stringify(plain)}\n${world.shown}\n${world.logged}\n${said}`;
  return [...secrets, ...urls].filter((secret) => secret !== "" && everything.includes(secret));
}
