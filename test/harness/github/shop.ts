import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import {
  type Account,
  type Deployment,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from "dgraphcloud-local";
import { type Engine, prepareEngine } from "../../../tools/engine";
import { waitUntil } from "../clocks";
import { makeTemporaryFolder, removeFolder } from "../folders";
import { kill, providersWith } from "../processes";
import { replaceIn, writeShopProgram } from "../shopProgram";
import { Audit } from "../secretAudit";
import { type BegunRun, Runner, type StepRun, type WorkflowRun } from "./actions";
import { FakeGitHub, type Issue } from "./api";
import { machinePath, standIns } from "./standIns";
import type { RepositoryEvent } from "./workflow";

const examples = resolve(__dirname, "../../../examples");
const account: Account = { email: "ada@shop.example", password: "the-password-of-ada-7319" };
const passphrase = "the-passphrase-of-the-state-7319";

/** The repository of a team: production's program, review/, and the workflows, with a Dgraph Cloud and a GitHub on this machine. */
export class Shop {
  readonly folder: string;
  readonly repository: string;
  /** Every run so far. */
  readonly runs: WorkflowRun[] = [];
  private readonly environment: Record<string, string>;
  private readonly runner: Runner;
  private readonly audit: Audit;
  private pushes = 0;

  private constructor(
    folder: string,
    readonly local: LocalCloud,
    readonly github: FakeGitHub,
    private readonly engine: Engine,
  ) {
    this.folder = folder;
    this.repository = join(folder, "repository");
    this.environment = { PATH: machinePath(folder), DGRAPHCLOUD_ENDPOINT: local.endpoint };
    this.audit = new Audit({ folder, environment: this.environment, local });
    // What a user's log shows.
    delete this.environment["DGRAPHCLOUD_LOG"];
    this.audit.canaries.add("the passphrase of the state", passphrase);
    const { email, password } = account;
    this.runner = new Runner({
      folder: join(folder, "machines"),
      repository: github.repository,
      secrets: { DGRAPHCLOUD_EMAIL: email, DGRAPHCLOUD_PASSWORD: password, PULUMI_CONFIG_PASSPHRASE: passphrase },
      vars: { PULUMI_BACKEND_URL: this.stateUrl },
      actions: standIns(this.repository, engine),
      env: this.environment,
      apiUrl: github.url,
      issueToken: github.issueToken,
    });
  }

  static async start(options: LocalCloudOptions): Promise<Shop> {
    const folder = makeTemporaryFolder("shop");
    mkdirSync(join(folder, "state"));
    const local = await startLocalCloud({ ...options, accounts: [account] });
    const shop = new Shop(folder, local, await FakeGitHub.start(), await prepareEngine());
    shop.fillRepository();
    return shop;
  }

  private get stateUrl(): string {
    return `file://${join(this.folder, "state")}`;
  }

  /** What a user does once: two examples, the workflows, and the stack of production. */
  private fillRepository(): void {
    const at = (path: string): string => join(this.repository, path);
    writeShopProgram(this.repository);
    cpSync(join(examples, "github-actions"), at(".github/workflows"), { recursive: true });
    this.pulumi("stack", "init", "production");
    this.pulumi("config", "set", "zone", "us-east-1");
    this.pulumi("config", "set", "protected", "false");
  }

  /** Runs the engine as a user does, in the repository. */
  pulumi(...args: string[]): string {
    const env = {
      ...{ ...this.environment, ...this.engine.env, HOME: join(this.folder, "home") },
      ...{ PULUMI_BACKEND_URL: this.stateUrl, PULUMI_CONFIG_PASSPHRASE: passphrase },
    };
    return execFileSync(this.engine.pulumi, [...args, "--non-interactive"], {
      ...{ cwd: this.repository, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    });
  }

  /** The stacks in the state. */
  stacks(): string[] {
    const folder = join(this.folder, "state/.pulumi/stacks");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".json"))
      .map((path) => path.replace(/^.*\/|\.json$/g, ""));
  }

  /** Whether an engine that was killed has left a lock. */
  isLocked(): boolean {
    const paths = readdirSync(join(this.folder, "state/.pulumi/locks"), { recursive: true, encoding: "utf8" });
    return paths.some((path) => path.endsWith(".json"));
  }

  /** Changes a file of the repository, as a commit would. */
  edit(path: string, from: string, to: string): void {
    replaceIn(join(this.repository, path), from, to);
  }

  /** Runs a workflow at an event of a pull request. */
  onPullRequest(
    workflow: string,
    action: string,
    { number }: Issue,
    from = this.github.repository,
  ): Promise<WorkflowRun> {
    return this.beginOnPullRequest(workflow, action, { number }, from).ended;
  }

  beginOnPullRequest(
    workflow: string,
    action: string,
    { number }: Pick<Issue, "number">,
    from = this.github.repository,
  ): BegunRun {
    const payload = { action, number, pull_request: { number, head: { repo: { full_name: from } } } };
    // GitHub sends both events. It runs no workflow at `pull_request` while there are conflicts, so a close comes as the other one.
    const name = action === "closed" ? "pull_request_target" : "pull_request";
    return this.begin(workflow, { name, payload, sha: this.nextSha(), refName: `${number}/merge` });
  }

  /** Runs the workflow deploy.yml for a push to main, or for the merge of a pull request. */
  onPush(merged?: Issue): Promise<WorkflowRun> {
    const sha = merged?.merged?.sha ?? this.nextSha();
    if (merged !== undefined) merged.merged = { sha, base: "main" };
    const payload = { ref: "refs/heads/main" };
    return this.begin("deploy", { name: "push", payload, sha, refName: "main" }).ended;
  }

  private begin(workflow: string, event: RepositoryEvent): BegunRun {
    const file = join(this.repository, `.github/workflows/${workflow}.yml`);
    const run = this.runner.begin(file, event);
    void run.ended.then(
      (ended) => this.runs.push(ended),
      () => undefined,
    );
    return run;
  }

  private nextSha(): string {
    return (++this.pushes).toString(16).padStart(40, "0");
  }

  backends(): string[] {
    return this.local.cloud.all().map(({ name }) => name);
  }

  backend(name: string): Deployment {
    const found = this.local.cloud.all().filter((one) => one.name === name);
    expect(found, name).to.have.length(1);
    return found[0]!;
  }

  /** Fails if a secret is in a comment, a step summary, a log, a file or the arguments of a process. */
  expectNoLeak(): void {
    const { leaks, seen } = this.audit.stop();
    expect(leaks).to.deep.equal([]);
    expect(seen.files.size, "files that were searched").to.be.above(20);
    const texts = [
      ...this.github.bodies,
      ...this.runs.flatMap(({ log, jobs }) => [log, ...Object.values(jobs).map(({ summary }) => summary)]),
    ];
    expect(texts.length, "texts that were searched").to.be.above(10);
    for (const text of texts) expect(this.audit.leaksIn(text, "a text of a job")).to.deep.equal([]);
  }

  /** Stops everything. Fails if a provider process outlived its job. */
  async close(): Promise<void> {
    const survivors = (): number[] => providersWith(this.stateUrl);
    await waitUntil(() => survivors().length === 0, { tries: 50, everyMs: 100 });
    const outlived = survivors();
    for (const pid of outlived) kill(pid, "SIGKILL");
    this.audit.stop();
    await Promise.all([this.local.close(), this.github.stop()]);
    removeFolder(this.folder);
    expect(outlived, "provider processes that outlive their job").to.deep.equal([]);
  }
}

/** The one step of a run with this title. */
export function stepOf(run: WorkflowRun, title: string): StepRun {
  const found = Object.values(run.jobs)
    .flatMap(({ steps }) => steps)
    .filter((step) => step.title === title);
  expect(found, `${title} in\n${run.log}`).to.have.length(1);
  return found[0]!;
}

/** A run that must have succeeded. */
export function succeeded(run: WorkflowRun): WorkflowRun {
  expect(run.outcome, run.log).to.equal("success");
  return run;
}
