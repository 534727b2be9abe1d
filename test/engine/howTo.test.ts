import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Backend, LocalCloudOptions } from "dgraphcloud-local";
import { settingNames } from "../../provider/api/settings";
import { prepareEngine } from "../../tools/engine";
import { withPolicyPacks } from "../../tools/policyPacks";
import { root } from "../docs/blocks";
import { recordsOf } from "../local/content";
import { fails, type Run, type Stack, stackName, succeeds } from "../harness/engineStack";
import { killTree } from "../harness/processes";
import { describePage, dev, followedPages, pluginPages, selfHostedPage, type Story } from "./howToReader";

const pagesFollowed: string[] = [];

/** A page that this file follows. */
function page(name: string, options: LocalCloudOptions, tests: (story: () => Story) => void): void {
  const file = `docs/how-to/${name}.md`;
  pagesFollowed.push(file);
  describePage(file, options, tests);
}

/** Makes a backend as somebody would in the console. */
async function make({ local }: Stack, name: string, deploymentType = "dedicated"): Promise<Backend> {
  const { uid } = await local.cloud.createDeployment(local.accounts[0]!, { name, zone: "us-east-1", deploymentType });
  const backend = local.cloud.get(uid);
  await backend.engine.start();
  return backend;
}

async function write({ engine }: Backend, title: string): Promise<void> {
  await engine.setSchema("type Task { id: ID! title: String! }");
  await engine.graphql({ query: `mutation { addTask(input: [{ title: "${title}" }]) { numUids } }` });
}

const titlesOf = async (backend: Backend): Promise<unknown[]> =>
  (await recordsOf(backend, "Task")).map(({ title }) => title);

/** Changes a file that the story has written, as its reader would. */
function edit({ project }: Stack, file: string, change: (text: string) => string): void {
  const before = readFileSync(join(project, file), "utf8");
  const after = change(before);
  expect(after, file).not.to.equal(before);
  writeFileSync(join(project, file), after);
}

const without =
  (...words: string[]) =>
  (text: string): string =>
    text
      .split("\n")
      .filter((line) => !words.some((word) => line.includes(word)))
      .join("\n");

/** Shows files that only jobs run: test/engine/gitlab.test.ts runs them. */
const ofJobs = "docs/how-to/gitlab.md";

it("engine: each page that is to be followed is followed", () => {
  const elsewhere = [ofJobs, selfHostedPage, ...Object.values(pluginPages)];
  expect([...pagesFollowed, ...elsewhere]).to.have.members(followedPages);
});

page("existing-backends", {}, (story) => {
  const names = ["orders", "payments", ...["1", "2", "3", "4", "5", "6", "7", "8"].map((number) => `shop-${number}`)];
  const managed = async (): Promise<unknown[]> =>
    (await story().stack.backends()).map(({ outputs }) => outputs?.["name"]);
  const there = (): string[] =>
    story()
      .stack.local.cloud.all()
      .map(({ name }) => name);

  it("takes over ten backends, made by hand, in one up", async () => {
    const { stack } = story();
    for (const [index, name] of names.entries()) await make(stack, name, index % 2 === 0 ? "dedicated" : "free");
    await write(stack.local.cloud.get("0x42"), "tea");
    const before = stack.local.cloud.all().map((deployment) => ({ ...deployment }));

    await story().follow("Bring existing backends under Pulumi");
    expect(await succeeds(stack.preview()))
      .to.contain("takes over the backend 0x42")
      .and.to.contain("2 to create");
    await story().follow("Write the program");
    await story().follow("Check the preview");
    expect(await managed()).to.deep.equal([]);
    expect(await story().follow("Take them over")).to.contain("10 created");

    expect(await managed()).to.have.members(names);
    expect(stack.local.cloud.all(), "nothing is made or changed").to.deep.equal(before);
    expect(await titlesOf(stack.local.cloud.get("0x42"))).to.deep.equal(["tea"]);
  });

  it("changes nothing when adoptUid is removed, and refuses a destroy and a removal", async () => {
    const { stack } = story();
    edit(stack, "index.ts", (text) => text.replaceAll(/"adoptUid":"0x[0-9a-f]+",/g, ""));
    await succeeds(stack.up("--expect-no-changes"));
    expect(await fails(stack.destroy())).to.contain("protected");
    const program = readFileSync(join(stack.project, "index.ts"), "utf8");
    edit(stack, "index.ts", without('"orders"'));
    expect(await fails(stack.up())).to.contain("protected");
    writeFileSync(join(stack.project, "index.ts"), program);
    expect(there()).to.have.members(names);
  });

  it("lets go of one in the state, and of another in the program", async () => {
    const { stack } = story();
    stack.environment["URN"] = (await stack.backends()).find(({ urn }) => urn.endsWith("::orders"))?.urn;
    await story().follow("Let one go");
    edit(stack, "index.ts", without('"orders"'));
    edit(stack, "index.ts", (text) =>
      text.replace(
        /("payments",.*)"deletionProtection":true}/,
        '$1"deletionProtection":false}, { retainOnDelete: true }',
      ),
    );
    await succeeds(stack.up());
    edit(stack, "index.ts", without('"payments"'));
    await succeeds(stack.up());
    expect(await managed()).to.have.members(names.slice(2));
    expect(there()).to.have.members(names);
    expect(stack.local.journal.count("deleteDeployment")).to.equal(0);
  });
});

page("nightly-copy", {}, (story) => {
  const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  // notAfter of the page is a time of the night, so the nights are yet to come.
  const on = (days: number): Record<string, string> => ({ "$(date -u +%F)": dayFromNow(days) });
  const restores = (): number => story().stack.local.journal.acted("restore");
  let production: Backend;
  let staging: Backend;

  it("copies on two nights, says in the preview what it replaces, and runs once a night", async () => {
    const { stack } = story();
    production = await make(stack, "production");
    await write(production, "first");
    await production.takeBackup();
    await story().follow("A nightly copy of production into staging");
    await story().follow("The job", on(1));
    staging = stack.local.cloud.get("0x43");
    expect(await titlesOf(staging)).to.deep.equal(["first"]);

    await write(staging, "by a tester");
    await write(production, "second");
    await production.takeBackup();
    await story().follow("What the preview shows", on(2));
    expect(restores(), "a preview sends nothing").to.equal(1);
    const settings = readFileSync(join(stack.project, `Pulumi.${stackName}.yaml`), "utf8");
    expect(settings, "but the engine writes what --config says").to.contain(`test:night: "${dayFromNow(2)}"`);
    await story().follow("The job", on(2));
    expect(await titlesOf(staging)).to.have.members(["first", "second"]);
    expect(restores()).to.equal(2);

    expect(await story().follow("The job", on(2)), "the job once more").to.contain("5 unchanged");
    expect(await story().follow("The same night again")).to.contain("5 unchanged");
    expect(restores()).to.equal(2);
  });

  it("refuses a job that comes late, and a swap of target and source", async () => {
    const { stack } = story();
    const late = stack.pulumi("up", "--yes", "--config", `night=${dayFromNow(-1)}`);
    expect(await fails(late)).to.contain("DGC413");
    edit(stack, "index.ts", (text) =>
      text
        .replace("target: staging,", 'target: config.require("production"),')
        .replace(/source: config.*,/, "source: staging,"),
    );
    const swapped = stack.pulumi("preview", "--config", `night=${dayFromNow(3)}`);
    expect(await fails(swapped)).to.contain("DGC415");
    await story().follow("A nightly copy of production into staging");
    expect(restores()).to.equal(2);
  });

  it("goes on waiting after the job was killed", async () => {
    const { stack } = story();
    staging.setRestoreOutcome({ status: "IN_PROGRESS" });
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview", "--config", `night=${dayFromNow(3)}`);
    await stack.local.journal.waitFor(
      ({ operation, acted }) => operation === "restore" && acted && restores() > 2,
      60_000,
    );
    const polls = stack.local.journal.count("restoreStatus");
    const isPoll = ({ operation }: { operation: string }): boolean =>
      operation === "restoreStatus" && stack.local.journal.count("restoreStatus") > polls;
    await stack.local.journal.waitFor(isPoll, 60_000);
    killTree(child, "SIGKILL");
    await ended;
    staging.setRestoreOutcome({ status: "OK" });
    const printed = await story().follow("When the job is killed", on(3));
    expect(printed).to.contain("Look at the data");
    expect(restores()).to.equal(3);
  });
});

page("drift", {}, (story) => {
  const backend = (): Backend => {
    const { cloud } = story().stack.local;
    return cloud.get(cloud.all()[0]?.uid ?? "");
  };
  const changeSchema = (): Promise<void> =>
    backend().engine.setSchema("type Product { id: ID! name: String byHand: Int }");
  const rename = (name: string): void => {
    const { cloud, accounts } = story().stack.local;
    cloud.updateDeployment(accounts[0]!, { uid: cloud.all()[0]?.uid ?? "", name });
  };

  it("finds a new name, and takes it back", async () => {
    const { stack } = story();
    await story().follow("Find what was changed by hand");
    await succeeds(stack.up());
    rename("renamed-by-hand");
    expect(await succeeds(stack.preview()), "a preview does not find it").to.contain("3 unchanged");
    await story().follow("Compare");
    expect(backend().deployment.name).to.equal("renamed-by-hand");
    await story().follow("Take a change back");
    expect(backend().deployment.name).to.equal("orders");
  });

  it("finds a schema, and takes it back with consent", async () => {
    const { stack } = story();
    await changeSchema();
    await story().follow("Compare");
    expect(await fails(stack.preview("--refresh")), "which is no replacement for it").to.contain("DGC702");
    await story().follow("Take a schema back");
    expect(await backend().engine.schema()).not.to.contain("byHand");
  });

  it("does not find a token that was rotated, or an input that the program leaves out", async () => {
    const { stack } = story();
    const { cloud, accounts } = stack.local;
    const [{ uid, jwtToken }] = [cloud.all()[0]!];
    cloud.updateDeployment(accounts[0]!, { uid, deploymentMode: "readonly" });
    expect(cloud.rotateToken(uid)).not.to.equal(jwtToken);
    await succeeds(stack.pulumi("refresh", "--preview-only", "--expect-no-changes"));
  });

  it("shows the workflow", async () => {
    await story().follow("Every night");
  });
});

const them = { email: "them@example.com", password: "their-password" };

page("several-accounts", { accounts: [dev, them] }, (story) => {
  /** Whose backend each resource of the program has; the default name begins with that of the resource. */
  const owners = (): string[] =>
    story()
      .stack.local.cloud.all()
      .map(({ name, owner }) => `${name.replace(/-.*/, "")} ${owner}`);

  it("makes each backend in its account", async () => {
    const { stack } = story();
    story().password = them.password;
    await story().follow("Several accounts in one program");
    await story().follow("Deploy it");
    expect(owners()).to.have.members([`ours ${dev.email}`, `theirs ${them.email}`]);
    const { name } = stack.local.cloud.all().find(({ owner }) => owner === them.email)!;
    expect(await stack.output("theirNames")).to.equal(JSON.stringify([name]));
    expect((await stack.state()).text).not.to.contain(them.password);
  });

  it("passes the account on to the resources of a component", async () => {
    const { stack } = story();
    edit(
      stack,
      "index.ts",
      (text) => `${text}
        const group = new pulumi.ComponentResource("shop:index:Group", "group", {}, { providers: [customer] });
        new dgraphcloud.Backend("below", { zone: "us-east-1", deploymentType: "free" }, { parent: group });`,
    );
    await succeeds(stack.up());
    expect(owners()).to.include(`below ${them.email}`).and.to.have.length(3);
  });

  it("takes a new password without changing a backend, and destroys in both accounts", async () => {
    const { stack } = story();
    const uids = stack.local.cloud.all().map(({ uid }) => uid);
    story().password = them.password = "their-new-password";
    expect(await story().follow("Change the password")).to.match(/1 updated\s+5 unchanged/);
    expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal(uids);
    await succeeds(stack.destroy());
    expect(owners()).to.deep.equal([]);
  });
});

page("unit-tests", {}, (story) => {
  const run = (): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, ["--import", "tsx", "--test", "index.test.ts"], {
      cwd: story().stack.project,
      env: { ...story().stack.environment },
      encoding: "utf8",
      timeout: 60_000,
    });

  it("passes, and sends nothing", async () => {
    await story().follow("Unit tests of your own stack");
    await story().follow("Run it");
    expect(story().stack.local.journal.count()).to.equal(0);
  });

  for (const [wrong, change] of [
    ["restores into production", (text) => text.replace("target: staging", 'target: "0x42"')],
    ["has no last moment", without("notAfter")],
    ["always has the same trigger", (text) => text.replace('config.require("copiedFor")', '"never"')],
    ["tells of no backup", (text) => text.replace("copy.restoredFolder", "copy.restoredType")],
  ] as readonly [string, (text: string) => string][])
    it(`fails for a program that ${wrong}`, async () => {
      await story().follow("Unit tests of your own stack");
      edit(story().stack, "index.ts", change);
      const { status, stdout } = run();
      expect(status, stdout).to.equal(1);
      expect(stdout).to.match(/pass 2/);
    });
});

page("automation-api", {}, (story) => {
  const there = (): string[] =>
    story()
      .stack.local.cloud.all()
      .map(({ uid }) => uid);

  it("makes an environment for a branch, changes nothing the second time, and removes it alone", async () => {
    const { stack } = story();
    rmSync(join(stack.project, "Pulumi.yaml"));
    const other = await make(stack, "other", "free");
    await story().follow("An environment for each branch with the Automation API");
    const printed = await story().follow("Create one");
    const [, made] = stack.local.cloud.all();
    expect(printed).to.contain(`http://${made?.url ?? ""}/graphql`);
    expect(printed, "the token is not printed").not.to.contain(made?.jwtToken);
    expect(await story().follow("Create one")).to.contain("2 unchanged");
    expect(there()).to.deep.equal([other.deployment.uid, made?.uid]);
    await story().follow("Hand the address to your tests");
    await story().follow("Delete it");
    expect(there()).to.deep.equal([other.deployment.uid]);
  });
});

page("stack-references", {}, (story) => {
  const drops = (): number => story().stack.local.journal.acted("dropData");
  const orders = (): Backend => story().stack.local.cloud.get("0x42");

  it("deploys a platform, and an application that reads its outputs and keeps the secret", async () => {
    const { stack } = story();
    await story().follow("One stack owns the backend, another one uses it");
    await story().follow("Deploy both");
    expect(drops()).to.equal(1);
    const printed = await story().follow("Secrets stay secret");
    expect(printed).to.contain(orders().deployment.url);
    for (const project of ["platform", "app"]) {
      const state = await succeeds(stack.pulumi("-C", project, "stack", "export"));
      expect(state).not.to.contain(orders().deployment.jwtToken);
    }
    const token = await succeeds(stack.pulumi("-C", "app", "stack", "output", "token", "--show-secrets"));
    expect(token.trim()).to.equal(orders().deployment.jwtToken);
  });

  it("forgets with a destroy of the application that the drop has run; notAfter refuses to run it again", async () => {
    const { stack } = story();
    await write(orders(), "tea");
    await story().follow("What a uid cannot tell");
    expect(await titlesOf(orders())).to.deep.equal(["tea"]);
    edit(stack, "app/index.ts", (text) => text.replace(/notAfter: ".*"/, 'notAfter: "2026-01-01T00:00:00Z"'));
    expect(await fails(stack.pulumi("-C", "app", "up", "--yes"))).to.contain("DGC413");
    expect(drops()).to.equal(1);
  });
});

const accounts = [
  dev,
  ...["you", "team"].map((name) => ({ email: `${name}@example.com`, password: "their-password" })),
];

page("secrets", { accounts }, (story) => {
  it("deploys with the account of the environment, then with that of the stack, which wins", async () => {
    const { stack } = story();
    story().password = "their-password";
    writeFileSync(join(stack.folder, ".dgraphcloud-password"), `${story().password}\n`);
    await story().follow("Where the credentials come from");
    await story().follow("From the environment");
    await story().follow("From the stack");
    expect(stack.local.cloud.all().map(({ owner }) => owner)).to.deep.equal(["you@example.com", "team@example.com"]);
  });

  it("names settings that the provider reads in the files of Pulumi ESC", async () => {
    await story().follow("From Pulumi ESC");
    const text = readFileSync(join(__dirname, "../../docs/how-to/secrets.md"), "utf8");
    const inStack = [...text.matchAll(/^ +dgraphcloud:(\w+): /gm)].map(([, name]) => name);
    const inEnvironment = [...text.matchAll(/^ +DGRAPHCLOUD_(\w+): /gm)].map(([, name = ""]) => name.toLowerCase());
    expect(inStack).to.deep.equal(["email", "password"]);
    expect(settingNames).to.include.members([...inStack, ...inEnvironment]);
    expect(inEnvironment).to.deep.equal(inStack);
  });
});

page("change-a-schema", {}, (story) => {
  const backend = (): Backend => story().stack.local.cloud.get("0x42");
  const ask = async (query: string): Promise<unknown> => {
    const { data, errors } = await backend().engine.graphql({ query });
    expect(errors).to.equal(undefined);
    return data;
  };
  const drops = (): number => story().stack.local.journal.acted("dropData");
  /** The stored values, whether the schema still has the field or not. */
  const stored = async (field: string): Promise<unknown[]> =>
    (await recordsOf(backend(), "User")).flatMap((record) => (field in record ? [record[field]] : []));

  it("adds a field, and renames one with its values", async () => {
    await story().follow("Change a schema without losing data");
    await ask(`mutation { addUser(input: [
      { name: "Ann", phone: "555", age: "41", notes: "private", tags: ["a", "b"] }, { name: "Bob", age: "unknown" }
    ]) { numUids } }`);
    await story().follow("Add a field");
    await story().follow("Rename a field");
    expect(await ask("{ queryUser(order: { asc: name }) { name mobile email } }")).to.deep.equal({
      queryUser: [
        { name: "Ann", mobile: "555", email: null },
        { name: "Bob", mobile: null, email: null },
      ],
    });
  });

  it("changes a type by a new field, and hides the old values", async () => {
    await story().follow("Change the type of a field");
    expect(await ask("{ queryUser(order: { asc: name }) { years } }")).to.deep.equal({
      queryUser: [{ years: 41 }, { years: null }],
    });
    expect(await stored("age")).to.have.members(["41", "unknown"]);
  });

  it("erases the values of a removed field, and no others", async () => {
    expect(await stored("notes")).to.deep.equal(["private"]);
    await story().follow("Remove a field for good");
    expect([await stored("notes"), drops()]).to.deep.equal([[], 1]);
    expect(await stored("age")).to.have.length(2);
  });

  it("is stopped where Dgraph would refuse, and makes a list single without its values", async () => {
    expect(await stored("tags")).to.deep.equal([["a", "b"]]);
    await story().follow("Make a list single");
    expect([await stored("tags"), drops()]).to.deep.equal([[], 2]);
    await ask('mutation { updateUser(input: { filter: {}, set: { tags: "c" } }) { numUids } }');
    expect(await ask("{ queryUser(order: { asc: name }) { name tags } }")).to.deep.equal({
      queryUser: [
        { name: "Ann", tags: "c" },
        { name: "Bob", tags: "c" },
      ],
    });
  });

  it("removes a consent without sending anything", async () => {
    const sent = story().stack.local.journal.acted("updateGQLSchema");
    await story().follow("Tidy allow");
    expect(story().stack.local.journal.acted("updateGQLSchema")).to.equal(sent);
    await succeeds(story().stack.up("--expect-no-changes"));
  });
});

page("pull-requests", {}, (story) => {
  const production = (): Backend => story().stack.local.cloud.get("0x42");

  it("prepares a repository, and deploys production", async () => {
    const { stack } = story();
    await story().follow("Write the program");
    await story().follow("Make the stack");
    await story().follow("Add the workflows");
    await story().follow("Set up GitHub");
    // The first run of the workflow.
    await succeeds(stack.up());
    expect(production().deployment).to.include({ name: "shop-production" });
  });

  it("shows what a pull request destroys, and stops it", async () => {
    const before = await production().engine.schema();
    const printed = await story().follow("Open a pull request");
    expect(printed.match(/^<!-- pulumi-dgraphcloud summary shop\/production -->$/gm)).to.have.length(2);
    expect(await production().engine.schema()).to.equal(before);
  });
});

page("environment-per-pull-request", {}, (story) => {
  const program = "review/index.ts";
  const names = (): string[] =>
    story()
      .stack.local.cloud.all()
      .map(({ name }) => name);
  const review = (...args: string[]): Promise<Run> => story().stack.pulumi("-C", "review", ...args);

  before(async () => {
    const { stack } = story();
    const schema = "type Product { sku: String! @id name: String! @search(by: [term]) price: Float }";
    writeFileSync(join(stack.project, "schema.graphql"), `${schema}\n`);
    const production = await make(stack, "shop-production");
    await production.engine.setSchema(schema);
    await production.engine.graphql({
      query: 'mutation { addProduct(input: [{ sku: "1", name: "tea" }]) { numUids } }',
    });
    await production.takeBackup();
  });

  it("shows the program of the example, with the schema of the folder above", async () => {
    await story().follow("Write the program");
    await story().follow("Add the workflow");
    const example = readFileSync(join(root, "examples/pull-request/index.ts"), "utf8");
    const written = readFileSync(join(story().stack.project, program), "utf8");
    expect(written).to.equal(`// ${program}\n${example.replace('"schema.graphql"', '"../schema.graphql"')}`);
  });

  it("makes an environment with production's data, and leaves nothing of it", async () => {
    const { local } = story().stack;
    const printed = await story().follow("Try it on your machine");
    expect(printed).to.match(/^http:\S+\/graphql$/m);
    expect([local.journal.acted("restore"), local.journal.acted("deleteDeployment")]).to.deep.equal([1, 1]);
    expect(names()).to.deep.equal(["shop-production"]);
  });

  it("takes the consent of the branch, and copies again", async () => {
    const { stack } = story();
    await succeeds(review("stack", "init", "pr-13"));
    edit(stack, "schema.graphql", (text) => text.replace("price: Float", "stock: Int"));
    expect(await fails(review("up", "--yes"))).to.contain("DGC702");
    await story().follow("A change of the schema that needs consent");
    await succeeds(review("up", "--yes", "--skip-preview"));
    const copy = stack.local.cloud.get(stack.local.cloud.all().find(({ name }) => name === "shop-pr-13")?.uid ?? "");
    expect(await recordsOf(copy, "Product")).to.have.length(1);
    expect(await copy.engine.schema()).to.contain("stock");

    await story().follow("New data");
    expect(await succeeds(review("preview"))).to.contain('It runs again because of a change of triggers ("copy")');
    await succeeds(review("destroy", "--yes", "--skip-preview"));
    expect(names()).to.deep.equal(["shop-production"]);
  });
});

page("policies", {}, (story) => {
  const pack = "policies/index.ts";

  before(async () => {
    const { stack } = story();
    const engine = await withPolicyPacks(await prepareEngine(), join(stack.folder, "engine"));
    Object.assign(stack.environment, engine.env);
    // The reader's npm install.
    const installed = join("node_modules", "@pulumi", "policy");
    symlinkSync(join(root, installed), join(stack.project, installed));
  });

  it("shows the pack of the example, which stops an unprotected backend", async () => {
    const { stack } = story();
    await story().follow("Write the pack");
    const example = readFileSync(join(root, "examples/policy/index.ts"), "utf8");
    expect(readFileSync(join(stack.project, pack), "utf8")).to.equal(`// ${pack}\n${example}`);
    await story().follow("Run it");
    expect(stack.local.cloud.all().map(({ name }) => name)).to.deep.equal(["orders-production"]);
  });

  it("takes another pattern and another level from a configuration file", async () => {
    const { stack } = story();
    edit(stack, "index.ts", without("deletionProtection"));
    await story().follow("Change what counts as production");
  });

  it("runs in the workflow", async () => {
    await story().follow("Run it in CI");
  });
});
