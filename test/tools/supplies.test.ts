import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { prepareDgraph } from "../../tools/dgraph";
import { type EngineAge, engineBuild, engineVersions, prepareEngine } from "../../tools/engine";
import { pulumiInstaller } from "../../tools/installer";
import { Sandbox } from "../harness/sandbox";
import { failure } from "../harness/errors";

/** A fake `go`, which records its arguments and writes an executable to the path after -o. */
const fakeGo = `
echo "$GOTOOLCHAIN $GOFLAGS $GOWORK $CGO_ENABLED" "$@" >> "$RECORD"
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho v${engineVersions.newest}\\n' > "$2"
/bin/chmod +x "$2"`;

describe("building the engine", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  const build = (environment: NodeJS.ProcessEnv, exactly: EngineAge = "newest"): ReturnType<typeof prepareEngine> =>
    prepareEngine({ environment, exactly, supplies: [engineBuild(exactly)], say: sandbox.say });

  it("builds engine and language host from the pinned modules, whatever the machine's Go settings", async () => {
    sandbox.script("go/go", fakeGo);
    const record = join(sandbox.folder, "record");
    const { pulumi, source } = await build({ ...sandbox.environment("go"), RECORD: record, GOFLAGS: "-mod=mod" });
    const calls = readFileSync(record, "utf8").trim().split("\n");
    expect(source).to.equal("build");
    expect(calls).to.have.length(2);
    for (const call of calls) expect(call).to.match(/^local -mod=readonly off 0 build /);
    expect(calls[0]).to.include(`version.Version=v${engineVersions.newest}`).and.include("pkg/v3/cmd/pulumi");
    expect(calls[1]).to.include("pulumi-language-nodejs");
    expect(existsSync(join(pulumi, "..", "pulumi-resource-pulumi-nodejs"))).to.equal(true);
    expect(sandbox.said[0]).to.equal(
      `building pulumi v${engineVersions.newest} from source, about 4 minutes on 2 cores, once`,
    );
    expect(sandbox.said[1]).to.match(/^built pulumi in \d+ s$/);
  });

  it("builds each engine, also the oldest one, in the version that its module pins", async () => {
    const record = join(sandbox.folder, "record");
    for (const [age, module] of [
      ["newest", "engine"],
      ["oldest", "engine-oldest"],
    ] as const) {
      const version = engineVersions[age];
      sandbox.script("go/go", `pwd >> "$RECORD"${fakeGo.replaceAll(engineVersions.newest, version)}`);
      expect(await build({ ...sandbox.environment("go"), RECORD: record }, age)).to.include({ version });
      const [folder = "", call] = readFileSync(record, "utf8").split("\n");
      expect(folder).to.match(new RegExp(`/tools/${module}$`));
      expect(call).to.include(`version.Version=v${version} `);
      const pins = readFileSync(join(folder, "go.mod"), "utf8");
      expect(pins).to.include(`github.com/pulumi/pulumi/pkg/v3 v${version} `);
      rmSync(record);
    }
  });

  it("names the required Go version when Go is missing", async () => {
    mkdirSync(join(sandbox.folder, "empty"));
    const message = await failure(build(sandbox.environment("empty")));
    expect(message).to.include("- build: Go is not on PATH");
    expect(message).to.match(/- install Go 1\.\d+\.\d+ or newer/);
  });

  it("shows Go's error output without the downloads", async () => {
    sandbox.script("go/go", "echo 'go: downloading x v1' >&2; echo 'go: go.mod requires go >= 9' >&2; exit 1");
    const message = await failure(build(sandbox.environment("go")));
    expect(message).to.include("- build: go build ended with 1: go: go.mod requires go >= 9\n");
  });
});

describe("building Dgraph", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  /** Dgraph sources with this text at the patched place. */
  const source = (variable: string): string => {
    const folder = join(sandbox.folder, "source");
    mkdirSync(join(folder, "x"), { recursive: true });
    writeFileSync(join(folder, "x/server.go"), `return strings.HasPrefix(${variable}, "/health")\n`);
    return folder;
  };
  /** Also keeps the files that it builds from. */
  const goWith = (folder: string): string => `
case "$1" in mod) exit 0 ;; list) echo "${folder}"; exit 0 ;; esac
/bin/cat "$3" "\${3%go.mod}server.go" >> "$RECORD"
${fakeGo.replaceAll(engineVersions.newest, "25.4.0")}`;

  it("builds it from the pinned module when none of its major version exists, and then uses the cache", async () => {
    sandbox.script("go/go", goWith(source("path")));
    sandbox.script("old/dgraph", "echo 'Dgraph version   : v24.1.4'");
    const record = join(sandbox.folder, "record");
    const environment = { ...sandbox.environment("old", "go"), RECORD: record };
    const built = await prepareDgraph({ environment, say: sandbox.say });
    expect(built).to.include({ source: "build", version: "25.4.0" });
    const asked = readFileSync(record, "utf8");
    expect(asked).to.include("x.dgraphVersion=v25.4.0").and.include("dgraph-io/dgraph/v25/dgraph");
    expect(asked, "the module as it is built").to.match(/^replace github.com\/dgraph-io\/dgraph\/v25 => "\S+"$/m);
    expect(asked).to.include('return strings.HasPrefix(path, "/health") && false');
    const [, file = ""] = /-modfile (\S+)/.exec(asked) ?? [];
    expect([file === "", existsSync(dirname(file))], "nothing is left of it").to.deep.equal([false, false]);
    const pinned = readFileSync(join(__dirname, "../../tools/dgraph/go.mod"), "utf8");
    expect(pinned).to.match(/dgraph-io\/dgraph\/v25 v25\.4\.0/);
    expect(await prepareDgraph({ environment, say: sandbox.say })).to.include({ source: "cache" });
  });

  it("refuses to build sources that its patch does not fit", async () => {
    sandbox.script("go/go", goWith(source("other")));
    const environment = { ...sandbox.environment("go"), RECORD: join(sandbox.folder, "record") };
    const message = await failure(prepareDgraph({ environment, say: sandbox.say }));
    expect(message).to.include("- build: x/server.go of github.com/dgraph-io/dgraph/v25 is not as it was");
  });

  it("uses any version of the same major on PATH, older or newer than the pinned one", async () => {
    for (const version of ["25.0.0", "25.9.1"]) {
      const executable = sandbox.script("users/dgraph", `echo 'Dgraph version   : v${version}'`);
      const found = await prepareDgraph({ environment: sandbox.environment("users"), say: sandbox.say });
      expect(found).to.include({ executable, version, source: "PATH" });
    }
  });
});

describe("the engine's installer", () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const bring = async (listener: Parameters<typeof createServer>[1], limitMs: number): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const { bring: install } = pulumiInstaller("3.245.0", `http://127.0.0.1:${port}/install.sh`, limitMs);
    const place = { environment: {}, say: (line: string) => expect.fail(line) };
    return failure(install("unused", place)).then((message) => message.replace(String(port), "port"));
  };

  it("fails at once when the site does not answer", async () => {
    const started = Date.now();
    expect(await bring(() => undefined, 50)).to.equal("127.0.0.1:port cannot be reached");
    expect(Date.now() - started).to.be.below(2_000);
  });

  it("fails when the site refuses", async () => {
    expect(await bring((_, response) => response.writeHead(403).end(), 5_000)).to.include("cannot be reached");
  });
});
