import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { Runner, type WorkflowRun } from "../harness/github/actions";
import { FakeGitHub, type Issue } from "../harness/github/api";
import { machinePath, standIns } from "../harness/github/standIns";

const examples = resolve(__dirname, "../../examples/github-actions");
const allow = "allow-destruction";
const urnOf = (type: string, name: string): string => `urn:pulumi:production::shop::${type}::${name}`;
const backendType = "pulumi-nodejs:dynamic/dgraphcloud:Backend";
const stackStep = { op: "same", urn: urnOf("pulumi:pulumi:Stack", "shop-production") };
const deletion = {
  op: "delete",
  urn: urnOf(backendType, "orders"),
  oldState: { type: backendType, id: "0x42", custom: true, inputs: { zone: "us-east-1" }, outputs: { uid: "0x42" } },
};
/** A backend that an earlier replace could not delete: the next pulumi up does. The engine names it only when it is asked to. */
const leftover = { ...deletion, op: "delete-replaced" };
const digestOf = (steps: readonly object[], diagnostics: readonly object[] = []): string =>
  JSON.stringify({ steps: [stackStep, ...steps], diagnostics, duration: 1, changeSummary: { same: 1 } });

const previews = {
  harmless: digestOf([]),
  destructive: digestOf([deletion]),
  leftover: digestOf([leftover]),
  failed: digestOf([deletion], [{ urn: deletion.urn, severity: "error", message: "error: it failed\n" }]),
  unreadable: "",
};

interface Row {
  readonly when: string;
  readonly preview: keyof typeof previews;
  /** The exit code of `pulumi preview`. A policy that stops it leaves no trace in what it prints. */
  readonly code?: number;
  readonly labels?: readonly string[];
  readonly action?: string;
  /** The title of the step that fails, and its exit code. Without it, the run succeeds. */
  readonly stoppedBy?: readonly [title: string, code: number];
}

const failedPreview = ["The preview must not fail", 1] as const;
const gate = ["Destruction must be allowed", 3] as const;
const rows: readonly Row[] = [
  { when: "nothing is destroyed", preview: "harmless" },
  { when: "something is destroyed", preview: "destructive", stoppedBy: gate },
  { when: "an earlier replace left something to destroy", preview: "leftover", stoppedBy: gate },
  { when: "something is destroyed, with another label", preview: "destructive", labels: ["bug"], stoppedBy: gate },
  { when: "something is destroyed, with the label", preview: "destructive", labels: ["bug", allow] },
  { when: "the preview failed, with the label", preview: "failed", code: 1, labels: [allow], stoppedBy: failedPreview },
  { when: "a policy stopped a harmless change", preview: "harmless", code: 1, stoppedBy: failedPreview },
  {
    when: "a policy stopped it, with the label",
    preview: "destructive",
    code: 1,
    labels: [allow],
    stoppedBy: failedPreview,
  },
  {
    when: "the engine printed no preview",
    preview: "unreadable",
    code: 255,
    labels: [allow],
    stoppedBy: failedPreview,
  },
  { when: "a summary could not be made", preview: "unreadable", stoppedBy: ["The summary must be complete", 2] },
];

/** The workflows with an engine that only prints what a test wants. */
describe("the gate of the workflows that users copy", function () {
  this.timeout(30_000);
  let folder: string;
  let github: FakeGitHub;
  let pull: Issue;
  let runner: Runner;
  const at = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = makeTemporaryFolder("gate");
    github = await FakeGitHub.start();
    pull = github.open(12);
    mkdirSync(at("repository/.github/workflows"), { recursive: true });
    writeFileSync(at("repository/package.json"), "{}");
    writeFileSync(
      at("repository/.github/workflows/pull-request.mjs"),
      readFileSync(join(examples, "pull-request.mjs"), "utf8"),
    );
    mkdirSync(at("engine"));
    const script = [
      "#!/bin/sh",
      `echo "$*" >> ${at("commands")}`,
      `case "$*" in "preview --json --show-replacement-steps"*) cat ${at("preview.json")}; exit $(cat ${at("code")});; esac`,
      `case "$*" in "preview --json"*) cat ${at("without-steps.json")}; exit $(cat ${at("code")});; esac`,
      `case "$1" in preview) echo "error: what the log must show"; exit 1;; esac`,
    ];
    writeFileSync(at("engine/pulumi"), script.join("\n"), { mode: 0o755 });
    runner = new Runner({
      folder: at("machines"),
      repository: github.repository,
      actions: standIns(at("repository"), { binDirs: [at("engine")], env: {} }),
      env: { PATH: machinePath(folder) },
      apiUrl: github.url,
      issueToken: github.issueToken,
    });
  });
  afterEach(async () => {
    await github.stop();
    removeFolder(folder);
  });

  const commands = (): string[] =>
    existsSync(at("commands")) ? readFileSync(at("commands"), "utf8").trim().split("\n") : [];

  function prepare({ preview, code = 0, labels = [] }: Row): void {
    writeFileSync(at("preview.json"), previews[preview]);
    writeFileSync(at("without-steps.json"), previews[preview === "leftover" ? "harmless" : preview]);
    writeFileSync(at("code"), String(code));
    pull.labels = [...labels];
  }

  function onPullRequest(workflow: string, action: string, from = github.repository): Promise<WorkflowRun> {
    const payload = { action, number: 12, pull_request: { number: 12, head: { repo: { full_name: from } } } };
    const event = { name: "pull_request", payload, sha: "abc1", refName: "12/merge" };
    return runner.run(join(examples, `${workflow}.yml`), event);
  }

  function expectStop(run: WorkflowRun, { stoppedBy }: Row): void {
    const failed = Object.values(run.jobs).flatMap(({ steps }) => steps.filter(({ outcome }) => outcome === "failure"));
    expect(failed.map(({ title, code }) => [title, code])).to.deep.equal(stoppedBy === undefined ? [] : [stoppedBy]);
    expect(run.outcome).to.equal(stoppedBy === undefined ? "success" : "failure");
    if (stoppedBy === failedPreview) expect(run.log).to.contain("error: what the log must show");
  }

  for (const row of rows) {
    const end = row.stoppedBy === undefined ? "passes" : `fails with ${row.stoppedBy[1]}`;
    it(`in preview.yml ${end} when ${row.when}`, async () => {
      prepare(row);
      const run = await onPullRequest("preview", "labeled");
      expectStop(run, row);
      expect(pull.comments).to.have.length(row.preview === "unreadable" ? 0 : 1);
      expect(run.jobs["preview"]?.summary ?? "").to.contain(pull.comments[0]?.body ?? "");
      expect(commands().filter((command) => !command.startsWith("preview "))).to.deep.equal([]);
    });

    it(`in deploy.yml ${end} when ${row.when}`, async () => {
      prepare(row);
      pull.merged = { sha: "abc1", base: "main" };
      const event = { name: "push", payload: { ref: "refs/heads/main" }, sha: "abc1", refName: "main" };
      const run = await runner.run(join(examples, "deploy.yml"), event);
      expectStop(run, row);
      const ups = commands().filter((command) => command.startsWith("up "));
      expect(ups).to.deep.equal(row.stoppedBy === undefined ? ["up --yes --stack production"] : []);
      expect(commands()[0], "before all others").to.equal("cancel --yes --stack production");
    });
  }

  // A push to a pull request that is closed makes no event: it is seen when the pull request is opened again.
  for (const action of ["synchronize", "reopened"])
    it(`in preview.yml does not count a label that was set before a push: ${action}`, async () => {
      prepare({ when: "", preview: "destructive", labels: ["bug", allow] });
      const run = await onPullRequest("preview", action);
      expect(run.jobs["consent"]?.outcome).to.equal("success");
      expect(pull.labels).to.deep.equal(["bug"]);
      expectStop(run, { when: "", preview: "destructive", stoppedBy: gate });
    });

  const files = [...readdirSync(examples), "../gitlab/.gitlab-ci.yml"];
  for (const name of files.filter((file) => file.endsWith(".yml")))
    it(`runs no command of a package that is not installed: ${name}`, () => {
      // Without --no, npx installs what the registry has under that name, in a job that holds credentials.
      expect(readFileSync(join(examples, name), "utf8")).not.to.match(/npx (?!--no )/);
    });

  for (const workflow of ["preview", "environment"])
    it(`skips a pull request of a fork with a word: ${workflow}.yml`, async () => {
      const run = await onPullRequest(workflow, "opened", "eve/shop");
      expect(run.outcome).to.equal("success");
      expect(run.log).to.match(/::notice::No .* because this pull request comes from a fork/);
      const outcomes = Object.entries(run.jobs).map(([name, { outcome }]) => `${name} ${outcome}`);
      expect(outcomes.filter((one) => !one.endsWith(" skipped"))).to.deep.equal(["fork success"]);
      expect([commands(), github.writes]).to.deep.equal([[], []]);
    });
});
