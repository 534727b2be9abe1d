import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { runScript, type ScriptRun } from "../harness/scripts";
import { FakeIssues } from "../harness/github/issuesApi";

const script = resolve(__dirname, "../../examples/github-actions/drift.mjs");
const marker = "<!-- pulumi-dgraphcloud summary shop/production -->";

describe("the script of the workflow for drift", () => {
  let folder: string;
  let github: FakeIssues;

  beforeEach(async () => {
    folder = makeTemporaryFolder("script");
    github = await FakeIssues.start();
  });
  afterEach(async () => {
    await github.stop();
    removeFolder(folder);
  });

  async function run(
    command: string,
    text: string,
    permissions: Readonly<Record<string, string>> = { issues: "write" },
  ): Promise<ScriptRun> {
    writeFileSync(join(folder, "summary.md"), text);
    return runScript(script, [command, "summary.md"], {
      cwd: folder,
      env: {
        ...{ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "77" },
        ...{ GITHUB_SERVER_URL: "https://github.example", GITHUB_TOKEN: github.issueToken(permissions) },
      },
    });
  }

  it("finds its issue among more than a page of others", async () => {
    github.open({ title: "mine", body: marker, labels: ["drift"] });
    for (let other = 0; other < 100; other++)
      github.open({ title: "other", body: marker.replace("production", `stack-${other}`), labels: ["drift"] });
    expect((await run("found", `### changed\n${marker}\n`)).code).to.equal(0);
    expect(github.issues).to.have.length(101);
    expect(github.issues[0]?.body).to.equal(`### changed\n${marker}`);
  });

  it("keeps one issue for each stack", async () => {
    await run("found", `### one\n${marker}\n`);
    await run("found", `### other\n${marker.replace("production", "staging")}\n`);
    expect(github.issues.map(({ title }) => title)).to.deep.equal([
      "Drift in shop/production",
      "Drift in shop/staging",
    ]);
    await run("gone", marker);
    expect(github.issues.map(({ state }) => state)).to.deep.equal(["closed", "open"]);
  });

  it("leaves the issues of others alone", async () => {
    // Anybody can write the text, but not set the label. A pull request is an issue to GitHub.
    github.open({ title: "A question", body: marker, labels: [] });
    github.open({ title: "A change", body: marker, labels: ["drift"], isPullRequest: true });
    await run("gone", marker);
    await run("found", `### new\n${marker}`);
    expect(github.issues.map(({ body, state }) => [body, state])).to.deep.equal([
      [marker, "open"],
      [marker, "open"],
      [`### new\n${marker}`, "open"],
    ]);
  });

  it("opens another issue after a closed one", async () => {
    await run("found", marker);
    await run("gone", marker);
    await run("found", marker);
    expect(github.issues.map(({ state }) => state)).to.deep.equal(["closed", "open"]);
  });

  it("says which permission the job lacks", async () => {
    const { code, output } = await run("found", marker, { contents: "read" });
    expect(code).to.equal(1);
    expect(output).to.contain("issues: write");
  });

  it("refuses a file that is no summary, and another command, without a request", async () => {
    const empty = await run("found", "");
    expect([empty.code, empty.output]).to.deep.equal([1, "::error::summary.md is no summary of pulumi-dgraphcloud\n"]);
    expect((await run("lost", marker)).output).to.contain("use: node drift.mjs");
    expect(github.issues).to.deep.equal([]);
  });
});
