import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { folderName } from "../../tools/cache";
import { preparePython } from "../../tools/python";
import { failure } from "../harness/errors";
import { Sandbox } from "../harness/sandbox";

/** A Python with the package pulumi, which only prints the version of that package. */
const withPulumi = (version: string): string =>
  `case "$1" in -c*"version('pulumi')"*) echo ${version} ;; *) exit 2 ;; esac`;

/** A Python without the package, whose virtual environments get it from pip. */
const fakePython = `
echo "$*" >> "$RECORD"
[ "$1 $2" = "-m venv" ] || exit 1
/bin/mkdir "$3/bin"
printf '#!/bin/sh\\necho "$*" >> "$RECORD"\\n[ -n "$BROKEN_PIP" ] && echo "no such index" >&2 && exit 1\\n%s\\n' "$VENV_PYTHON" > "$3/bin/python3"
/bin/chmod +x "$3/bin/python3"`;

describe("preparing Python with Pulumi's SDK", () => {
  const requirements = join(__dirname, "../../tools/python/requirements.txt");
  const [, version = ""] = /^pulumi==(.+)$/m.exec(readFileSync(requirements, "utf8")) ?? [];
  let sandbox: Sandbox;
  let record: string;
  beforeEach(() => {
    sandbox = new Sandbox();
    record = join(sandbox.folder, "record");
  });
  afterEach(() => {
    sandbox.remove();
  });

  const environment = (...folders: readonly string[]): NodeJS.ProcessEnv => ({
    ...sandbox.environment(...folders),
    RECORD: record,
    VENV_PYTHON: `case "$1" in -c*) echo ${version} ;; esac`,
  });
  const prepare = (given: NodeJS.ProcessEnv): ReturnType<typeof preparePython> =>
    preparePython({ environment: given, say: sandbox.say });

  it("takes one from PATH that has the package in a version that fits, without a message", async () => {
    sandbox.script("old/python3", withPulumi("3.100.0"));
    const executable = sandbox.script("active/python3", withPulumi("3.300.0"));
    const found = await prepare(environment("old", "active"));
    expect(found).to.include({ executable, version: "3.300.0", source: "PATH" });
    expect(sandbox.said).to.deep.equal([]);
  });

  it("makes a virtual environment with the pinned packages, and takes it from the cache then", async () => {
    const plain = sandbox.script("users/python3", fakePython);
    const folder = join(sandbox.cache, folderName("python", version));
    const made = await prepare(environment("users"));
    expect(made).to.include({ executable: join(folder, "bin/python3"), version, source: "build" });
    expect(sandbox.said[0]).to.equal(`not used: ${plain} does not tell the version of a package pulumi`);
    const calls = readFileSync(record, "utf8").split("\n");
    expect(calls.some((call) => call.startsWith("-m venv "))).to.equal(true);
    expect(calls.find((call) => call.startsWith("-m pip "))).to.match(new RegExp(` -r ${requirements}$`));
    expect(await prepare(environment("users"))).to.include({ source: "cache" });
  });

  it("pins every package to one version", () => {
    const lines = readFileSync(requirements, "utf8").trim().split("\n");
    expect(lines.filter((line) => !/^[A-Za-z_-]+==[0-9a-z.]+$/.test(line))).to.deep.equal([]);
  });

  it("names what to install when Python is missing", async () => {
    mkdirSync(join(sandbox.folder, "empty"));
    const message = await failure(prepare(environment("empty")));
    expect(message).to.include("There is no usable Python with the package pulumi on this machine");
    expect(message).to.include("- build: Python is not on PATH\n");
    expect(message).to.include("- install Python 3.10 or newer with its module venv (package python3-venv on Debian");
  });

  it("repeats what Python says when it has no module venv, or when pip fails", async () => {
    sandbox.script("users/python3", "echo 'ensurepip is not available'; exit 1");
    expect(await failure(prepare(environment("users")))).to.match(
      /- build: python3 -m venv \S+ ended with 1: ensurepip is not available\n/,
    );
    sandbox.script("users/python3", fakePython);
    expect(await failure(prepare({ ...environment("users"), BROKEN_PIP: "yes" }))).to.include(
      "- build: python3 -m pip install ended with 1: no such index\n",
    );
  });
});
