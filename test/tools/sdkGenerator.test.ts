import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { generateSdks, prepareSdkGenerator } from "../../tools/sdkGenerator";
import { failure } from "../harness/errors";
import { Sandbox } from "../harness/sandbox";

describe("the generator of SDKs", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  /** A fake `go`, which builds a generator that knows only its version and writes one file. */
  const environment = (): NodeJS.ProcessEnv => {
    sandbox.script(
      "go/go",
      `
echo "$(pwd) $*" >> "$RECORD"
version=$(echo "$*" | /bin/sed 's/.*main.version=\\([^ ]*\\).*/\\1/')
while [ "$1" != -o ]; do shift; done
echo '#!/bin/sh' > "$2"
echo "[ \\"\\$1\\" = version ] && echo $version && exit" >> "$2"
echo '/bin/mkdir "$2/go" && /bin/cp "$1" "$2/go"' >> "$2"
/bin/chmod +x "$2"`,
    );
    return { ...sandbox.environment("go"), RECORD: join(sandbox.folder, "record") };
  };

  it("is built from the module that pins it, and taken from the cache then", async () => {
    const options = { environment: environment(), say: sandbox.say };
    const { version, source } = await prepareSdkGenerator(options);
    expect(source).to.equal("build");
    expect(version).to.match(/^3\.245\.0-main\.[a-p]{8}$/);
    expect(readFileSync(join(sandbox.folder, "record"), "utf8")).to.match(
      /^\S+\/tools\/sdks build -ldflags -X main\.version=v3\.245\.0-main\.[a-p]{8} -o \S+pulumi-sdks \.\n$/,
    );
    const pins = readFileSync(join(__dirname, "../../tools/sdks/go.mod"), "utf8");
    expect(pins).to.include("github.com/pulumi/pulumi/pkg/v3 v3.245.0\n");
    expect(await prepareSdkGenerator(options)).to.include({ source: "cache" });
  });

  it("removes what an earlier version has generated", async () => {
    const schema = join(sandbox.folder, "schema.json");
    writeFileSync(schema, "{}");
    const into = join(sandbox.folder, "sdks");
    mkdirSync(join(into, "go"), { recursive: true });
    writeFileSync(join(into, "go/old.go"), "");
    await generateSdks(schema, into, { environment: environment(), say: sandbox.say });
    expect(existsSync(join(into, "go/old.go"))).to.equal(false);
    expect(existsSync(join(into, "go/schema.json"))).to.equal(true);
  });

  it("says what to run if there is no package schema", async () => {
    const schema = join(sandbox.folder, "nothing.json");
    expect(await failure(generateSdks(schema, sandbox.folder))).to.equal(
      `There is no ${schema}: run npm run build, which writes the package schema.`,
    );
  });
});
