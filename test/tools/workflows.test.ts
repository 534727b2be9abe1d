import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { prepareActionlint } from "../../tools/actionlint";
import { goVersionFor } from "../../tools/goBuild";

const root = resolve(__dirname, "../..");
const folder = ".github/workflows";
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const workflows = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const examples = "examples/github-actions";
const exampleWorkflows = readdirSync(join(root, examples))
  .filter((name) => name.endsWith(".yml"))
  .map((name) => `${examples}/${name}`);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly uses?: string;
  readonly permissions?: object;
  readonly "timeout-minutes"?: number;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions?: object;
  readonly jobs: Readonly<Record<string, Job>>;
}
const { parsed, jobs, steps } = readAll(workflows);

function readAll(paths: readonly string[]) {
  const parsed = paths.map((path) => ({ path, workflow: parse(read(path)) as Workflow }));
  const jobs = parsed.flatMap(({ path, workflow }) =>
    Object.entries(workflow.jobs).map(([name, job]) => ({ place: `${path}, ${name}`, name, job })),
  );
  const steps = jobs.flatMap(({ place, job }) => (job.steps ?? []).map((step) => ({ place, step })));
  return { parsed, jobs, steps };
}

describe("the workflows", () => {
  it("are all there", () => {
    expect(workflows.map((path) => path.slice(folder.length + 1))).to.have.members([
      "all-tests.yml",
      "ci.yml",
      "release.yml",
    ]);
  });

  it("have no right but to read, but for what publishes and what makes the release", () => {
    for (const { path, workflow } of parsed) expect(workflow.permissions, path).to.deep.equal({ contents: "read" });
    const more = jobs.flatMap(({ name, job }) => (job.permissions === undefined ? [] : [[name, job.permissions]]));
    expect(more).to.deep.equal([
      ["publish", { contents: "read", "id-token": "write" }],
      ["release", { contents: "write" }],
    ]);
  });

  it("end each job after a time of its own, not after GitHub's six hours", () => {
    const endless = jobs.filter(({ job }) => job.uses === undefined && job["timeout-minutes"] === undefined);
    expect(endless.map(({ place }) => place)).to.deep.equal([]);
  });

  it("use GitHub's own actions, each in one major version", () => {
    const used = steps.flatMap(({ step }) => step.uses ?? []);
    for (const action of used) expect(action).to.match(/^actions\/[a-z-]+@v\d+$/);
    expect(new Set(used)).to.have.property("size", new Set(used.map((action) => action.split("@")[0])).size);
  });

  it("leave no token of GitHub behind in a checkout", () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    expect(checkouts).not.to.deep.equal([]);
    for (const { place, step } of checkouts) expect(step.with?.["persist-credentials"], place).to.equal(false);
  });

  it("run scripts that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
    const run = workflows.flatMap((path) =>
      [...read(path).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script),
    );
    expect(run).to.include.members(["check", "test:unit", "test:portable", "build", "package", "release:check"]);
    expect(Object.keys(scripts)).to.include.members(run);
  });

  it("attach the plugin's tarball to a release", () => {
    const release = read(".github/workflows/release.yml");
    expect(release.indexOf("npm run package")).to.be.within(0, release.indexOf("gh release create"));
    expect(release).to.match(/gh release create .* dist\/pulumi-resource-dgraphcloud-v\*\.tar\.gz$/m);
  });

  it("install the Go that all the tools need", () => {
    const modules = readdirSync(join(root, "tools")).filter((name) => existsSync(join(root, "tools", name, "go.mod")));
    const needed = goVersionFor(modules.map((module) => ({ module })));
    const named = steps.flatMap(({ step }) => (step.uses?.startsWith("actions/setup-go@") ? [step.with] : []));
    expect(named).to.have.lengthOf(2);
    for (const inputs of named)
      expect(read(String(inputs?.["go-version-file"])).split("\n")).to.include(`go ${needed}`);
  });

  it("keep the tools in a cache whose key is made from files that exist", () => {
    const keys = steps.flatMap(({ step }) =>
      step.uses?.startsWith("actions/cache@") ? String(step.with?.["key"]) : [],
    );
    const [key = ""] = keys;
    const files = [...key.matchAll(/'(tools\/[\w-]+\.ts)'/g)].map(([, file = ""]) => file);
    expect([keys.length, files.length]).to.deep.equal([1, 4]);
    expect(files.filter((file) => !existsSync(join(root, file)))).to.deep.equal([]);
  });
});

describe("the workflows that users copy", () => {
  const ofUsers = readAll(exampleWorkflows);

  it("are there", () => {
    expect(exampleWorkflows.map((path) => path.slice(examples.length + 1))).to.include.members([
      "deploy.yml",
      "environment.yml",
      "preview.yml",
    ]);
  });

  it("may read the code, and write only to pull requests and issues", () => {
    for (const { path, workflow } of ofUsers.parsed) {
      const { contents, ...others } = workflow.permissions as Record<string, string>;
      expect(contents, path).to.equal("read");
      expect(["pull-requests", "issues"], path).to.include.members(Object.keys(others));
    }
    expect(ofUsers.jobs.filter(({ job }) => job.permissions !== undefined)).to.deep.equal([]);
  });

  it("end each job after a time of its own", () => {
    for (const { place, job } of ofUsers.jobs) expect(job["timeout-minutes"], place).to.be.within(1, 240);
  });

  it("use a few actions, each in one major version", () => {
    const used = ofUsers.steps.flatMap(({ step }) => step.uses ?? []);
    for (const action of used) expect(action).to.match(/^(actions\/(checkout|setup-node)|pulumi\/actions)@v\d+$/);
    expect(new Set(used)).to.have.property("size", new Set(used.map((action) => action.split("@")[0])).size);
  });

  it("leave no token of GitHub behind in a checkout", () => {
    const checkouts = ofUsers.steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    expect(checkouts).not.to.deep.equal([]);
    for (const { place, step } of checkouts) expect(step.with?.["persist-credentials"], place).to.equal(false);
  });

  it("put no value of an event or a secret into the text of a script", () => {
    for (const { place, step } of ofUsers.steps) expect(step.run ?? "", place).not.to.contain("${{");
  });

  it("run scripts that lie beside them", () => {
    const text = exampleWorkflows.map(read).join("\n");
    const scripts = [...text.matchAll(/\.github\/workflows\/([\w-]+\.mjs)/g)].map(([, script = ""]) => script);
    expect(scripts).to.include("pull-request.mjs");
    for (const script of scripts) expect(existsSync(join(root, examples, script)), script).to.equal(true);
  });
});

describe("the linter of the workflows", function () {
  // Where it is not in the cache yet, it is built.
  this.timeout(300_000);
  let linter: string;
  before(async () => {
    linter = (await prepareActionlint()).executable;
  });

  /** What it prints: nothing for a workflow without fault. Programs that only some machines have are left out. */
  function lint(args: readonly string[], input = ""): string {
    const flags = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
    const { stdout, stderr } = spawnSync(linter, [...flags, ...args], { cwd: root, input, encoding: "utf8" });
    return stdout + stderr;
  }
  const lintText = (path: string, text: string): string => lint(["-stdin-filename", path, "-"], text);

  it("finds nothing", () => {
    expect(lint([...workflows, ...exampleWorkflows])).to.equal("");
    for (const path of [...workflows, ...exampleWorkflows]) expect(lintText(path, read(path)), path).to.equal("");
  });

  const broken: readonly [path: string, from: string, to: string, complaint: string][] = [
    ["ci.yml", "timeout-minutes: 20", "timeout-minute: 20", 'unexpected key "timeout-minute" for "job" section'],
    ["ci.yml", "runs-on: ubuntu-latest", "runs-on: ubuntu-lastest", 'label "ubuntu-lastest" is unknown'],
    ["ci.yml", "node-version: ${{ matrix.node }}", "node-version: ${{ matrix.nod }}", 'property "nod" is not defined'],
    ["ci.yml", "persist-credentials: false", "persist-credential: false", 'input "persist-credential" is not defined'],
    ["ci.yml", "all-tests.yml", "every-test.yml", "could not read reusable workflow file"],
    ["preview.yml", "steps.summary.outputs.code", "steps.summry.outputs.code", 'property "summry" is not defined'],
    ["preview.yml", "npm ci", 'echo "${{ github.event.pull_request.title }}"', "is potentially untrusted"],
    ["environment.yml", "pull-requests: write", "pull-request: write", 'unknown permission scope "pull-request"'],
    ["drift.yml", "steps.compare.outputs.code", "steps.compar.outputs.code", 'property "compar" is not defined'],
    ["nightly-copy.yml", 'cron: "30 2 * * *"', 'cron: "30 25 * * *"', 'invalid CRON format "30 25 * * *"'],
    ["deploy.yml", "branches: [main]", "branch: [main]", 'unexpected key "branch"'],
    ["release.yml", "needs: publish", "needs: published", 'needs job "published" which does not exist'],
    ["release.yml", "id-token: write", "id-tokens: write", 'unknown permission scope "id-tokens"'],
    ["release.yml", '"$GITHUB_REF_NAME"', "${{ github.event.head_commit.message }}", "is potentially untrusted"],
  ];
  for (const [name, from, to, complaint] of broken)
    it(`finds ${to} in ${name}`, () => {
      const path = [...workflows, ...exampleWorkflows].find((one) => one.endsWith(`/${name}`)) ?? "";
      expect(read(path)).to.contain(from);
      expect(
        lintText(
          path,
          read(path).replace(from, () => to),
        ),
      ).to.contain(complaint);
    });
});
