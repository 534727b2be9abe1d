import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "chai";
import type { Fault } from "dgraphcloud-local";
import { fails, type Run, Stack, succeeds } from "../harness/engineStack";
import { addProduction } from "../harness/production";

const command = resolve(__dirname, "../../dist/cli/index.js");
const first = "type A { id: ID! name: String email: String }";
const key = "the-key-of-the-authorization-0123456789";

interface Program {
  readonly zone?: string;
  readonly schema?: string;
  readonly allow?: string;
  readonly seed?: number;
  readonly release?: number;
  readonly secret?: string;
  readonly backend?: string;
}

/** The tests share one stack, which holds what `program()` makes. */
describe("engine: the summary of a preview", function () {
  this.timeout(180_000);
  let stack: Stack;
  let source: string;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 100, restoreMs: 200 });
    source = await addProduction(stack.local, first);
    program();
    await succeeds(stack.up());
  });
  after(() => stack.close());

  function program({
    zone = "us-east-1",
    schema = first,
    allow = '["*"]',
    seed = 1,
    release = 1,
    secret = key,
    backend = "",
  }: Program = {}) {
    stack.program(`
      const orders = new dgraphcloud.Backend("orders", { zone: "${zone}", deploymentType: "dedicated", name: "orders", ${backend} });
      const copy = new dgraphcloud.Restore("copy", { target: orders, source: "${source}", triggers: { seed: ${seed} } });
      const wipe = new dgraphcloud.DataDrop("wipe", { backend: orders, allData: true, triggers: { release: ${release} } }, { dependsOn: copy });
      new dgraphcloud.GraphqlSchema("orders-schema", {
        backend: orders, schema: ${JSON.stringify(schema)}, allow: ${allow},
        authorization: { header: "X", namespace: "n", algo: "HS256", verificationKey: pulumi.secret("${secret}") },
      }, { dependsOn: wipe });
      exports.token = orders.jwtToken;`);
  }

  async function summaryOf(preview: Promise<Run>, code = 0): Promise<string> {
    const run = await preview;
    expect(run.code, run.output).to.equal(code);
    const args = [command, "summary", "--fail-on", "destructive"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { input: run.stdout, encoding: "utf8" });
    for (const secret of [key, ...tokens()]) expect(stdout + stderr).not.to.contain(secret);
    return `exit ${status ?? ""}\n${stdout}`;
  }
  const preview = (...more: string[]): Promise<Run> => stack.pulumi("preview", "--json", ...more);
  const tokens = (): string[] => stack.local.cloud.all().map(({ jwtToken }) => jwtToken);

  it("of a first deployment destroys nothing, although it restores and drops", async () => {
    const fresh = await Stack.start();
    try {
      fresh.program(`
        const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
        new dgraphcloud.Restore("copy", { target: orders, source: "0x42" });
        new dgraphcloud.DataDrop("wipe", { backend: orders, allData: true });`);
      const summary = await summaryOf(fresh.pulumi("preview", "--json"));
      expect(summary).to.contain("exit 0\n### test/engine-test: 3 changes, nothing is destroyed");
      expect(summary).to.contain('| DataDrop "wipe" | runs on a new backend, which holds nothing to lose |');
    } finally {
      await fresh.close();
    }
  });

  it("of no change is the same each time", async () => {
    program();
    const summary = await summaryOf(preview());
    expect(summary).to.contain("exit 0\n### test/engine-test: no changes");
    expect(await summaryOf(preview())).to.equal(summary);
  });

  it("puts a replaced backend first, and says why", async () => {
    program({ zone: "eu-west-1", release: 2, seed: 2 });
    for (const flags of [[], ["--show-replacement-steps"]]) {
      const summary = await summaryOf(preview(...flags));
      expect(summary).to.contain('exit 3\n### test/engine-test: Backend "orders" is replaced without its data\n');
      expect(summary).to.contain('because of a change of zone ("us-east-1" → "eu-west-1")');
    }
  });

  it("says which trigger makes a restore and a drop run again, and what they erase", async () => {
    program({ release: 2, seed: 2 });
    const summary = await summaryOf(preview());
    expect(summary).to.contain(
      "exit 3\n### test/engine-test: 1 restore replaces all data of its target; 1 data drop erases data",
    );
    expect(summary).to.match(
      /\*\*Restore "copy"\*\* will replace all data and the schema of the backend "orders" \(0x\w+\) with the latest backup/,
    );
    expect(summary)
      .to.contain('of the backend "production"')
      .and.to.contain('because of a change of triggers ("release")');
  });

  it("grades a change of the schema, and repeats why one is refused", async () => {
    const schema = "type A { id: ID! name: String age: Int }";
    program({ schema });
    expect(await summaryOf(preview())).to.contain(
      'exit 3\n### test/engine-test: GraphqlSchema "orders-schema" has changes that need consent (hides data)',
    );
    program({ schema, allow: "undefined" });
    const refused = await summaryOf(preview(), 1);
    expect(refused).to.contain("exit 1\n### test/engine-test: the preview failed");
    expect(refused).to.contain('allow: \\["A.email"\\]').and.to.contain("See DGC702");
    program({ schema: first.replace("}", "age: Int }") });
    expect(await summaryOf(preview())).to.contain('| GraphqlSchema "orders-schema" | is updated: additive: A.age |');
  });

  it("sees another key of the authorization, and does not show it", async () => {
    program({ secret: `${key}-new` });
    expect(await summaryOf(preview()))
      .to.contain("exit 3")
      .and.to.contain("security: Dgraph.Authorization");
  });

  it("of a destroy, of a forced replace, and of a resource that leaves the program", async () => {
    program();
    const deleted = 'exit 3\n### test/engine-test: Backend "orders" is deleted with its data\n';
    expect(await summaryOf(stack.pulumi("destroy", "--preview-only", "--json"))).to.contain(deleted);
    const urn = (await stack.backends())[0]?.urn ?? "";
    expect(await summaryOf(preview("--replace", urn))).to.contain("since the engine was told to replace it");
    stack.program("");
    expect(await summaryOf(preview())).to.contain(deleted);
  });

  it("says that a protected backend is refused", async () => {
    program({ backend: "deletionProtection: true" });
    await succeeds(stack.up());
    stack.program("");
    const summary = await summaryOf(preview(), 1);
    expect(summary).to.contain("exit 1").and.to.contain("It is protected, so pulumi up refuses this.");
    program({ backend: "deletionProtection: false" });
    expect(await summaryOf(preview())).to.contain("It loses its protection");
    await succeeds(stack.up());
  });

  it("of a program that fails, without its message", async () => {
    stack.program('Promise.reject(new Error("the-secret-of-the-program"));');
    const summary = await summaryOf(preview(), 1);
    expect(summary)
      .to.contain("exit 1\n### test/engine-test: the preview failed")
      .and.not.to.contain("the-secret-of-the-program");
  });

  it("repeats why the settings of a provider of the plugin are refused, without their values", async () => {
    const other = await Stack.start();
    try {
      other.use("plugin");
      other.program('new dgraphcloud.Provider("theirs", { token: "the-token", clusterUrl: "http://127.0.0.1:1" });');
      const explicit = await summaryOf(other.pulumi("preview", "--json"), 1);
      expect(explicit)
        .to.contain('- **Provider "theirs"**: ')
        .and.to.contain("See DGC807")
        .and.not.to.contain("the-token");
      await succeeds(other.pulumi("config", "set", "dgraphcloud:endpoint", "http://example.com"));
      other.program('new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });');
      const implicit = await summaryOf(other.pulumi("preview", "--json"), 1);
      expect(implicit).to.contain("- **the settings of dgraphcloud**: ").and.to.contain("See DGC101");
    } finally {
      await other.close();
    }
  });

  it("tells drift from a plan", async () => {
    program();
    const [backend] = await stack.backends();
    await stack.local.cloud.get(backend?.id ?? "").engine.setSchema(`${first} type ByHand { name: String }`);
    const found = await summaryOf(stack.pulumi("refresh", "--preview-only", "--json"));
    expect(found).to.contain("exit 0\n### test/engine-test: 1 resource was changed outside of this program");
    const planned = await summaryOf(preview("--refresh"));
    expect(planned).to.contain("exit 3").and.to.contain("hides data: ByHand");
  });

  it("of a stack without any of our resources", async () => {
    const other = await Stack.start();
    try {
      const provider =
        "{ check: async (_, inputs) => ({ inputs }), create: async (inputs) => ({ id: 'x', outs: inputs }) }";
      const declare = (name: string): string =>
        `new (class extends pulumi.dynamic.Resource { constructor(n) { super(${provider}, n, { password: "a-plain-password" }); } })("${name}");`;
      other.program(declare("kept") + declare("removed"));
      await succeeds(other.up());
      other.program(declare("kept"));
      const summary = await summaryOf(other.pulumi("preview", "--json"));
      expect(summary)
        .to.contain("exit 3\n### test/engine-test: 1 other resource is deleted")
        .and.not.to.contain("a-plain-password");
    } finally {
      await other.close();
    }
  });

  it("sees what earlier runs did not finish: a delete, and a change of the schema", async () => {
    const other = await Stack.start();
    const declare = (zone: string, schema: string): void => {
      other.program(`
        const orders = new dgraphcloud.Backend("orders", { zone: "${zone}", deploymentType: "dedicated", name: "orders" });
        new dgraphcloud.GraphqlSchema("orders-schema", {
          backend: orders, schema: ${JSON.stringify(schema)}, allow: ["A.email"], timeouts: { update: "2s" },
        });`);
    };
    const failing = async (operation: "deleteDeployment" | "updateGQLSchema", fault: Fault): Promise<void> => {
      other.local.faults.add({ operation, calls: "every", fault });
      await fails(other.up());
      other.local.faults.clear();
    };
    try {
      declare("us-east-1", first);
      await succeeds(other.up());
      declare("us-east-1", first.replace("email: String", ""));
      await failing("updateGQLSchema", { kind: "status", status: 503, acted: false });
      const unfinished = await summaryOf(other.pulumi("preview", "--json"));
      expect(unfinished).to.contain("exit 3").and.to.contain("hides data: A.email");

      await succeeds(other.up());
      declare("eu-west-1", first.replace("email: String", ""));
      await failing("deleteDeployment", { kind: "errors", messages: ["come back later"], acted: false });
      const leftover = await summaryOf(other.pulumi("preview", "--json", "--show-replacement-steps"));
      expect(leftover).to.contain('exit 3\n### test/engine-test: Backend "orders" is deleted with its data');
      expect(leftover).to.contain("an earlier replace could not delete it");
    } finally {
      await other.close();
    }
  });
});
