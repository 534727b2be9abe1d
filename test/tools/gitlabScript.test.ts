import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { runScript, type ScriptRun } from "../harness/scripts";
import { FakeGitLab, type MergeRequest } from "../harness/gitlab/api";

const script = resolve(__dirname, "../../examples/gitlab/gitlab.mjs");
const marker = "<!-- pulumi-dgraphcloud summary shop/production -->";
const label = "allow-destruction";

describe("the script for GitLab", () => {
  let folder: string;
  let gitlab: FakeGitLab;
  let request: MergeRequest;

  beforeEach(async () => {
    folder = makeTemporaryFolder("script");
    gitlab = await FakeGitLab.start();
    request = gitlab.open(12);
  });
  afterEach(async () => {
    await gitlab.stop();
    removeFolder(folder);
  });

  async function run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = { CI_MERGE_REQUEST_IID: "12" },
  ): Promise<ScriptRun> {
    return runScript(script, args, {
      cwd: folder,
      env: {
        ...{ CI_API_V4_URL: gitlab.url, CI_COMMIT_SHA: "abc1", CI_JOB_URL: "https://gitlab.example/jobs/1" },
        ...{ CI_PROJECT_ID: "7", GITLAB_TOKEN: gitlab.token, ...env },
      },
    });
  }

  async function withSummary(command: string, text: string): Promise<void> {
    writeFileSync(join(folder, "summary.md"), text);
    const { code, output } = await run([command, "summary.md"]);
    expect(code, output).to.equal(0);
  }

  it("finds its note among more than a page of others, and leaves a quotation of it alone", async () => {
    gitlab.writeNote(request, `> ${marker}`);
    await withSummary("note", `### one\n\n${marker}\n`);
    for (let other = 0; other < 100; other++) gitlab.writeNote(request, "hello");
    await withSummary("note", `### two\n\n${marker}\n`);
    await withSummary("note", `### two\n\n${marker}\n`);
    expect(request.notes.map(({ body }) => body).filter((body) => body !== "hello")).to.deep.equal([
      `> ${marker}`,
      `### two\n\n${marker}`,
    ]);
    expect(gitlab.writes, "written once, updated once").to.have.length(2);
  });

  it("keeps one note for each stack", async () => {
    await withSummary("note", `### one\n${marker}`);
    await withSummary("note", `### other\n${marker.replace("production", "staging")}`);
    expect(request.notes).to.have.length(2);
  });

  for (const [when, prepare, code, words] of [
    ["is missing", () => undefined, 3, `set the label "${label}" on !12`],
    [
      "was removed",
      () => {
        gitlab.addLabel(request, label);
        gitlab.removeLabel(request, label);
      },
      3,
      "set the label",
    ],
    [
      "is another one",
      () => {
        gitlab.addLabel(request, "reviewed");
      },
      3,
      "set the label",
    ],
    [
      "was set after the last push",
      () => {
        gitlab.push(request);
        gitlab.addLabel(request, label);
      },
      0,
      "allows it",
    ],
    [
      "was set before the last push",
      () => {
        gitlab.addLabel(request, label);
        gitlab.push(request);
      },
      3,
      "before the last push",
    ],
    [
      "was set again after the last push",
      () => {
        gitlab.addLabel(request, label);
        gitlab.push(request);
        gitlab.removeLabel(request, label);
        gitlab.addLabel(request, label);
      },
      0,
      "allows it",
    ],
    [
      "was set before the last push, and another one after it",
      () => {
        gitlab.addLabel(request, label);
        gitlab.push(request);
        gitlab.addLabel(request, "reviewed");
      },
      3,
      "before the last push",
    ],
  ] as const)
    it(`exits with ${code} when the label ${when}`, async () => {
      prepare();
      const ran = await run(["require-label", label]);
      expect([ran.code, ran.output]).to.satisfy(
        ([got, output]: [number, string]) => got === code && output.includes(words),
        ran.output,
      );
    });

  it("asks the merged merge request of a deployed commit, and no open one", async () => {
    gitlab.addLabel(request, label);
    request.commits.push("abc1");
    expect((await run(["require-label", label], {})).output).to.contain("No merged merge request has this commit");
    gitlab.merge(request, "abc1");
    expect((await run(["require-label", label], {})).code).to.equal(0);
    expect((await run(["require-label", label], { CI_COMMIT_SHA: "abc2" })).code).to.equal(3);
  });

  it("keeps one issue while there is drift, and none of somebody else", async () => {
    gitlab.writeIssue("Not of the jobs", marker, ["drift"]);
    await withSummary("drift-gone", marker);
    await withSummary("drift-found", `### one\n${marker}`);
    await withSummary("drift-found", `### two\n${marker}`);
    await withSummary("drift-gone", marker);
    await withSummary("drift-found", `### three\n${marker}`);
    expect(gitlab.issues.map(({ state, description }) => [state, description])).to.deep.equal([
      ["opened", marker],
      ["closed", `### two\n${marker}`],
      ["opened", `### three\n${marker}`],
    ]);
    expect(gitlab.issues[0]?.notes).to.deep.equal([]);
    expect(gitlab.issues[1]?.notes).to.have.length(2);
  });

  it("refuses a file that is no summary, an unknown command, and a wrong token, without writing", async () => {
    writeFileSync(join(folder, "empty.md"), "");
    const refused = [
      [await run(["note", "empty.md"]), "empty.md is no summary"],
      [await run(["notes", "empty.md"]), "use one of note, require-label"],
      [await run(["require-label", label], { GITLAB_TOKEN: "another" }), "GitLab answered 401"],
    ] as const;
    for (const [{ code, output }, words] of refused) {
      expect(output).to.contain(words);
      expect(code).to.equal(1);
    }
    expect(gitlab.writes).to.deep.equal([]);
  });
});
