import type { LocalCloud } from "dgraphcloud-local";

/** A dedicated backend "production" that no stack manages, with a schema, data, and a backup. Gives its uid. */
export async function addProduction(local: LocalCloud, schema: string, mutation?: string): Promise<string> {
  const [account] = local.accounts;
  if (account === undefined) throw new Error("the local cloud has no account");
  const { uid } = await local.cloud.createDeployment(account, {
    name: "production",
    zone: "us-east-1",
    deploymentType: "dedicated",
  });
  const backend = local.cloud.get(uid);
  await backend.engine.start();
  await backend.engine.setSchema(schema);
  if (mutation !== undefined) {
    const { errors } = await backend.engine.graphql({ query: mutation });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
  }
  await backend.takeBackup();
  return uid;
}
