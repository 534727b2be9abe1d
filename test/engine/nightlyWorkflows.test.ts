import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { Account, Backend, LocalCloudOptions } from "dgraphcloud-local";
import { prepareEngine } from "../../tools/engine";
import { allBlocks, fileOf, root } from "../docs/blocks";
import { type Cluster, firstUser, startCluster } from "../harness/cluster";
import { Stack, succeeds } from "../harness/engineStack";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { Runner, type WorkflowRun } from "../harness/github/actions";
import { FakeIssues } from "../harness/github/issuesApi";
import { machinePath, standIns } from "../harness/github/standIns";
import { recordsOf } from "../local/content";

const examples = join(root, "examples/github-actions");
const dev: Account = { email: "dev@example.com", password: "the-password-of-dev" };

interface SiteOptions {
  readonly stackName: string;
  /** The files of examples/github-actions that the repository has. */
  readonly workflows: readonly string[];
  readonly cloud?: LocalCloudOptions;
  readonly engine?: "newest" | "oldest";
  /** Scripts that stand for programs of the machines. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** A repository with a program and a stack, a fake of GitHub, and the machines that run its workflows. */
class Site {
  private constructor(
    private readonly folder: string,
    readonly stack: Stack,
    readonly github: FakeIssues,
    readonly runner: Runner,
    readonly secrets: Record<string, string>,
  ) {}

  static async start({ stackName, workflows, cloud, engine: exactly, programs = {} }: SiteOptions): Promise<Site> {
    const folder = makeTemporaryFolder("nightly");
    const repository = join(folder, "repository");
    for (const name of ["pulumi-dgraphcloud", "@pulumi/pulumi", "typescript", "@types/node"]) {
      const path = join(repository, "node_modules", name);
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(name === "pulumi-dgraphcloud" ? root : join(root, "node_modules", name), path);
    }
    writeFileSync(join(repository, "package.json"), '{ "name": "shop", "private": true }\n');
    writeFileSync(join(repository, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: program\n");
    mkdirSync(join(repository, "program"));
    for (const file of workflows) cpSync(join(examples, file), join(repository, ".github/workflows", file));

    const engine = await prepareEngine(exactly === undefined ? {} : { exactly });
    const options: LocalCloudOptions = { accounts: [dev], provisioningMs: 0, restoreMs: 0, ...cloud };
    const stack = await Stack.ofProject(repository, options, engine);
    await succeeds(stack.pulumi("stack", "init", stackName));
    const github = await FakeIssues.start();
    mkdirSync(join(folder, "more"));
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(folder, "more", name), script);
      chmodSync(join(folder, "more", name), 0o755);
    }
    const secrets = { DGRAPHCLOUD_EMAIL: dev.email, DGRAPHCLOUD_PASSWORD: dev.password };
    const runner = new Runner({
      folder: join(folder, "machines"),
      repository: "acme/shop",
      secrets,
      vars: { PULUMI_BACKEND_URL: stack.environment["PULUMI_BACKEND_URL"] ?? "" },
      actions: standIns(repository, engine),
      env: {
        PATH: `${join(folder, "more")}:${machinePath(folder)}`,
        DGRAPHCLOUD_ENDPOINT: stack.local.endpoint,
        GITHUB_SERVER_URL: "https://github.example",
        GITHUB_RUN_ID: "77",
      },
      apiUrl: github.url,
      issueToken: github.issueToken,
    });
    return new Site(folder, stack, github, runner, secrets);
  }

  program(file: string, text: string): void {
    writeFileSync(join(this.stack.project, "program", file), text);
  }

  /** What GitHub starts every night. */
  begin(workflow: string): ReturnType<Runner["begin"]> {
    return this.runner.begin(join(examples, workflow), {
      name: "schedule",
      payload: {},
      sha: "0123abc",
      refName: "main",
    });
  }

  async run(workflow: string): Promise<WorkflowRun> {
    const run = await this.begin(workflow).ended;
    for (const secret of [dev.password, "ghs_token"]) expect(run.log).not.to.contain(secret);
    return run;
  }

  /** A file in the checkout of a job. */
  fileOnMachine(machine: number, name: string): string {
    return readFileSync(join(this.folder, `machines/machine-${machine}/workspace`, name), "utf8");
  }

  /** The files that lock a stack. */
  locks(): string[] {
    const state = (this.stack.environment["PULUMI_BACKEND_URL"] ?? "").replace("file://", "");
    const all = readdirSync(join(state, ".pulumi/locks"), { recursive: true }).map(String);
    return all.filter((name) => name.endsWith(".json"));
  }

  async close(): Promise<void> {
    await this.stack.close();
    await this.github.stop();
    removeFolder(this.folder);
  }
}

/** The steps that ran, with their outcome. */
function outcomes({ jobs }: WorkflowRun): Record<string, string> {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  return Object.fromEntries(steps.map(({ title, outcome }) => [title, outcome]));
}

for (const engine of ["newest", "oldest"] as const)
  describe(`engine: examples/github-actions/drift.yml, with the ${engine} engine`, function () {
    this.timeout(300_000);
    let site: Site;
    let orders: Backend;
    const schema = "type Product { id: ID! name: String }";
    const marker = "<!-- pulumi-dgraphcloud summary shop/production -->";

    before(async () => {
      site = await Site.start({ stackName: "production", workflows: ["drift.yml", "drift.mjs"], engine });
      site.program(
        "index.js",
        `const dgraphcloud = require("pulumi-dgraphcloud");
        const orders = new dgraphcloud.Backend("orders", { name: "orders", zone: "us-east-1", deploymentType: "dedicated" });
        new dgraphcloud.GraphqlSchema("orders-schema", { backend: orders, schema: ${JSON.stringify(schema)} });
        exports.jwtToken = orders.jwtToken;`,
      );
      await succeeds(site.stack.up());
      orders = site.stack.local.cloud.get(uid());
      // Neither is the issue of a job: anybody can write the text, but not set the label, and a pull request is no issue.
      site.github.open({ title: "A question", body: `Is this one mine?\n${marker}`, labels: [] });
      site.github.open({ title: "A change", body: marker, labels: ["drift"], isPullRequest: true });
    });
    after(() => site.close());

    const uid = (): string => site.stack.local.cloud.all()[0]?.uid ?? "";
    const rename = (name: string): void => {
      site.stack.local.cloud.updateDeployment(dev, { uid: uid(), name });
    };
    /** The issues that the jobs have opened. */
    const opened = (): FakeIssues["issues"] => site.github.issues.slice(2);
    const untouched = (): unknown => site.github.issues.slice(0, 2).map(({ state, comments }) => [state, comments]);

    it("succeeds without drift, and opens nothing", async () => {
      const run = await site.run("drift.yml");
      expect(run.outcome, run.log).to.equal("success");
      expect(site.github.writes).to.deep.equal([]);
      expect(outcomes(run)).to.include({ "Close the issue": "success", "Open the issue": "skipped" });
    });

    it("ignores what the program has not deployed yet", async () => {
      const text = readFileSync(join(site.stack.project, "program/index.js"), "utf8");
      site.program("index.js", text.replace("us-east-1", "eu-west-1"));
      const run = await site.run("drift.yml");
      expect(run.outcome, run.log).to.equal("success");
      site.program("index.js", text);
    });

    it("fails while there is drift, opens one issue, and changes nothing", async () => {
      rename("renamed-by-hand");
      await orders.engine.setSchema("type Product { id: ID! name: String byHand: Int }");
      const before = (await site.stack.state()).text;
      const run = await site.run("drift.yml");
      expect(run.outcome, run.log).to.equal("failure");
      expect(outcomes(run)).to.include({ Compare: "success", Summary: "success", "Open the issue": "failure" });

      expect(opened()).to.have.length(1);
      const [{ title, body, labels } = opened()[0]!] = opened();
      expect([title, labels]).to.deep.equal(["Drift in shop/production", ["drift"]]);
      expect(body).to.match(/Backend "orders".*outside of this program: name/);
      expect(body).to.match(/GraphqlSchema "orders-schema".*outside of this program: schema/);
      expect(run.jobs["drift"]?.summary).to.contain(body);
      expect((await site.stack.state()).text).to.equal(before);
      expect(orders.deployment.name).to.equal("renamed-by-hand");
      expect(await orders.engine.schema()).to.contain("byHand");
    });

    it("leaves the issue as it is while the drift stays the same", async () => {
      const writes = site.github.writes.length;
      expect((await site.run("drift.yml")).outcome).to.equal("failure");
      expect(site.github.writes).to.have.length(writes);
    });

    it("updates the issue when the drift changes", async () => {
      rename("orders");
      expect((await site.run("drift.yml")).outcome).to.equal("failure");
      expect(opened()).to.have.length(1);
      expect(opened()[0]?.body).not.to.contain("outside of this program: name");
      expect(opened()[0]?.comments).to.have.length(1);
    });

    it("fails and leaves the issue as it is when the service cannot be asked", async () => {
      site.secrets["DGRAPHCLOUD_PASSWORD"] = "wrong";
      const writes = site.github.writes.length;
      const run = await site.run("drift.yml");
      site.secrets["DGRAPHCLOUD_PASSWORD"] = dev.password;
      expect(run.outcome).to.equal("failure");
      expect(outcomes(run)).to.include({ "The refresh must not fail": "failure", "Close the issue": "skipped" });
      expect(run.jobs["drift"]?.summary).to.contain("DGC103");
      expect(site.github.writes).to.have.length(writes);
    });

    it("closes the issue when the drift is gone", async () => {
      await orders.engine.setSchema(schema);
      const run = await site.run("drift.yml");
      expect(run.outcome, run.log).to.equal("success");
      expect(opened().map(({ state }) => state)).to.deep.equal(["closed"]);
      expect(opened()[0]?.comments.at(-1)).to.contain("https://github.example/acme/shop/actions/runs/77");
    });

    it("opens another issue when a backend is gone", async () => {
      await site.stack.local.cloud.deleteDeployment(dev, uid());
      const soon = await site.run("drift.yml");
      expect(soon.outcome, "an absence proves nothing within five minutes of the create").to.equal("failure");
      expect(soon.jobs["drift"]?.summary).to.contain("DGC302");
      expect(opened()).to.have.length(1);

      await site.stack.ageBackends();
      const run = await site.run("drift.yml");
      expect(run.outcome).to.equal("failure");
      expect(opened().map(({ state }) => state)).to.deep.equal(["closed", "open"]);
      expect(opened()[1]?.body).to.match(/Backend "orders".*no longer exists/);
      expect(untouched()).to.deep.equal([
        ["open", []],
        ["open", []],
      ]);
    });
  });

describe("engine: examples/github-actions/nightly-copy.yml", function () {
  this.timeout(300_000);
  let site: Site;
  let production: Backend;
  /** The page allows a copy until 06:00 of its night, so the machines are told another date. */
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const restores = (): number => site.stack.local.journal.acted("restore");
  const staging = (): Backend => site.stack.local.cloud.get("0x43");
  const titles = async (backend: Backend): Promise<unknown[]> =>
    (await recordsOf(backend, "Task")).map(({ title }) => title);
  const addTask = (title: string): Promise<unknown> =>
    production.engine.graphql({ query: `mutation { addTask(input: [{ title: "${title}" }]) { numUids } }` });

  before(async () => {
    const date = `#!/bin/sh\n[ "$*" = "-u +%F" ] || exit 1\necho "$(cat "$(dirname "$0")/today")"\n`;
    site = await Site.start({ stackName: "nightly", workflows: ["nightly-copy.yml"], programs: { date } });
    const block = allBlocks().find((one) => one.file === "docs/how-to/nightly-copy.md" && fileOf(one) === "index.ts");
    site.program("index.ts", block!.text);
    const { uid } = await site.stack.local.cloud.createDeployment(dev, {
      ...{ name: "production", zone: "us-east-1", deploymentType: "dedicated" },
    });
    production = site.stack.local.cloud.get(uid);
    await production.engine.start();
    await production.engine.setSchema("type Task { id: ID! title: String! }");
    await addTask("first");
    await production.takeBackup();
    await succeeds(site.stack.pulumi("config", "set", "production", uid));
  });
  after(() => site.close());

  function setToday(date: string): void {
    writeFileSync(join(site.stack.project, "../more/today"), date);
  }

  it("copies once a night, and writes the date to the checkout only", async () => {
    setToday(inDays(1));
    const first = await site.run("nightly-copy.yml");
    expect(first.outcome, first.log).to.equal("success");
    expect(await titles(staging())).to.deep.equal(["first"]);
    expect(site.fileOnMachine(1, "Pulumi.nightly.yaml")).to.contain(`shop:night: "${inDays(1)}"`);
    expect(readFileSync(join(site.stack.project, "Pulumi.nightly.yaml"), "utf8")).not.to.contain("shop:night");

    const again = await site.run("nightly-copy.yml");
    expect(again.log).to.contain("5 unchanged");
    expect(restores()).to.equal(1);
  });

  it("copies again on the next night, and waits for its restore after the job was killed", async () => {
    await addTask("second");
    await production.takeBackup();
    setToday(inDays(2));
    staging().setRestoreOutcome({ status: "IN_PROGRESS" });
    const killed = site.begin("nightly-copy.yml");
    await site.stack.local.journal.waitFor(
      ({ operation, acted }) => operation === "restore" && acted && restores() === 2,
      60_000,
    );
    const polls = site.stack.local.journal.count("restoreStatus");
    await site.stack.local.journal.waitFor(
      ({ operation }) => operation === "restoreStatus" && site.stack.local.journal.count("restoreStatus") > polls,
      60_000,
    );
    killed.kill();
    expect((await killed.ended).outcome).to.equal("cancelled");
    expect(site.locks(), "the killed run leaves the stack locked").to.have.length(1);

    staging().setRestoreOutcome({ status: "OK" });
    const next = await site.run("nightly-copy.yml");
    expect(next.outcome, next.log).to.equal("success");
    expect(await titles(staging())).to.have.members(["first", "second"]);
    expect(restores(), "sent once for each night").to.equal(2);
    expect(site.locks()).to.deep.equal([]);
  });

  it("fails when it starts after 06:00, and changes nothing", async () => {
    setToday(inDays(-1));
    const late = await site.run("nightly-copy.yml");
    expect(late.outcome).to.equal("failure");
    expect(late.log).to.contain("DGC413");
    expect(restores()).to.equal(2);
  });
});

describe("engine: examples/github-actions/nightly-backup.yml", function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let site: Site;
  const page = "docs/how-to/self-hosted.md";
  const backups = (): string[] => readdirSync(cluster.makeFolder("shop")).filter((name) => name.startsWith("dgraph."));

  before(async () => {
    cluster = await startCluster({ accessControl: {} });
    const date = `#!/bin/sh\n[ "$*" = "-u +%F" ] || exit 1\necho 2026-11-23\n`;
    site = await Site.start({ stackName: "nightly", workflows: ["nightly-backup.yml"], programs: { date } });
    mkdirSync(join(site.stack.project, "backup"));
    for (const file of ["backup/Pulumi.yaml", "backup/index.ts"]) {
      const block = allBlocks().find((one) => one.file === page && fileOf(one) === file);
      const text = block!.text.replace("/backups/shop", cluster.makeFolder("shop"));
      writeFileSync(join(site.stack.project, file), text);
    }
    const pulumi = (...args: string[]): Promise<string> => succeeds(site.stack.pulumi("-C", "backup", ...args));
    await pulumi("stack", "init", "nightly");
    await pulumi("config", "set", "dgraphcloud:clusterUrl", cluster.alpha.url);
    await pulumi("config", "set", "dgraphcloud:clusterUser", firstUser.user);
  });
  after(async () => {
    await site.close();
    await cluster.close();
  });

  it("fails without the password, and backs up nothing", async () => {
    const refused = await site.run("nightly-backup.yml");
    expect(refused.outcome).to.equal("failure");
    expect(refused.log).to.contain("DGC807");
    expect(backups()).to.deep.equal([]);
  });

  it("backs up once a night with the password of the secrets", async () => {
    site.secrets["DGRAPHCLOUD_CLUSTER_PASSWORD"] = firstUser.password;
    const first = await site.run("nightly-backup.yml");
    expect(first.outcome, first.log).to.equal("success");
    expect(backups()).to.have.length(1);
    const again = await site.run("nightly-backup.yml");
    expect(again.outcome, again.log).to.equal("success");
    expect(backups()).to.have.length(1);
  });
});
