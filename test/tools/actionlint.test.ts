import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { prepareActionlint } from "../../tools/actionlint";
import { Sandbox } from "../harness/sandbox";

describe("preparing actionlint", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  const prepare = (environment: NodeJS.ProcessEnv): ReturnType<typeof prepareActionlint> =>
    prepareActionlint({ environment, say: sandbox.say });
  /** A linter that knows only its own way to ask for the version. */
  const linter = (version: string): string => `[ "$1" = -version ] && echo ${version}`;

  it("takes exactly its version from PATH, in silence", async () => {
    sandbox.script("newer/actionlint", linter("1.7.13"));
    const executable = sandbox.script("right/actionlint", linter("1.7.12"));
    expect(await prepare(sandbox.environment("newer", "right"))).to.include({ executable, source: "PATH" });
    expect(sandbox.said).to.deep.equal([]);
  });

  it("builds it from the module that pins it when PATH has another version, and takes it from the cache then", async () => {
    const another = sandbox.script("other/actionlint", linter("1.7.13"));
    const record = join(sandbox.folder, "record");
    sandbox.script(
      "go/go",
      `
echo "$(pwd) $*" >> "$RECORD"
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh' > "$2"
echo '${linter("v1.7.12")}' >> "$2"
/bin/chmod +x "$2"`,
    );
    const environment = { ...sandbox.environment("other", "go"), RECORD: record };
    expect(await prepare(environment)).to.include({ source: "build", version: "1.7.12" });
    expect(sandbox.said[0]).to.equal(`not used: ${another} is version 1.7.13, not 1.7.12`);
    const asked = readFileSync(record, "utf8");
    expect(asked).to.match(/^\S+\/tools\/actionlint build -o \S+ github\.com\/rhysd\/actionlint\/cmd\/actionlint\n$/);
    const pins = readFileSync(join(__dirname, "../../tools/actionlint/go.mod"), "utf8");
    expect(pins).to.include("github.com/rhysd/actionlint v1.7.12 ");
    expect(await prepare(environment)).to.include({ source: "cache" });
  });
});
