import type { Backend, LocalCloud } from "dgraphcloud-local";

const product = ["id: ID!", "name: String!", "price: Float"];

/** The program of a shop before and after a pull request that loses data in three ways, and changes two harmless things. */
export const before = program({
  zone: "us-east-1",
  fields: [...product, "supplier: String"],
  release: 12,
  catalogName: "catalog",
  more: "",
});
export const after = program({
  zone: "eu-west-1",
  fields: [...product, "stock: Int"],
  release: 13,
  catalogName: "products",
  more: 'new dgraphcloud.Backend("reviews", { zone: "us-east-1", deploymentType: "shared" });',
});

interface Version {
  readonly zone: string;
  /** The fields of a product. */
  readonly fields: readonly string[];
  readonly release: number;
  readonly catalogName: string;
  readonly more: string;
}

/** The backends depend on each other, so that each has the same uid in every picture. */
function program({ zone, fields, release, catalogName, more }: Version): string {
  return `
    const dedicated = { deploymentType: "dedicated", deploymentMode: "flexible" };
    const orders = new dgraphcloud.Backend("orders", { ...dedicated, name: "orders", zone: "${zone}" });
    const catalog = new dgraphcloud.Backend(
      "catalog",
      { ...dedicated, name: "${catalogName}", zone: "us-east-1" },
      { dependsOn: orders },
    );
    new dgraphcloud.GraphqlSchema("catalog-schema", {
      backend: catalog,
      schema: "type Product { ${fields.join(" ")} }",
      allow: ["Product.supplier"],
    });
    new dgraphcloud.DataDrop("wipe-staging", { backend: "0x42", allData: true, triggers: { release: ${release} } });
    ${more}
  `;
}

/** How old the newest backup is when the picture is made. */
const backupAgeMs = 192 * 60_000;
/** The time of that backup in every picture. */
export const shownBackupAt = "2026-11-27T06:00:00Z";

/** Adds data to the backends, and one backup. Gives the time of the backup. */
export async function addData(local: LocalCloud): Promise<number> {
  const staging = named(local, "staging");
  const orders = named(local, "orders");
  await staging.engine.setSchema(types("Session", "Cart"));
  await add(staging, "Session", 46);
  await add(staging, "Cart", 18);
  await orders.engine.setSchema(types("Order", "Customer"));
  await add(orders, "Order", 1_204);
  await add(orders, "Customer", 310);
  await add(named(local, "catalog"), "Product", 85, 'supplier: "a farm"');
  const at = Date.now() - backupAgeMs;
  await orders.takeBackup({ at });
  return at;
}

function types(...names: string[]): string {
  return names.map((name) => `type ${name} { id: ID! name: String! }`).join("\n");
}

async function add({ engine }: Backend, type: string, count: number, more = ""): Promise<void> {
  const nodes = Array.from({ length: count }, (_, index) => `{ name: "${index}" ${more} }`).join(" ");
  const { errors } = await engine.graphql({ query: `mutation { add${type}(input: [${nodes}]) { numUids } }` });
  if (errors !== undefined) throw new Error(`no ${type} can be added: ${JSON.stringify(errors)}`);
}

function named(local: LocalCloud, name: string): Backend {
  const found = local.cloud.all().find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no backend "${name}"`);
  return local.cloud.get(found.uid);
}
