import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { prepareVersitygw } from "../../tools/versitygw";
import { Sandbox } from "../harness/sandbox";

describe("preparing VersityGW", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  const prepare = (environment: NodeJS.ProcessEnv): ReturnType<typeof prepareVersitygw> =>
    prepareVersitygw({ environment, say: sandbox.say });
  /** A server that knows only its own way to ask for the version. */
  const server = (version: string): string => `[ "$1" = --version ] && echo "Version  : ${version}"`;

  it("takes a version from PATH that is not older than its own", async () => {
    sandbox.script("older/versitygw", server("v1.7.0"));
    const executable = sandbox.script("newer/versitygw", server("v1.9.0"));
    expect(await prepare(sandbox.environment("older", "newer"))).to.include({ executable, source: "PATH" });
  });

  it("builds it from the module that pins it, and takes it from the cache then", async () => {
    const record = join(sandbox.folder, "record");
    sandbox.script(
      "go/go",
      `
echo "$(pwd) $*" >> "$RECORD"
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh' > "$2"
echo '${server("v1.8.0")}' >> "$2"
/bin/chmod +x "$2"`,
    );
    const environment = { ...sandbox.environment("go"), RECORD: record };
    expect(await prepare(environment)).to.include({ source: "build", version: "1.8.0" });
    expect(readFileSync(record, "utf8")).to.match(
      /^\S+\/tools\/versitygw build -ldflags -X main\.Version=v1\.8\.0 -o \S+ github\.com\/versity\/versitygw\/cmd\/versitygw\n$/,
    );
    const pins = readFileSync(join(__dirname, "../../tools/versitygw/go.mod"), "utf8");
    expect(pins).to.include("github.com/versity/versitygw v1.8.0 ");
    expect(await prepare(environment)).to.include({ source: "cache" });
  });
});
