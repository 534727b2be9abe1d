import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { folderName } from "../../tools/cache";
import { prepareEngine } from "../../tools/engine";
import { type Language, languages, prepareLanguage, withLanguage } from "../../tools/languages";
import { failure } from "../harness/errors";
import { Sandbox } from "../harness/sandbox";

/** A fake `go`, which records its arguments, writes an executable to the path after -o, and knows one folder of sources. */
const fakeGo = `
echo "$(pwd) $*" >> "$RECORD"
case "$1" in mod) exit 0 ;; list) echo "$SOURCES"; exit 0 ;; esac
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho running\\n' > "$2"
/bin/chmod +x "$2"`;

const pinned: Readonly<Record<Language, { readonly version: string; readonly package: string }>> = {
  go: { version: "3.66.0", package: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go" },
  python: { version: "3.79.0", package: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python" },
  yaml: { version: "1.25.0", package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
};

describe("preparing language hosts", () => {
  let sandbox: Sandbox;
  let record: string;
  beforeEach(() => {
    sandbox = new Sandbox();
    record = join(sandbox.folder, "record");
    mkdirSync(join(sandbox.folder, "sources/python/cmd"), { recursive: true });
    writeFileSync(join(sandbox.folder, "sources/python/cmd/pulumi-language-python-exec"), "# script", { mode: 0o444 });
  });
  afterEach(() => {
    sandbox.remove();
  });

  const environment = (...folders: readonly string[]): NodeJS.ProcessEnv => ({
    ...sandbox.environment(...folders),
    RECORD: record,
    SOURCES: join(sandbox.folder, "sources"),
  });
  const prepare = (language: Language, ...folders: readonly string[]): ReturnType<typeof prepareLanguage> =>
    prepareLanguage(language, { environment: environment(...folders), say: sandbox.say });

  for (const language of languages)
    it(`builds the one for ${language} from the module that pins it, and takes it from the cache then`, async () => {
      sandbox.script("go/go", fakeGo);
      const { version } = pinned[language];
      const built = await prepare(language, "go");
      expect(built).to.include({ source: "build", version });
      expect(dirname(built.executable)).to.equal(join(sandbox.cache, folderName(`language-${language}`, version)));
      const [call = ""] = readFileSync(record, "utf8").split("\n");
      expect(call).to.match(new RegExp(`/tools/language-${language} build -o \\S+ ${pinned[language].package}$`));
      const pins = readFileSync(join(__dirname, `../../tools/language-${language}/go.mod`), "utf8");
      const module = language === "yaml" ? "github.com/pulumi/pulumi-yaml" : "github.com/pulumi/pulumi/sdk/v3";
      expect(pins).to.include(`\t${module} v${version} `).and.include(`\ntool ${pinned[language].package}\n`);
      expect(await prepare(language, "go")).to.include({ source: "cache", version });
    });

  it("puts the script that runs Python programs beside the host, and makes it executable", async () => {
    sandbox.script("go/go", fakeGo);
    const { executable, companions } = await prepare("python", "go");
    const script = join(dirname(executable), "pulumi-language-python-exec");
    expect(companions).to.deep.equal([script]);
    expect(readFileSync(script, "utf8")).to.equal("# script");
    expect(readFileSync(record, "utf8")).to.include("list -m -f {{.Dir}} github.com/pulumi/pulumi/sdk/v3\n");
  });

  it("uses any on PATH without running it, since none can print its version", async () => {
    const executable = sandbox.script("users/pulumi-language-yaml", `: > ${join(sandbox.folder, "ran")}`);
    expect(await prepare("yaml", "users")).to.deep.include({ executable, source: "PATH", version: "unknown" });
    expect(existsSync(join(sandbox.folder, "ran"))).to.equal(false);
    expect(sandbox.said).to.deep.equal([]);
  });

  it("skips one for Python on PATH without its script, and says so before it builds another", async () => {
    const lone = sandbox.script("users/pulumi-language-python", "exit 0");
    sandbox.script("go/go", fakeGo);
    expect((await prepare("python", "users", "go")).source).to.equal("build");
    expect(sandbox.said[0]).to.equal(`not used: ${lone} has no pulumi-language-python-exec with it`);
  });

  it("names what to install when Go is missing, and no version of the host", async () => {
    mkdirSync(join(sandbox.folder, "empty"));
    const message = await failure(prepare("go", "empty"));
    expect(message).to.include("There is no usable Pulumi language host for Go on this machine");
    expect(message).to.include("- build: Go is not on PATH");
    expect(message).to.include(
      "- install the Pulumi language host for Go as its documentation says, and put it on PATH;",
    );
  });

  it("puts a host from the cache on the engine's PATH, and changes nothing for one that PATH already leads to", async () => {
    sandbox.pulumi("a", "3.274.1");
    sandbox.languageHost("a");
    sandbox.script("go/go", fakeGo);
    const options = { environment: environment("a", "go"), say: sandbox.say };
    const engine = await prepareEngine(options);
    const { path, env } = await withLanguage(engine, "yaml", options);
    const folder = join(sandbox.cache, folderName("language-yaml", pinned.yaml.version));
    expect(path).to.equal(`${folder}:${engine.path}`);
    expect(env).to.deep.equal({ ...engine.env, PATH: path });
    sandbox.script("a/pulumi-language-go", "exit 0");
    expect((await withLanguage(engine, "go", options)).path).to.equal(engine.path);
  });
});
