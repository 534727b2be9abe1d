import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { LocalCloudOptions } from "dgraphcloud-local";
import { dgraphOptions } from "../dgraph/cloud";
import { type Cluster, startCluster } from "../harness/cluster";
import { addProduction } from "../harness/production";
import { fails, Stack, succeeds } from "../harness/engineStack";

const root = resolve(__dirname, "../..");
const examples = join(root, "examples");
/** These need clusters, and have tests of their own. The one with a Helm release is only compiled: it needs Kubernetes. */
const ofClusters = ["self-hosted", "self-hosted-copy", "self-hosted-helm"];
/** `languages.test.ts` runs these with the language host and the SDK that each needs. */
const onPlugin = readdirSync(examples).filter((name) => name.startsWith("plugin-"));
const projects = [root, ...readdirSync(examples).map((name) => join(examples, name))].filter(
  (folder) =>
    existsSync(join(folder, "Pulumi.yaml")) &&
    ![...ofClusters, ...onPlugin].some((name) => folder === join(examples, name)),
);

/** Variants of other examples, and one with a test of its own: what is behind them makes no difference. */
const onlyInMemory = ["change-schema", "environment-per-stack", "es-module", "javascript"];

/** Configuration that an example needs. */
type Preparation = (stack: Stack) => Promise<void>;

const preparations: Readonly<Record<string, Preparation>> = {
  "restore-production": addSource,
  "pull-request": addSource,
  "wipe-and-restore": async (stack) => {
    await stack.pulumi("config", "set", "wipe", "for the test");
  },
};

/** A backend that is not one of the example's, with a schema, data and a backup. */
async function addSource(stack: Stack): Promise<void> {
  const schema = "type Product { sku: String! @id name: String! @search(by: [term]) price: Float }";
  await addProduction(
    stack.local,
    schema,
    'mutation { addProduct(input: [{ sku: "1", name: "bread", price: 2.5 }]) { numUids } }',
  );
  await stack.pulumi("config", "set", "production", "production");
}

/** What an example has made, beside its one backend. */
const results: Readonly<Record<string, (stack: Stack, uid: string) => Promise<void>>> = {
  "pull-request": async (stack, uid) => {
    expect(await graphql(stack, uid, "{ queryProduct { name price stock } }")).to.deep.equal({
      queryProduct: [{ name: "bread", price: 2.5, stock: null }],
    });
  },
};

/** The answer of the database itself. */
async function graphql(stack: Stack, uid: string, query: string): Promise<unknown> {
  const { data, errors } = await stack.local.cloud.get(uid).engine.graphql({ query });
  expect(errors, query).to.equal(undefined);
  return JSON.parse(JSON.stringify(data)) as unknown;
}

/** The database engines of the local cloud for the examples. */
const engines: Readonly<Record<string, () => Promise<LocalCloudOptions>>> = {
  memory: () => Promise.resolve({ engine: "memory", provisioningMs: 0, restoreMs: 200 }),
  "a real Dgraph": () => dgraphOptions(),
};

for (const [behind, options] of Object.entries(engines))
  describe(`engine: examples, on ${behind}`, function () {
    this.timeout(300_000);
    let stack: Stack | undefined;

    afterEach(() => stack?.close());

    for (const project of projects) {
      const name = project === root ? "the quick start" : (project.split("/").at(-1) ?? project);
      if (behind !== "memory" && onlyInMemory.includes(name)) continue;
      it(`${name} is created, is unchanged by a second up and a refresh, and is destroyed`, async () => {
        const isPackage = project !== root && existsSync(join(project, "package.json"));
        stack = isPackage
          ? await Stack.ofCopy(project, await options())
          : await Stack.ofProject(project, await options());
        await preparations[name]?.(stack);
        const others = stack.local.cloud.all().map(({ uid }) => uid);
        await succeeds(stack.up());
        const [made, ...more] = stack.local.cloud.all().filter(({ uid }) => !others.includes(uid));
        expect(more).to.deep.equal([]);
        await results[name]?.(stack, made?.uid ?? "");
        await succeeds(stack.up("--expect-no-changes"));
        await succeeds(stack.refresh("--expect-no-changes"));
        await succeeds(stack.destroy());
        expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal(others);
      });
    }

    it("change-schema: a removed field is refused, allowed, and comes back; with another name it keeps its values", async () => {
      stack = await Stack.ofProject(join(examples, "change-schema"), await options());
      const pulumi = stack.pulumi.bind(stack);
      await succeeds(stack.up());
      const { uid } = stack.local.cloud.all()[0]!;
      const ask = (query: string): Promise<unknown> => graphql(stack!, uid, query);
      await ask('mutation { addCustomer(input: [{ name: "Ada", phone: "1" }]) { numUids } }');

      await succeeds(pulumi("config", "set", "version", "removed"));
      const refused = await fails(stack.preview());
      expect(refused).to.contain("hides data: Customer.phone: ").and.to.contain('allow: ["Customer.phone"],');
      await fails(stack.up());
      expect(await ask("{ queryCustomer { name phone } }")).to.deep.equal({
        queryCustomer: [{ name: "Ada", phone: "1" }],
      });

      await succeeds(pulumi("config", "set", "--path", "allow[0]", "Customer.phone"));
      expect(await succeeds(stack.preview())).to.contain("hides data: Customer.phone: ");
      await succeeds(stack.up());
      expect(await ask("{ queryCustomer { name } }")).to.deep.equal({ queryCustomer: [{ name: "Ada" }] });

      await succeeds(pulumi("config", "rm", "allow"));
      await succeeds(pulumi("config", "set", "version", "first"));
      await succeeds(stack.up());
      await succeeds(pulumi("config", "set", "version", "renamed"));
      await succeeds(stack.up());
      expect(await ask("{ queryCustomer { name mobile } }")).to.deep.equal({
        queryCustomer: [{ name: "Ada", mobile: "1" }],
      });
      await succeeds(stack.destroy());
    });
  });

describe("engine: an example with several stacks", function () {
  this.timeout(300_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.ofCopy(join(examples, "environment-per-stack"), { provisioningMs: 0 });
  });
  after(() => stack.close());

  it("environment-per-stack makes an environment for each stack, and guards the one for production", async () => {
    const environments = (): string[] =>
      stack.local.cloud.all().map(({ name, deploymentType }) => `${name} ${deploymentType}`);
    for (const name of ["staging", "production"]) {
      await succeeds(stack.pulumi("stack", "init", name));
      await succeeds(stack.up());
    }
    expect(environments()).to.have.members(["shop-staging free", "shop-production dedicated"]);
    await succeeds(stack.pulumi("stack", "select", "staging"));
    await succeeds(stack.up("--expect-no-changes"));
    await succeeds(stack.destroy());
    expect(environments()).to.deep.equal(["shop-production dedicated"]);

    await succeeds(stack.pulumi("stack", "select", "production"));
    expect(await fails(stack.destroy())).to.contain("protect");
    expect(environments()).to.deep.equal(["shop-production dedicated"]);
    await succeeds(stack.pulumi("config", "set", "protected", "false"));
    await succeeds(stack.up());
    await succeeds(stack.destroy());
    expect(environments()).to.deep.equal([]);
  });
});

describe("engine: examples of self-hosted clusters", function () {
  this.timeout(300_000);
  let production: Cluster;
  let staging: Cluster;
  let stack: Stack | undefined;

  before(async () => {
    [production, staging] = [await startCluster(), await startCluster()];
  });
  afterEach(() => stack?.close());
  after(() => Promise.all([production.close(), staging.close()]));

  async function deploy(name: string, settings: Readonly<Record<string, string>>): Promise<Stack> {
    stack = await Stack.ofProject(join(examples, name), { provisioningMs: 0 });
    for (const [key, value] of Object.entries(settings)) await succeeds(stack.pulumi("config", "set", key, value));
    await succeeds(stack.pulumi("up", "--yes"));
    await succeeds(stack.up("--expect-no-changes"));
    await succeeds(stack.refresh("--expect-no-changes"));
    return stack;
  }

  it("self-hosted deploys a schema, and backs up", async () => {
    const { client, url } = production.alpha;
    const backups = production.makeFolder("backups");
    const deployed = await deploy("self-hosted", {
      "dgraphcloud:clusterUrl": url,
      "self-hosted:backups": backups,
      "self-hosted:night": "2026-11-27",
    });
    expect(await deployed.output("cluster")).to.equal(await client.clusterId());
    expect(await client.schema()).to.contain("type Product");
    expect(readdirSync(backups).filter((path) => path.startsWith("dgraph."))).to.have.length(1);

    await succeeds(deployed.destroy());
    expect(await client.schema(), "a destroy leaves the schema").to.contain("type Product");
  });

  it("self-hosted-copy copies one cluster into the other, and again with another trigger", async () => {
    const copied = (): Promise<number> => staging.alpha.client.count("Product.name");
    await production.alpha.client.load("Product", 3);
    const deployed = await deploy("self-hosted-copy", {
      "self-hosted-copy:production": production.alpha.url,
      "self-hosted-copy:staging": staging.alpha.url,
      "self-hosted-copy:confirm": staging.alpha.host,
      "self-hosted-copy:backups": production.makeFolder("copies"),
    });
    expect(await deployed.output("confirmed")).to.equal("true");
    expect(await copied()).to.equal(3);

    await production.alpha.client.load("Product", 2);
    await succeeds(deployed.pulumi("config", "set", "copiedFor", "the second time"));
    await succeeds(deployed.pulumi("up", "--yes"));
    expect(await copied()).to.equal(5);
    await succeeds(deployed.destroy());
    expect(await copied(), "a destroy leaves the data").to.equal(5);
  });
});
