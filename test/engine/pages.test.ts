import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { allBlocks, type Block, placeOf } from "../docs/blocks";
import { runShell } from "../docs/shell";
import { callOf, neverTooLate, treatmentOf } from "../docs/blockTreatments";
import { Stack } from "../harness/engineStack";

const blocks = allBlocks();
const programs = blocks.filter((block) => treatmentOf(block) === "program");
const isCommand = (block: Block): boolean => treatmentOf(block) === "shell" && /^pulumi /m.test(block.text);
const pages = [...new Set(blocks.filter(isCommand).map(({ file }) => file))];

/** The accounts that the pages use: the local cloud's own, the reader's, and another one. */
const [dev, you, them] = ["dev@example.com", "you@example.com", "them@example.com"].map((email) => ({
  email,
  password: "local-password",
})) as [Account, Account, Account];
interface Account {
  readonly email: string;
  readonly password: string;
}

describe("engine: the code blocks of the pages", function () {
  this.timeout(180_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start({ accounts: [dev, you, them], provisioningMs: 0, restoreMs: 0 });
  });
  after(() => stack.close());

  it("of TypeScript are previewed and deployed, all in one up", async () => {
    const { cloud, journal } = stack.local;
    const shop = await cloud.createDeployment(dev, { name: "shop", zone: "us-east-1", deploymentType: "dedicated" });
    expect(shop.uid, "the uid that the pages use").to.equal("0x42");
    await cloud.get(shop.uid).engine.start();
    await cloud.get(shop.uid).takeBackup();
    await stack.pulumi("config", "set", "--secret", "theirPassword", them.password);
    programs.forEach((block, index) => {
      writeFileSync(join(stack.project, `block-${index}.js`), moduleOf(block));
    });
    // The file that programs on the pages name and do not show.
    writeFileSync(join(stack.project, "schema.graphql"), "type Order { id: ID! item: String! }\n");
    stack.program(`module.exports = (async () => {${programs.map(callOfModule).join("\n")}})();`);

    const up = await stack.pulumi("up", "--yes");

    const places = programs.map((block, index) => `block-${index} is ${placeOf(block)}`).join("\n");
    expect(up.code, `${up.output}\n${places}`).to.equal(0);
    const declared = (kind: string): number =>
      programs.flatMap(({ text }) => text.match(new RegExp(`new dgraphcloud\\.${kind}\\(`, "g")) ?? []).length;
    const environments = declared("Environment");
    const seeds = programs.flatMap(({ text }) => text.match(/^ +seed: /gm) ?? []).length;
    expect(declared("Backend")).to.be.above(5);
    expect([environments, seeds]).to.deep.equal([4, 3]);
    expect(journal.acted("createDeployment"), places).to.equal(declared("Backend") + environments);
    expect(journal.acted("restore"), places).to.equal(declared("Restore") + seeds);
    expect(journal.acted("dropData"), places).to.equal(declared("DataDrop"));
    expect(journal.acted("updateGQLSchema"), places).to.equal(declared("GraphqlSchema") + environments);
  });

  for (const file of pages)
    it(`for a shell run with pulumi: ${file}`, async () => {
      const project = { folder: stack.project, environment: stack.environment, password: you.password };
      const made = await stack.pulumi("stack", "init", file.replace(/\W/g, "-"));
      expect(made.code, made.output).to.equal(0);
      stack.program(`
        const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
        const { graphqlEndpoint, adminEndpoint, jwtToken } = orders;
        module.exports = { graphqlEndpoint, adminEndpoint, jwtToken };
      `);
      const own = blocks.filter((block) => block.file === file && treatmentOf(block) === "shell");
      const before = stack.local.cloud.all().length;
      const { code, output } = await runShell(own, stack.local, stack.folder, project);
      expect(code, output).to.equal(0);
      for (const { answer } of own) if (answer !== undefined) expect(output).to.contain(answer);
      expect(output).not.to.contain('"errors"');
      const ups = own.filter(({ text }) => /^pulumi up/m.test(text)).length;
      expect(stack.local.cloud.all().length - before, output).to.equal(ups);
    });
});

/** A block as a module, which exports a function of what the block imports. */
function moduleOf(block: Block): string {
  const call = neverTooLate(callOf(block));
  return `module.exports = ({ dgraphcloud, pulumi }) => ${call}`;
}

/** Runs a block's module below a parent of its own, so that two pages may both have a resource "orders". */
function callOfModule(_: Block, index: number): string {
  return `
    {
      const parent = new pulumi.ComponentResource("docs:index:Block${index}", "block-${index}");
      const below = (resource) =>
        class extends resource {
          constructor(name, args, options) { super(name, args, { parent, ...options }); }
        };
      const own = { ...dgraphcloud };
      for (const name of ["Backend", "Restore", "DataDrop", "GraphqlSchema", "Environment"]) own[name] = below(own[name]);
      await require("./block-${index}.js")({ dgraphcloud: own, pulumi });
    }`;
}
