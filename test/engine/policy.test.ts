import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { prepareEngine } from "../../tools/engine";
import { withPolicyPacks } from "../../tools/policyPacks";
import { fails, Stack, succeeds } from "../harness/engineStack";
import { FakeCluster } from "../harness/fakeCluster";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const pack = resolve(__dirname, "../../examples/policy");

/** A production backend and a staging one, which keep every rule. */
const kept = `
  const orders = new dgraphcloud.Backend("orders", {
    name: "orders-production", zone: "us-east-1", deploymentType: "dedicated", deletionProtection: true,
  });
  new dgraphcloud.GraphqlSchema("tables", { backend: orders, schema: "type A { name: String }", allow: ["A.gone"] });
  const staging = new dgraphcloud.Backend("staging", { name: "staging", zone: "us-east-1", deploymentType: "dedicated" });
  const copy = new dgraphcloud.Restore("copy-from-production", {
    target: staging, source: "0x42", confirm: "staging", notAfter: "2999-01-01T00:00:00Z",
  });
  new dgraphcloud.DataDrop("wipe", {
    backend: staging, allData: true, confirm: "staging", notAfter: "2999-01-01T00:00:00Z",
  }, { dependsOn: copy });
`;

const unprotected = kept.replace(", deletionProtection: true", "");

/** Programs that violate one rule each. */
const violations: readonly { what: string; program: string; rule: string; message: string }[] = [
  {
    what: "an unprotected backend",
    program: unprotected,
    rule: "production-is-protected",
    message:
      'Backend "orders" of production is not protected: a destroy or a replace deletes it with its data. Set deletionProtection: true.',
  },
  ...["free", "shared"].map((plan) => ({
    what: `a ${plan} backend`,
    program: kept.replace('"dedicated", deletion', `"${plan}", deletion`),
    rule: "production-is-dedicated",
    message: `Backend "orders" of production has the plan "${plan}". Set deploymentType: "dedicated".`,
  })),
  {
    what: "a Restore without confirm",
    program: kept.replace('source: "0x42", confirm: "staging"', 'source: "0x42"'),
    rule: "actions-are-guarded",
    message: 'Restore "copy-from-production" has no confirm: it may run later than you expect, or on another backend.',
  },
  {
    what: "a DataDrop with neither notAfter nor confirm",
    program: kept.replace(/allData: true, .*/, "allData: true"),
    rule: "actions-are-guarded",
    message: 'DataDrop "wipe" has no notAfter and no confirm: it may run later than you expect, or on another backend.',
  },
  {
    what: "a DataDrop on production",
    program: kept.replace(
      /backend: staging, allData: true, confirm: "staging"/,
      'backend: orders, allData: true, confirm: "orders-production"',
    ),
    rule: "production-is-no-target",
    message: 'DataDrop "wipe" would erase data of production.',
  },
  {
    what: "a Restore into production",
    program: kept.replace(
      'target: staging, source: "0x42", confirm: "staging"',
      'target: orders, source: "0x42", confirm: "orders-production"',
    ),
    rule: "production-is-no-target",
    message: 'Restore "copy-from-production" would replace data of production.',
  },
  {
    what: "a schema that allows everything",
    program: kept.replace('["A.gone"]', '["*"]'),
    rule: "production-allows-by-name",
    message: 'GraphqlSchema "tables" of production allows every destructive change.',
  },
];

/** The violated rules as the engine lists them: "mandatory production-is-protected". */
const rulesIn = (output: string): string[] =>
  [...output.matchAll(/^ +- \[(\w+)\] +(\S+) +\(/gm)].map(([, level = "", rule = ""]) => `${level} ${rule}`);

describe("engine: the policy pack", function () {
  this.timeout(180_000);
  let folder: string;
  let stack: Stack;

  /** A stack whose engine runs policy packs, with a backend 0x42 that has a backup. */
  async function start(exactly?: "newest" | "oldest"): Promise<Stack> {
    const engine = await prepareEngine(exactly && { exactly });
    const made = await Stack.start(
      { provisioningMs: 0, restoreMs: 0 },
      await withPolicyPacks(engine, join(folder, exactly ?? "any")),
    );
    const other = { name: "other", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await made.local.cloud.createDeployment(made.local.accounts[0]!, other);
    expect(uid).to.equal("0x42");
    const { engine: database } = made.local.cloud.get(uid);
    await database.start();
    await database.setSchema("type A { name: String }");
    await made.local.cloud.get(uid).takeBackup();
    return made;
  }

  before(async () => {
    folder = makeTemporaryFolder("policies");
    stack = await start();
  });
  after(async () => {
    await stack.close();
    removeFolder(folder);
  });

  const preview = (program: string, ...more: string[]): ReturnType<Stack["preview"]> => {
    stack.program(program);
    return stack.pulumi("preview", "--policy-pack", pack, ...more);
  };
  const config = (rules: unknown): string[] => {
    const file = join(folder, "config.json");
    writeFileSync(file, JSON.stringify(rules));
    return ["--policy-pack-config", file];
  };

  it("lets a program pass that keeps all rules", async () => {
    const output = await succeeds(preview(kept));
    expect(output).to.match(/✅ dgraphcloud@v\d/);
    expect(rulesIn(output)).to.deep.equal([]);
  });

  for (const { what, program, rule, message } of violations)
    it(`stops ${what}, and says what to do`, async () => {
      expect(program).not.to.equal(kept);
      const output = await fails(preview(program));
      expect(rulesIn(output)).to.deep.equal([`mandatory ${rule}`]);
      expect(output).to.contain(message);
    });

  it("judges the resources of the plugin as those of the dynamic provider", async () => {
    const violating = `
      const orders = new dgraphcloud.Backend("orders", { name: "orders-production", zone: "us-east-1", deploymentType: "free" });
      new dgraphcloud.GraphqlSchema("tables", { backend: orders, schema: "type A { name: String }", allow: ["*"] });
      new dgraphcloud.DataDrop("wipe", { backend: orders, allData: true, confirm: "orders-production" });
    `;
    const everyRule = [...new Set(violations.map(({ rule }) => `mandatory ${rule}`))];
    for (const host of ["plugin", "dynamic"] as const) {
      stack.use(host);
      expect(rulesIn(await succeeds(preview(kept))), host).to.deep.equal([]);
      expect(rulesIn(await fails(preview(violating))), host).to.have.members(everyRule);
    }
  });

  it("knows a cluster of production by the address of its Provider, and asks its actions for their guards", async () => {
    const ofCluster = (url: string, host: string): string => `
      const provider = new dgraphcloud.Provider("cluster", { clusterUrl: ${JSON.stringify(url)} });
      new dgraphcloud.GraphqlSchema("tables", { schema: "type A { name: String }", allow: ["*"] }, { provider });
      new dgraphcloud.DataDrop("wipe", {
        allData: true, confirm: "${host}", notAfter: "2999-01-01T00:00:00Z",
      }, { provider });
      new dgraphcloud.Backup("nightly", { destination: "/backups" }, { provider });
    `;
    const unguarded = 'new dgraphcloud.Restore("undo", { location: "/backups" }, { provider });';
    for (const [prefix, rules] of [
      ["/production", ["mandatory production-is-no-target", "mandatory production-allows-by-name"]],
      ["/staging", []],
    ] as const) {
      const cluster = await FakeCluster.start({ prefix });
      try {
        const program = ofCluster(cluster.url, cluster.host);
        for (const host of ["plugin", "dynamic"] as const) {
          stack.use(host);
          expect(rulesIn((await preview(program)).output), host).to.have.members(rules);
        }
        const output = await fails(preview(`${program}${unguarded}`));
        expect(output).to.contain('Restore "undo" has no notAfter and no confirm');
        expect(cluster.journal.entries.filter(({ operation }) => operation === "alter")).to.deep.equal([]);
      } finally {
        await cluster.close();
      }
    }
  });

  it("takes every backend of a stack named production as production, and none of a stack for development", async () => {
    const program = unprotected.replaceAll(/name: "orders-production", /g, "").replaceAll("from-production", "");
    expect(rulesIn(await succeeds(preview(program)))).to.deep.equal([]);
    await succeeds(stack.pulumi("stack", "init", "production-eu"));
    try {
      expect(rulesIn(await fails(preview(program)))).to.have.members([
        "mandatory production-is-protected",
        "mandatory production-is-protected",
        "mandatory production-is-no-target",
        "mandatory production-is-no-target",
      ]);
    } finally {
      await succeeds(stack.pulumi("stack", "select", "engine-test"));
    }
  });

  it("takes a backend for production by its name, as a word in upper or lower case", async () => {
    const names = ["PROD", "eu-prod-2", "shop_production", "products", "preproduction", "reproduced"];
    const backends = names.map((name) => `new dgraphcloud.Backend("b-${name}", { name: "${name}", ...args });`);
    const args = 'const args = { zone: "us-east-1", deploymentType: "dedicated" };';
    const output = await fails(preview([args, ...backends].join("\n")));
    const found = [...output.matchAll(/Backend "b-(\S+)" of production is not protected/g)].map(([, name]) => name);
    expect(found).to.have.members(["PROD", "eu-prod-2", "shop_production"]);
  });

  it("judges by the pattern of its configuration", async () => {
    const live = config({ "production-is-protected": { production: "^live-" } });
    expect(rulesIn(await succeeds(preview(unprotected, ...live)))).to.deep.equal([]);
    const program = unprotected.replace("orders-production", "live-orders");
    expect(rulesIn(await fails(preview(program, ...live)))).to.deep.equal(["mandatory production-is-protected"]);
    const wrong = config({ "production-is-protected": { production: "(" } });
    expect(await fails(preview(kept, ...wrong))).to.contain(
      "production-is-protected: production: Does not match format 'regex'",
    );
  });

  it("only warns, or is silent, as its configuration says", async () => {
    const output = await succeeds(preview(unprotected, ...config({ all: "advisory" })));
    expect(rulesIn(output)).to.deep.equal(["advisory production-is-protected"]);
    expect(output).to.contain("Set deletionProtection: true.");
    const silent = await succeeds(preview(unprotected, ...config({ "production-is-protected": "disabled" })));
    expect(rulesIn(silent)).to.deep.equal([]);
  });

  it("says in a preview that a name is not known yet, and stops the up before the backend is created", async () => {
    const program = unprotected.replace('"orders-production"', "pulumi.interpolate`production-${other.uid}`");
    const other = 'const other = new dgraphcloud.Backend("other", { zone: "us-east-1", deploymentType: "free" });';
    const output = await succeeds(preview(other + program));
    expect(rulesIn(output)).to.deep.equal(["advisory production-is-protected"]);
    expect(output).to.contain("can't run policy 'production-is-protected'");
    const refused = await fails(stack.up("--policy-pack", pack));
    expect(rulesIn(refused)).to.include("mandatory production-is-protected");
    const names = stack.local.cloud.all().map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("production"))).to.deep.equal([]);
    stack.program("");
    await succeeds(stack.up());
  });

  it("sees neither a replace nor a delete, also of unprotected backends with data", async () => {
    stack.program(kept);
    await succeeds(stack.up("--policy-pack", pack));
    const replaced = await succeeds(
      preview(kept.replace('"staging", zone: "us-east-1"', '"staging", zone: "eu-west-1"')),
    );
    expect(replaced).to.match(/\+-\d to replace/);
    expect(rulesIn(replaced)).to.deep.equal([]);
    const removed = await succeeds(preview(kept.slice(0, kept.indexOf("const staging"))));
    expect(removed).to.match(/- \d to delete/);
    expect(rulesIn(removed)).to.deep.equal([]);
    expect(rulesIn(await fails(preview(unprotected))), "an unchanged resource is judged").to.deep.equal([
      "mandatory production-is-protected",
    ]);
  });

  it("judges a schema at the end, which is too late in an up without a preview", async () => {
    stack.program(kept.replace('["A.gone"]', '["*"]'));
    const output = await fails(stack.up("--policy-pack", pack));
    expect(rulesIn(output)).to.deep.equal(["mandatory production-allows-by-name"]);
    const { resources } = await stack.state();
    expect(resources.find(({ urn }) => urn.endsWith("::tables"))?.inputs?.["allow"]).to.deep.equal(["*"]);
  });

  for (const exactly of ["newest", "oldest"] as const)
    it(`fails without a word of the rule in the JSON of a preview, on the ${exactly} engine`, async () => {
      const own = await start(exactly);
      try {
        own.program(unprotected);
        const { code, output } = await own.pulumi("preview", "--json", "--policy-pack", pack);
        const { steps, diagnostics } = JSON.parse(output) as {
          steps: unknown[];
          diagnostics: { severity: string; urn?: string; message: string }[];
        };
        expect(code).to.equal(1);
        expect(steps).to.have.length(8);
        expect(diagnostics.filter(({ severity }) => severity === "error")).to.deep.equal([
          { message: "error: preview failed\n", severity: "error" },
        ]);
        expect(output).not.to.contain("production-is-protected");
      } finally {
        await own.close();
      }
    });

  it("compiles with the TypeScript of the SDK, which a pack without one gets", () => {
    const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
    const ts = createRequire(__filename)(
      join(sdk, "vendor/typescript@3.8.3/typescript.js"),
    ) as typeof import("typescript");
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2020, strict: true, types: [] };
    const program = ts.createProgram([join(pack, "index.ts")], options);
    const source = program.getSourceFile(join(pack, "index.ts"));
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "))).to.deep.equal([]);
  });

  it("names what to install when the pack has no SDK", async () => {
    const copy = join(folder, "copy");
    mkdirSync(copy);
    cpSync(pack, copy, { recursive: true });
    stack.program(kept);
    const output = await fails(stack.pulumi("preview", "--policy-pack", copy));
    expect(output).to.contain("try running npm install");
  });
});
