import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { allBlocks, type Block, placeOf } from "../docs/blocks";
import { callOf, neverTooLate, treatmentOf } from "../docs/blockTreatments";
import { type Cluster, startCluster } from "../harness/cluster";
import { Stack, succeeds } from "../harness/engineStack";

const blocks = allBlocks().filter((block) => treatmentOf(block) === "cluster");

/** A cluster on which the programs of the pages run one after the other, in the order of the pages. */
describe("engine: the code blocks of the pages for a cluster", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let stack: Stack;

  before(async () => {
    cluster = await startCluster();
    for (const folder of ["shop", "yesterday"]) cluster.makeFolder(folder);
    stack = await Stack.start({ provisioningMs: 0 });
    writeFileSync(join(stack.project, "schema.graphql"), "type Product { id: ID! name: String }\n");
    await cluster.alpha.client.setSchema("type Product { id: ID! name: String }");
    await cluster.alpha.client.load("Product", 3);
  });
  after(async () => {
    await stack.close();
    await cluster.close();
  });

  const products = (): Promise<number> => cluster.alpha.client.count("Product.name");
  const backups = (folder: string): string[] =>
    readdirSync(cluster.makeFolder(folder)).filter((name) => name.startsWith("dgraph."));
  /** What each program leaves in the cluster. The restore brings back what the drop before it has erased. */
  const results: Readonly<Record<string, () => Promise<void>>> = {
    GraphqlSchema: async () => {
      expect(await cluster.alpha.client.schema()).to.contain("type Product");
    },
    Backup: async () => {
      expect([...backups("shop"), ...backups("yesterday")]).not.to.deep.equal([]);
      expect(await products()).to.equal(3);
    },
    DataDrop: async () => {
      expect(await products()).to.equal(0);
    },
    Restore: async () => {
      expect(await products()).to.equal(3);
    },
  };

  it("are one for each resource at least", () => {
    const declared = blocks.flatMap(kindsOf);
    expect(declared).to.include.members(Object.keys(results));
  });

  for (const [index, block] of blocks.entries())
    it(`are deployed, and unchanged by a second up: ${placeOf(block)}`, async () => {
      await succeeds(stack.pulumi("stack", "init", `block-${index}`));
      await succeeds(stack.pulumi("config", "set", "dgraphcloud:clusterUrl", cluster.alpha.url));
      const call = neverTooLate(callOf(block))
        .replaceAll("dgraph.example.com", cluster.alpha.host)
        .replaceAll("/backups/", `${cluster.folder}/`);
      stack.program(`module.exports = ${call};`);
      await succeeds(stack.pulumi("up", "--yes"));
      await succeeds(stack.up("--expect-no-changes"));
      for (const kind of kindsOf(block)) await results[kind]?.();
    });
});

/** The resources that a program declares, by their classes. */
function kindsOf({ text }: Block): string[] {
  return [...text.matchAll(/new dgraphcloud\.(\w+)\(/g)].map(([, kind = ""]) => kind);
}
