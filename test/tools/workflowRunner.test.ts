import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { waitUntil } from "../harness/clocks";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { type BegunRun, Runner } from "../harness/github/actions";
import { evaluate, interpolate } from "../harness/github/expressions";
import { isAlive } from "../harness/processes";

const sound = { failed: false, cancelled: false };
const contexts = {
  github: { event: { action: "Opened", number: 12 }, repository: "acme/shop" },
};
const event = { name: "push", payload: {}, sha: "abc", refName: "main" };

describe("the runner of workflows", function () {
  this.timeout(20_000);
  let folder: string;
  let runner: Runner;

  beforeEach(() => {
    folder = makeTemporaryFolder("runner");
    runner = new Runner({
      folder: join(folder, "machines"),
      repository: "acme/shop",
      secrets: { KEY: "the key" },
      actions: { "acme/greet": ({ env }, { name }) => (env["GREETING"] = `hello ${String(name)}`) },
      env: { PATH: process.env["PATH"] ?? "" },
      apiUrl: "http://127.0.0.1:1",
      issueToken: (permissions) => `token for ${JSON.stringify(permissions)}`,
    });
  });
  afterEach(() => {
    removeFolder(folder);
  });

  /** Begins a workflow with these jobs, which runs at each push to main. */
  function begin(jobs: string, more = ""): BegunRun {
    const file = join(folder, "workflow.yml");
    writeFileSync(file, `on:\n  push:\n    branches: [main]\n${more}jobs:\n${jobs}`);
    return runner.begin(file, event);
  }
  const job = (steps: string, more = ""): string => `  one:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps}`;
  const runSteps = (steps: string, more = "") => begin(job(steps, more)).ended;

  it("passes outputs, variables and the summary on, and gives texts of the workflow by env only", async () => {
    const run = await runSteps(
      `
      - { id: first, run: 'echo "code=7" >> "$GITHUB_OUTPUT"; echo "LATER=yes" >> "$GITHUB_ENV"; echo "# Sum" >> "$GITHUB_STEP_SUMMARY"' }
      - { uses: acme/greet@v1, with: { name: "\${{ github.repository }}" } }
      - { run: 'echo "$GREETING, $CODE, $LATER, $KEY, $NONE, $TOKEN, $JOB"', env: { CODE: "\${{ steps.first.outputs.code }}",
          KEY: "\${{ secrets.KEY }}", NONE: "\${{ secrets.NONE }}|", TOKEN: "\${{ github.token }}" } }`,
      "    env: { JOB: of the job }\n    permissions: { contents: read }\n",
    );
    expect(run.outcome, run.log).to.equal("success");
    expect(run.jobs["one"]?.summary).to.equal("# Sum\n");
    expect(run.log).to.contain('hello acme/shop, 7, yes, the key, |, token for {"contents":"read"}, of the job\n');
  });

  it("skips what follows a failure, except what asks for it", async () => {
    const run = await runSteps(`
      - { id: bad, run: "exit 3" }
      - { run: echo not me }
      - { run: echo not me, if: "steps.bad.outcome == 'failure'" }
      - { run: echo after a failure, if: failure() && steps.bad.outcome == 'failure' }
      - { run: echo always, if: always() }`);
    expect(run.outcome).to.equal("failure");
    expect(run.jobs["one"]?.steps.map(({ outcome }) => outcome)).to.deep.equal([
      ...["failure", "skipped", "skipped", "success", "success"],
    ]);
    expect(run.jobs["one"]?.steps[0]?.code).to.equal(3);
  });

  it("lets a pipe fail as GitHub does: only where the workflow asks for bash", async () => {
    const steps = (shell: string): string => `\n      - { run: "false | true"${shell} }`;
    expect((await runSteps(steps(""))).outcome).to.equal("success");
    expect((await runSteps(steps(", shell: bash"))).outcome).to.equal("failure");
    expect((await runSteps('\n      - run: "false; true"')).outcome).to.equal("failure");
  });

  it("runs nothing at another event", async () => {
    const file = join(folder, "other.yml");
    const steps = "    steps:\n      - run: exit 1\n";
    writeFileSync(
      file,
      `on:\n  pull_request:\n    types: [opened]\njobs:\n  one:\n    runs-on: ubuntu-latest\n${steps}`,
    );
    expect((await runner.run(file, event)).outcome).to.equal("skipped");
    const closed = { ...event, name: "pull_request", payload: { action: "closed" } };
    expect((await runner.run(file, closed)).outcome).to.equal("skipped");
    expect((await runner.run(file, { ...closed, payload: { action: "opened" } })).outcome).to.equal("failure");
  });

  it("lets one run of a group wait for the running one, and cancels the one that waited before", async () => {
    const order: string[] = [];
    const runs = [0.5, 0, 0].map((seconds) => begin(job(`\n      - run: sleep ${seconds}`), "concurrency: deploy\n"));
    const ended = runs.map(async ({ ended }, index) => {
      const { outcome } = await ended;
      order.push(`${index} ${outcome}`);
    });
    await Promise.all(ended);
    expect(order).to.deep.equal(["1 cancelled", "0 success", "2 success"]);
  });

  it("kills all processes of a step, and runs no other step", async () => {
    const run = begin(
      job(`
      - run: "sleep 60 & echo $! > $RUNNER_TEMP/../pid; sleep 60"
      - { run: echo never, if: always() }`),
    );
    const pidFile = join(folder, "machines/machine-1/pid");
    const pid = (): number => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0);
    await waitUntil(() => pid() > 0, { tries: 100, everyMs: 50 });
    run.kill();
    const { outcome, jobs } = await run.ended;
    expect([outcome, jobs["one"]?.steps.map((step) => step.outcome)]).to.deep.equal([
      "cancelled",
      ["cancelled", "skipped"],
    ]);
    await waitUntil(() => !isAlive(pid()), { tries: 40, everyMs: 50 });
    expect(isAlive(pid())).to.equal(false);
  });

  const refused: readonly [what: string, step: string, complaint: string][] = [
    ["an action that nothing stands for", "{ uses: acme/other@v1 }", "acme/other@v1"],
    ["an action without a version", "{ uses: acme/greet }", "acme/greet"],
    ["a key that it would ignore", "{ run: echo, timeout-seconds: 3 }", "timeout-seconds"],
    ["a name that does not exist", "{ run: echo, if: github.event.nothing == 'x' }", "github.event.nothing"],
    ["a step that does not exist", "{ run: echo, if: steps.no.outputs.x == 'x' }", "steps.no.outputs.x"],
    ["a function", "{ run: echo, if: \"contains('x', 'y')\" }", "contains()"],
    ["an operator", "{ run: echo, env: { X: '${{ 1 > 0 }}' } }", ">"],
    ["a value in the text of a script", "{ run: 'echo ${{ github.event_name }}' }", "env"],
    ["another shell", "{ run: echo, shell: pwsh }", "pwsh"],
  ];
  for (const [what, step, complaint] of refused)
    it(`refuses ${what}`, async () => {
      const ended = (async () => runSteps(`\n      - ${step}`))();
      expect(
        await ended.then(
          () => "no error",
          (error: unknown) => String(error),
        ),
      ).to.contain(complaint);
    });
});

describe("the expressions of workflows", () => {
  const values: readonly [expression: string, value: unknown][] = [
    ["github.event.action == 'opened'", true],
    ["github.event.action != 'opened' || !(1 == 2)", true],
    ["github.event.action == 'closed' && github.repository", false],
    ["github.event.action == 'opened' && github.repository", "acme/shop"],
    ["'it''s'", "it's"],
    ["'7' == 7", true],
    ["!cancelled() && !failure()", true],
  ];
  for (const [expression, value] of values)
    it(`have the value that GitHub gives them: ${expression}`, () => {
      expect(evaluate(expression, contexts, sound)).to.deep.equal(value);
    });

  it("are replaced in texts", () => {
    expect(interpolate("a ${{ github.repository }} b ${{ 1 == 2 }}", contexts, sound)).to.equal("a acme/shop b false");
    expect(() => interpolate("${{ github.event }}", contexts, sound)).to.throw("github.event");
  });
});
