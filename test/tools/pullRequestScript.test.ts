import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { runScript, type ScriptRun } from "../harness/scripts";
import { FakeGitHub, type Issue } from "../harness/github/api";

const script = resolve(__dirname, "../../examples/github-actions/pull-request.mjs");
const marker = "<!-- pulumi-dgraphcloud summary shop/production -->";
const bot = "github-actions[bot]";

describe("the script of the workflows", () => {
  let folder: string;
  let github: FakeGitHub;
  let pull: Issue;

  beforeEach(async () => {
    folder = makeTemporaryFolder("script");
    github = await FakeGitHub.start();
    pull = github.open(12);
  });
  afterEach(async () => {
    await github.stop();
    removeFolder(folder);
  });

  interface Given {
    readonly payload?: object;
    readonly permissions?: Readonly<Record<string, string>>;
  }

  async function run(args: readonly string[], given: Given = {}): Promise<ScriptRun> {
    const { payload = { action: "opened", pull_request: { number: 12 } } } = given;
    const { permissions = { "pull-requests": "write" } } = given;
    const eventFile = join(folder, "event.json");
    writeFileSync(eventFile, JSON.stringify(payload));
    return runScript(script, args, {
      cwd: folder,
      env: {
        ...{ GITHUB_API_URL: github.url, GITHUB_EVENT_PATH: eventFile, GITHUB_REF_NAME: "main" },
        ...{ GITHUB_REPOSITORY: github.repository, GITHUB_SHA: "abc1", GITHUB_TOKEN: github.issueToken(permissions) },
      },
    });
  }

  async function comment(text: string): Promise<string> {
    writeFileSync(join(folder, "summary.md"), text);
    const { code, output } = await run(["comment", "summary.md"]);
    expect(code, output).to.equal(0);
    return output;
  }

  it("writes one comment, edits it in place, and leaves it when the text is the same", async () => {
    expect(await comment(`### one\n\n${marker}\n`)).to.contain("new");
    expect(await comment(`### one\n\n${marker}\n`)).to.contain("up to date");
    expect(await comment(`### two\n\n${marker}\n`)).to.contain("updated");
    expect(pull.comments.map(({ body }) => body)).to.deep.equal([`### two\n\n${marker}`]);
    expect(github.writes).to.deep.equal(["POST issues/12/comments", "PATCH issues/comments/1"]);
  });

  it("finds its comment behind a hundred others, and takes a line end of GitHub for the same text", async () => {
    for (let other = 0; other < 150; other++) github.addComment(pull, `other ${other}`, "ada");
    github.addComment(pull, `### one\r\n\r\n${marker}`, bot);
    expect(await comment(`### one\n\n${marker}\n`)).to.contain("up to date");
    expect(github.writes).to.deep.equal([]);
  });

  it("edits no comment of somebody else, and none of another summary", async () => {
    github.addComment(pull, `> a quote\n${marker}`, "ada");
    github.addComment(pull, `### other\n${marker.replace("production", "staging")}`, bot);
    github.addComment(pull, `${marker}\nnot the last line`, bot);
    expect(await comment(`### one\n${marker}`)).to.contain("new");
    expect(pull.comments).to.have.length(4);
    expect(github.writes).to.deep.equal(["POST issues/12/comments"]);
  });

  it("refuses a text by which it would not find its comment again", async () => {
    for (const text of ["", "### one\n"]) {
      writeFileSync(join(folder, "summary.md"), text);
      const { code, output } = await run(["comment", "summary.md"]);
      expect([code, output]).to.deep.equal([
        1,
        "::error::the last line of summary.md must be a hidden one: <!-- NAME -->\n",
      ]);
    }
    expect(github.writes).to.deep.equal([]);
  });

  it("names the permission that is missing, and not the token", async () => {
    writeFileSync(join(folder, "summary.md"), `### one\n${marker}`);
    const { code, output } = await run(["comment", "summary.md"], { permissions: { "pull-requests": "read" } });
    expect(code).to.equal(1);
    expect(output).to.match(/^::error::GitHub answered 403 to POST issues\/12\/comments: Resource not accessible/);
    expect(output).to.contain("permissions: pull-requests: write").and.not.to.contain("ghs_");
  });

  it("exits with 3 unless the pull request has the label", async () => {
    const requireLabel = (payload?: object) =>
      run(["require-label", "allow-destruction"], { ...(payload && { payload }) });
    const missing = await requireLabel();
    expect(missing.code).to.equal(3);
    expect(missing.output)
      .to.contain("::error::")
      .and.to.contain('set the label "allow-destruction" on this pull request');
    pull.labels.push("documentation", "allow-destruction");
    expect((await requireLabel()).code).to.equal(0);
    const pushed = { action: "synchronize", pull_request: { number: 12 } };
    expect((await requireLabel(pushed)).code, "set before the push").to.equal(3);
  });

  it("asks the merged pull request of a pushed commit for the label", async () => {
    const afterPush = () => run(["require-label", "allow-destruction"], { payload: { ref: "refs/heads/main" } });
    pull.labels.push("allow-destruction");
    expect((await afterPush()).code, "not merged").to.equal(3);
    pull.merged = { sha: "abc1", base: "next" };
    expect((await afterPush()).code, "merged elsewhere").to.equal(3);
    pull.merged = { sha: "abc1", base: "main" };
    expect((await afterPush()).code).to.equal(0);
    pull.labels = [];
    const { code, output } = await afterPush();
    expect(code).to.equal(3);
    expect(output).to.contain("on the merged pull request, and run this job again");
  });

  it("removes only the label, and only if it is there", async () => {
    pull.labels.push("documentation", "allow-destruction");
    for (let times = 0; times < 2; times++) expect((await run(["remove-label", "allow-destruction"])).code).to.equal(0);
    expect(pull.labels).to.deep.equal(["documentation"]);
    expect(github.writes).to.deep.equal(["DELETE issues/12/labels/allow-destruction"]);
  });

  it("names its commands", async () => {
    for (const args of [[], ["comment"], ["coment", "summary.md"], ["toString", "x"]]) {
      const { code, output } = await run(args);
      expect(code, args.join()).to.equal(1);
      expect(output).to.contain("comment, require-label, remove-label");
    }
  });
});
