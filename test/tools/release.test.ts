import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { checkRelease, type ReleaseFiles } from "../../tools/release";

const root = resolve(__dirname, "../..");

const repository = { type: "git", url: "git+https://github.com/somebody/some.thing.git" };
const manifest = (fields: object = {}): string => JSON.stringify({ version: "1.2.3", repository, ...fields });
const files = (changes: Partial<ReleaseFiles> = {}): ReleaseFiles => ({
  "package.json": manifest(),
  "local/package.json": manifest(),
  "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2027-01-31)\n\n### Added\n\n- This.\n\n## 1.2.30 (2027-01-01)\n\n- That.\n",
  ...changes,
});
const changelog = (text: string): ReleaseFiles => files({ "CHANGELOG.md": text });

const noRepository =
  "set it to the GitHub repository that the package is published from, else npm refuses the provenance.";

describe("the check of a release", () => {
  it("passes a tag with its versions, its section of the changelog and a repository", () => {
    const whole = { notes: "### Added\n\n- This.", problems: [] };
    expect(checkRelease("v1.2.3", files())).to.deep.equal(whole);
    expect(checkRelease("v1.2.3", files(), "somebody/some.thing")).to.deep.equal(whole);
  });

  for (const tag of ["", "1.2.3", "v1.2", "v1.2.3.4", "v1.2.3-rc.1", "V1.2.3", "v1.2.3\n", "nv1.2.3"])
    it(`refuses the tag ${JSON.stringify(tag)}`, () => {
      expect(checkRelease(tag, files()).problems).to.deep.equal([
        `"${tag}" is no tag of a release: name it v and three numbers, like v1.2.3.`,
      ]);
    });

  it("refuses a tag of another version, with everything that lacks it", () => {
    expect(checkRelease("v1.2.4", files()).problems).to.deep.equal([
      "package.json has the version 1.2.3, the tag has 1.2.4: set the version, or tag the right commit.",
      "local/package.json has the version 1.2.3, the tag has 1.2.4: set the version, or tag the right commit.",
      'CHANGELOG.md has no section "## 1.2.4 (YYYY-MM-DD)": write what has changed.',
    ]);
  });

  for (const path of ["package.json", "local/package.json"] as const) {
    it(`refuses another version, and none, in ${path} alone`, () => {
      for (const [version, found] of [
        ["1.2.2", "1.2.2"],
        [undefined, "none"],
      ] as const)
        expect(checkRelease("v1.2.3", files({ [path]: manifest({ version }) })).problems).to.deep.equal([
          `${path} has the version ${found}, the tag has 1.2.3: set the version, or tag the right commit.`,
        ]);
    });

    it(`refuses ${path} without a repository`, () => {
      for (const none of [undefined, "", {}, { type: "git" }, { url: "" }])
        expect(checkRelease("v1.2.3", files({ [path]: manifest({ repository: none }) })).problems).to.deep.equal([
          `${path} has no repository: ${noRepository}`,
        ]);
    });
  }

  it("refuses a repository that is not the one it runs in, in any form that npm takes", () => {
    for (const address of [
      "github:somebody/some.thing",
      "somebody/some.thing",
      "git@github.com:somebody/some.thing.git",
      "https://github.com/somebody/some.thing",
    ]) {
      const named = files({ "package.json": manifest({ repository: address }) });
      expect(checkRelease("v1.2.3", named, "somebody/some.thing").problems, address).to.deep.equal([]);
      for (const other of ["somebody/some", "body/some.thing", "Somebody/some.thing"])
        expect(checkRelease("v1.2.3", named, other).problems[0], `${address} in ${other}`).to.equal(
          `package.json names the repository ${address}, but this is ${other}: npm would refuse the provenance. Correct it.`,
        );
    }
  });

  it("refuses a changelog without a section for the version", () => {
    for (const text of ["", "## 1.2.30 (2027-01-01)\n\n- That.\n", "### 1.2.3 (2027-01-31)\n\n- This.\n"])
      expect(checkRelease("v1.2.3", changelog(text))).to.deep.equal({
        notes: "",
        problems: ['CHANGELOG.md has no section "## 1.2.3 (YYYY-MM-DD)": write what has changed.'],
      });
  });

  it("refuses a section without the day of the release", () => {
    for (const heading of ["## 1.2.3 (unreleased)", "## 1.2.3", "## 1.2.3 (2027-01-31) draft"])
      expect(checkRelease("v1.2.3", changelog(`${heading}\n\n- This.\n`)).problems).to.deep.equal([
        `CHANGELOG.md has the heading "${heading}": write the day of the release, "## 1.2.3 (YYYY-MM-DD)".`,
      ]);
  });

  it("refuses a section with nothing in it", () => {
    const text = "## 1.2.3 (2027-01-31)\n\n## 1.2.2 (2027-01-01)\n\n- That.\n";
    expect(checkRelease("v1.2.3", changelog(text)).problems).to.deep.equal([
      'CHANGELOG.md says nothing under "## 1.2.3 (2027-01-31)": write what has changed.',
    ]);
  });

  describe("as a command", function () {
    this.timeout(60_000);
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "dgraphcloud-release-"));
      for (const [path, text] of Object.entries(files())) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    const run = (tag: string, slug: string): { status: number | null; stdout: string; stderr: string } => {
      const args = ["--require", require.resolve("tsx/cjs"), join(root, "tools/release.ts"), tag];
      const env = { ...process.env, GITHUB_REPOSITORY: slug };
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
      return { status, stdout, stderr };
    };

    it("prints the section of the changelog and nothing else", () => {
      expect(run("v1.2.3", "somebody/some.thing")).to.deep.equal({
        status: 0,
        stdout: "### Added\n\n- This.\n",
        stderr: "",
      });
    });

    it("ends with 1 and what is wrong, in the repository that the workflow names", () => {
      const { status, stdout, stderr } = run("v1.2.3", "somebody/else");
      expect([status, stdout]).to.deep.equal([1, ""]);
      expect(stderr).to.match(
        /^The release of "v1\.2\.3" is refused:\n- package\.json names the repository .*\n- local/,
      );
    });
  });
});
