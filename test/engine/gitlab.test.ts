import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Account, Backend, Deployment } from "dgraphcloud-local";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { type Engine, prepareEngine } from "../../tools/engine";
import { allBlocks, fileOf, root } from "../docs/blocks";
import { waitUntil } from "../harness/clocks";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { machinePath } from "../harness/github/standIns";
import { FakeGitLab, type MergeRequest } from "../harness/gitlab/api";
import { beginJob, GitLabCi, type Job, type JobRun, type Variables } from "../harness/gitlab/jobs";
import { kill, killTree, providersWith } from "../harness/processes";
import { replaceIn, writeShopProgram } from "../harness/shopProgram";
import { recordsOf } from "../local/content";

const examples = join(root, "examples");
const ada: Account = { email: "ada@shop.example", password: "the-password-of-ada-4417" };
const passphrase = "the-passphrase-of-the-state-4417";

const onMergeRequest = (iid: number, from = 7, project = 7): Variables => ({
  ...{ CI_PIPELINE_SOURCE: "merge_request_event", CI_COMMIT_BRANCH: "", CI_MERGE_REQUEST_IID: String(iid) },
  ...{ CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(from), CI_MERGE_REQUEST_PROJECT_ID: String(project) },
});
const onPush = (branch = "main"): Variables => ({ CI_PIPELINE_SOURCE: "push", CI_COMMIT_BRANCH: branch });
const onSchedule = (NIGHTLY: string): Variables => ({
  CI_PIPELINE_SOURCE: "schedule",
  CI_COMMIT_BRANCH: "main",
  NIGHTLY,
});

/** The repository of a team on GitLab: production's program, review/ and nightly/, with a Dgraph Cloud and a GitLab on this machine. */
class Shop {
  readonly ci: GitLabCi;
  readonly runs: JobRun[] = [];
  readonly env: Record<string, string>;
  private readonly repository: string;
  private readonly pipelines = new Map<string, readonly string[]>();
  private jobs?: Record<string, Job>;
  private machines = 0;

  private constructor(
    private readonly folder: string,
    readonly local: LocalCloud,
    readonly gitlab: FakeGitLab,
    private readonly engine: Engine,
  ) {
    this.repository = join(folder, "repository");
    for (const name of ["state", "home", "more"]) mkdirSync(join(folder, name));
    this.ci = new GitLabCi(this.repository, join(folder, "home"));
    this.env = {
      PATH: `${join(folder, "more")}:${machinePath(folder)}`,
      ...{ PULUMI_BACKEND_URL: this.stateUrl, PULUMI_CONFIG_PASSPHRASE: passphrase },
      ...{ DGRAPHCLOUD_ENDPOINT: local.endpoint, DGRAPHCLOUD_EMAIL: ada.email, DGRAPHCLOUD_PASSWORD: ada.password },
      ...{ GITLAB_TOKEN: gitlab.token, CI_API_V4_URL: gitlab.url, CI_PROJECT_ID: "7" },
      ...{ CI_JOB_URL: "https://gitlab.example/acme/shop/-/jobs/1", PULUMI_SKIP_UPDATE_CHECK: "true" },
    };
  }

  static async start(): Promise<Shop> {
    const local = await startLocalCloud({ accounts: [ada], provisioningMs: 0, restoreMs: 0 });
    const shop = new Shop(makeTemporaryFolder("gitlab"), local, await FakeGitLab.start(), await prepareEngine());
    shop.fillMachines();
    shop.fillRepository();
    return shop;
  }

  private get stateUrl(): string {
    return `file://${join(this.folder, "state")}`;
  }

  /** The installer of Pulumi, and a date that a test sets. */
  private fillMachines(): void {
    const program = (name: string, known: string, lines: readonly string[]): void => {
      const refuse = `[ "$*" = "${known}" ] || { echo "nothing stands for ${name} $*" >&2; exit 1; }`;
      writeFileSync(join(this.folder, "more", name), ["#!/bin/sh", refuse, ...lines, ""].join("\n"), { mode: 0o755 });
    };
    const links = this.engine.binDirs.map((from) => `ln -sf ${from}/* \\$HOME/.pulumi/bin/`);
    const installer = ["mkdir -p \\$HOME/.pulumi/bin", ...links].map((line) => `echo "${line}"`);
    program("curl", "-fsSL https://get.pulumi.com", installer);
    program("date", "-u +%F", [`cat ${join(this.folder, "more/today")}`]);
  }

  /** What the team does once. */
  private fillRepository(): void {
    const at = (path: string): string => join(this.repository, path);
    writeShopProgram(this.repository);
    cpSync(join(examples, "gitlab"), this.repository, { recursive: true });
    mkdirSync(at("nightly"));
    writeFileSync(at("nightly/Pulumi.yaml"), "name: nightly\nruntime: nodejs\nmain: index.ts\n");
    const copy = allBlocks().find((one) => one.file === "docs/how-to/nightly-copy.md" && fileOf(one) === "index.ts");
    writeFileSync(at("nightly/index.ts"), copy!.text);
    this.git("init", "--quiet", "--initial-branch=main", ".");
    this.git("remote", "add", "origin", "https://gitlab.example/acme/shop.git");
    this.pulumi("stack", "init", "production");
    this.pulumi("config", "set", "protected", "false");
    this.commit();
  }

  private git(...args: string[]): void {
    const env = { PATH: "/usr/bin:/bin", HOME: join(this.folder, "home") };
    const author = ["-c", "user.name=Ada", "-c", `user.email=${ada.email}`];
    execFileSync("git", [...author, ...args], { cwd: this.repository, env, stdio: "pipe" });
  }

  /** Runs the engine as somebody of the team does. These commands ask no service, which would wait for this process. */
  pulumi(...args: string[]): string {
    const env = { ...this.env, ...this.engine.env, HOME: join(this.folder, "home") };
    const cwd = args[0] === "-C" ? join(this.repository, args[1]!) : this.repository;
    return execFileSync(this.engine.pulumi, [...(args[0] === "-C" ? args.slice(2) : args), "--non-interactive"], {
      ...{ cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    });
  }

  edit(path: string, from: string, to: string): void {
    replaceIn(join(this.repository, path), from, to);
  }

  commit(): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", "a change");
  }

  setToday(date: string): void {
    writeFileSync(join(this.folder, "more/today"), `${date}\n`);
  }

  /** The file does not change between the runs of jobs, so each pipeline is asked for once. */
  private jobsFor(variables: Variables): readonly string[] {
    const key = JSON.stringify(variables);
    const known = this.pipelines.get(key) ?? this.ci.jobsFor(variables);
    this.pipelines.set(key, known);
    return known;
  }

  /** Runs a job of a pipeline that has it. */
  async run(name: string, variables: Variables): Promise<JobRun> {
    return this.begin(name, variables).ended;
  }

  begin(name: string, variables: Variables): { kill: () => void; ended: Promise<JobRun> } {
    expect(this.jobsFor(variables), "the jobs of the pipeline").to.include(name);
    const job = (this.jobs ??= this.ci.jobs())[name]!;
    const machine = join(this.folder, `machine-${++this.machines}`);
    const { child, ended } = beginJob(job, {
      repository: this.repository,
      machine,
      env: { ...this.env, ...variables },
    });
    void ended.then((run) => this.runs.push(run));
    return {
      ended,
      kill: () => {
        killTree(child, "SIGKILL");
      },
    };
  }

  /** Kills a job while it waits for the restore that it sent. */
  async killInRestore(name: string, variables: Variables): Promise<void> {
    const { journal } = this.local;
    const sent = journal.acted("restore");
    const job = this.begin(name, variables);
    await journal.waitFor(({ operation }) => operation === "restore" && journal.acted("restore") > sent, 60_000);
    const polls = journal.count("restoreStatus");
    const isPoll = ({ operation }: { operation: string }): boolean =>
      operation === "restoreStatus" && journal.count("restoreStatus") > polls;
    await journal.waitFor(isPoll, 60_000);
    job.kill();
    await job.ended;
    expect(this.locks(), "the killed job leaves the stack locked").to.have.length(1);
  }

  deployment(name: string): Deployment {
    const found = this.local.cloud.all().filter((one) => one.name === name);
    expect(found, name).to.have.length(1);
    return found[0]!;
  }

  backend(name: string): Backend {
    return this.local.cloud.get(this.deployment(name).uid);
  }

  names(): string[] {
    return this.local.cloud.all().map(({ name }) => name);
  }

  stacks(): string[] {
    const files = readdirSync(join(this.folder, "state/.pulumi/stacks"), { recursive: true, encoding: "utf8" });
    return files.filter((path) => path.endsWith(".json")).map((path) => path.replace(/\.json$/, ""));
  }

  locks(): string[] {
    const files = readdirSync(join(this.folder, "state/.pulumi/locks"), { recursive: true, encoding: "utf8" });
    return files.filter((path) => path.endsWith(".json"));
  }

  /** Stops everything. Fails if a provider process outlived its job. */
  async close(): Promise<void> {
    const survivors = (): number[] => providersWith(this.stateUrl);
    await waitUntil(() => survivors().length === 0, { tries: 50, everyMs: 100 });
    const outlived = survivors();
    for (const pid of outlived) kill(pid, "SIGKILL");
    await Promise.all([this.local.close(), this.gitlab.stop()]);
    removeFolder(this.folder);
    expect(outlived, "provider processes that outlive their job").to.deep.equal([]);
  }
}

describe("engine: examples/gitlab", function () {
  this.timeout(300_000);
  let shop: Shop;
  let request: MergeRequest;

  before(async () => {
    shop = await Shop.start();
  });
  after(() => shop.close());

  const succeeds = async (name: string, variables: Variables): Promise<string> => {
    const { code, log } = await shop.run(name, variables);
    expect(code, log).to.equal(0);
    return log;
  };
  const fails = async (name: string, variables: Variables, expected: number): Promise<string> => {
    const { code, log } = await shop.run(name, variables);
    expect(code, log).to.equal(expected);
    return log;
  };
  const products = async (name: string): Promise<unknown[]> =>
    (await recordsOf(shop.backend(name), "Product")).map((product) => product["name"]);
  const addProduct = (name: string, product: string): Promise<unknown> =>
    shop.backend(name).engine.graphql({
      query: `mutation { addProduct(input: [{ sku: "${product}", name: "${product}" }]) { numUids } }`,
    });

  describe("the file .gitlab-ci.yml", () => {
    it("has the right jobs for each pipeline", () => {
      const jobs = (variables: Variables): string[] => shop.ci.jobsFor(variables);
      expect(jobs(onMergeRequest(12))).to.have.members(["preview", "environment", "remove-environment"]);
      expect(jobs(onPush())).to.deep.equal(["deploy"]);
      expect(jobs(onSchedule("drift"))).to.deep.equal(["drift"]);
      expect(jobs(onSchedule("copy"))).to.deep.equal(["nightly-copy"]);
      expect(jobs(onMergeRequest(12, 8)), "a fork, in the project").to.deep.equal([]);
      expect(jobs(onPush("feature")), "another branch").to.deep.equal([]);
    });

    it("removes the environment only when it is stopped, one job at a time", () => {
      const { environment, "remove-environment": remove } = shop.ci.jobs() as Partial<Record<string, Job>>;
      expect(environment?.environment?.on_stop).to.equal("remove-environment");
      expect(remove?.environment).to.deep.equal({ name: environment?.environment?.name, action: "stop" });
      expect(remove?.resource_group).to.equal(environment?.resource_group);
      // GitLab starts the job that stops an environment only if both are in the same pipelines.
      expect(remove?.rules.map((rule) => rule["if"])).to.deep.equal(environment?.rules.map((rule) => rule["if"]));
      expect(remove?.rules.map((rule) => [rule["when"], rule["allow_failure"]])).to.deep.equal([["manual", true]]);
    });

    for (const [from, to] of [
      ["on_stop: remove-environment", "on_stopp: remove-environment"],
      ["timeout: 3 hours", "timeout: [3]"],
      ["resource_group: drift", "resource_groups: drift"],
      ["when: manual", "when: by-hand"],
    ] as const)
      it(`is validated by GitLab's schema, which refuses ${to}`, () => {
        shop.edit(".gitlab-ci.yml", from, to);
        try {
          expect(() => shop.ci.jobsFor(onPush())).to.throw();
        } finally {
          shop.edit(".gitlab-ci.yml", to, from);
        }
      });
  });

  describe("a merge request", () => {
    it("begins with production, which the first push to main deploys", async () => {
      await succeeds("deploy", onPush());
      await addProduct("shop-production", "bread");
      await shop.backend("shop-production").takeBackup();
    });

    it("gets a note with the preview, which is written once", async () => {
      request = shop.gitlab.open(12);
      shop.edit("schema.graphql", "price: Float", "price: Float\n  stock: Int");
      shop.commit();
      shop.gitlab.writeNote(request, "What is <!-- pulumi-dgraphcloud summary environment-per-stack/production -->?");
      await succeeds("preview", onMergeRequest(12));
      const [, note] = request.notes;
      expect(note?.body).to.match(/^### environment-per-stack\/production: /);
      const writes = shop.gitlab.writes.length;
      await succeeds("preview", onMergeRequest(12));
      expect(shop.gitlab.writes, "an unchanged preview edits nothing").to.have.length(writes);
      expect(request.notes).to.have.length(2);
    });

    it("gets an environment with production's data and its own schema", async () => {
      const log = await succeeds("environment", onMergeRequest(12));
      expect(await products("shop-mr-12")).to.deep.equal(["bread"]);
      expect(await shop.backend("shop-mr-12").engine.schema()).to.contain("stock");
      expect(log).to.contain(shop.deployment("shop-mr-12").url);
      expect(shop.stacks()).to.have.members(["environment-per-stack/production", "pull-request/mr-12"]);
    });

    it("is stopped when it would destroy something, until a label allows it", async () => {
      shop.edit("index.ts", 'config.get("zone") ?? "us-east-1"', '"eu-west-1"');
      shop.commit();
      shop.gitlab.push(request);
      const refused = await fails("preview", onMergeRequest(12), 3);
      expect(refused).to.contain('set the label "allow-destruction" on !12');
      expect(request.notes).to.have.length(2);
      expect(request.notes[1]?.body.split("\n")[0]).to.match(
        /Backend "shop" is replaced without its data; at least 1 node is lost/,
      );

      shop.gitlab.addLabel(request, "allow-destruction");
      await succeeds("preview", onMergeRequest(12));
      shop.gitlab.push(request);
      expect(await fails("preview", onMergeRequest(12), 3)).to.contain("was set before the last push");
      shop.gitlab.removeLabel(request, "allow-destruction");
      shop.gitlab.addLabel(request, "allow-destruction");
      await succeeds("preview", onMergeRequest(12));
    });

    it("fails with a preview that fails, also with the label", async () => {
      shop.edit("index.ts", '"eu-west-1"', '""');
      shop.commit();
      await fails("preview", onMergeRequest(12), 1);
      expect(request.notes[1]?.body).to.contain("the preview failed");
      shop.edit("index.ts", 'zone: ""', 'zone: "eu-west-1"');
      shop.commit();
    });

    it("continues an environment whose job was killed, with the same backend", async () => {
      const { uid } = shop.deployment("shop-mr-12");
      shop.pulumi("-C", "review", "config", "set", "copy", "again", "--stack", "mr-12");
      shop.commit();
      shop.backend("shop-mr-12").setRestoreOutcome({ status: "IN_PROGRESS" });
      const restores = shop.local.journal.acted("restore");
      await shop.killInRestore("environment", onMergeRequest(12));
      shop.backend("shop-mr-12").setRestoreOutcome({ status: "OK" });
      await succeeds("environment", onMergeRequest(12));
      expect(shop.deployment("shop-mr-12").uid).to.equal(uid);
      expect(shop.local.journal.acted("restore")).to.equal(restores + 1);
    });

    it("leaves nothing of its environment behind", async () => {
      await succeeds("remove-environment", onMergeRequest(12));
      expect(shop.names()).to.deep.equal(["shop-production"]);
      expect(shop.stacks()).to.deep.equal(["environment-per-stack/production"]);
      await succeeds("remove-environment", onMergeRequest(12));
      expect(shop.stacks()).to.deep.equal(["environment-per-stack/production"]);
    });

    it("is deployed with its label, and not without", async () => {
      const { uid } = shop.deployment("shop-production");
      const commit = { CI_COMMIT_SHA: "0123abc" };
      expect(await fails("deploy", { ...onPush(), ...commit }, 3)).to.contain(
        "No merged merge request has this commit",
      );
      shop.gitlab.merge(request, commit.CI_COMMIT_SHA);
      shop.gitlab.removeLabel(request, "allow-destruction");
      expect(await fails("deploy", { ...onPush(), ...commit }, 3)).to.contain(
        'set the label "allow-destruction" on !12',
      );
      expect(shop.deployment("shop-production").uid).to.equal(uid);
      shop.gitlab.addLabel(request, "allow-destruction");
      await succeeds("deploy", { ...onPush(), ...commit });
      expect(shop.deployment("shop-production").zone).to.equal("eu-west-1");
    });
  });

  describe("a schedule", () => {
    const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const rename = (name: string): void => {
      const [production] = shop.local.cloud.all().filter(({ zone }) => zone === "eu-west-1");
      shop.local.cloud.updateDeployment(ada, { uid: production!.uid, name });
    };

    it("finds drift, and keeps one issue open as long", async () => {
      await succeeds("drift", onSchedule("drift"));
      expect(shop.gitlab.issues).to.deep.equal([]);
      const marker = "<!-- pulumi-dgraphcloud summary environment-per-stack/production -->";
      shop.gitlab.writeIssue("Not of the jobs", marker, ["drift"]);
      rename("renamed-by-hand");
      await fails("drift", onSchedule("drift"), 7);
      const [, issue] = shop.gitlab.issues;
      expect([issue?.title, issue?.labels]).to.deep.equal(["Drift in environment-per-stack/production", ["drift"]]);
      expect(issue?.description).to.match(/Backend "shop.*outside of this program: name/);
      const writes = shop.gitlab.writes.length;
      await fails("drift", onSchedule("drift"), 7);
      expect(shop.gitlab.writes).to.have.length(writes);

      shop.env["DGRAPHCLOUD_PASSWORD"] = "wrong";
      expect(await fails("drift", onSchedule("drift"), 1)).to.contain("DGC103");
      shop.env["DGRAPHCLOUD_PASSWORD"] = ada.password;
      expect(shop.gitlab.writes, "it is not known whether there is drift").to.have.length(writes);

      rename("shop-production");
      await succeeds("drift", onSchedule("drift"));
      expect(shop.gitlab.issues.map(({ state }) => state)).to.deep.equal(["opened", "closed"]);
      expect(issue?.notes.map(({ body }) => body)).to.deep.equal([
        "The drift is gone: https://gitlab.example/acme/shop/-/jobs/1",
      ]);
    });

    it("copies production every night, and continues after a kill", async () => {
      await shop.backend("shop-production").takeBackup();
      shop.pulumi("-C", "nightly", "stack", "init", "nightly");
      shop.pulumi("-C", "nightly", "config", "set", "production", shop.deployment("shop-production").uid);
      shop.commit();
      shop.setToday(inDays(1));
      const restores = shop.local.journal.acted("restore");
      await succeeds("nightly-copy", onSchedule("copy"));
      shop.setToday(inDays(2));
      shop.backend("staging").setRestoreOutcome({ status: "IN_PROGRESS" });
      await shop.killInRestore("nightly-copy", onSchedule("copy"));
      shop.backend("staging").setRestoreOutcome({ status: "OK" });
      await succeeds("nightly-copy", onSchedule("copy"));
      expect(shop.local.journal.acted("restore"), "sent once for each night").to.equal(restores + 2);
    });
  });

  describe("all jobs together", () => {
    it("write no secret into a note, an issue or a log", () => {
      const tokens = shop.local.cloud.all().map(({ jwtToken }) => jwtToken);
      const secrets = [ada.password, passphrase, shop.gitlab.token, ...tokens];
      const texts = [...shop.gitlab.texts(), ...shop.runs.map(({ log }) => log)];
      expect([secrets.length, texts.length]).to.satisfy(([some = 0, many = 0]) => some > 4 && many > 20);
      for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).to.deep.equal([]);
    });
  });
});
