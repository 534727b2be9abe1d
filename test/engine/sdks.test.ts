import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { preparePython } from "../../tools/python";
import { generateSdks } from "../../tools/sdkGenerator";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const root = resolve(__dirname, "../..");

/** Runs a program, and fails with what it has printed. */
async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, env: { ...process.env, ...env } })).stdout;
  } catch (error) {
    const { message, stdout } = error as { message: string; stdout: string };
    throw new Error(`${message}\n${stdout}`, { cause: error });
  }
}

describe("the generated SDKs", function () {
  // Go compiles Pulumi's SDK once, for minutes on a busy machine.
  this.timeout(600_000);
  let folder: string;

  before(async () => {
    folder = makeTemporaryFolder("sdks");
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    await generateSdks(join(root, "dist/provider/host/plugin/schema.json"), folder);
  });
  after(() => {
    removeFolder(folder);
  });

  it("compiles in TypeScript, with a program", async () => {
    const sdk = join(folder, "nodejs");
    writeFileSync(
      join(sdk, "program.ts"),
      `import * as dgraphcloud from "./index";
const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free", storage: 10 });
new dgraphcloud.GraphqlSchema("orders", { backend: orders.id, schema: "type Order { id: ID! }", triggers: ["again"] });
const restore = new dgraphcloud.Restore("orders", { target: orders.id, source: "0x42", waitForCompletion: false });
export const status = restore.status;
`,
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const config = { extends: "./tsconfig.json", compilerOptions: { noEmit: true }, files: ["program.ts", "index.ts"] };
    writeFileSync(join(sdk, "tsconfig.program.json"), JSON.stringify(config));
    await run(process.execPath, [tsc, "--project", "tsconfig.program.json"], sdk);
  });

  it("is installed and imported in Python", async () => {
    const { executable } = await preparePython();
    const installed = join(folder, "installed");
    const offline = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-build-isolation", "--no-deps"];
    await run(executable, ["-m", "pip", "install", ...offline, "--target", installed, join(folder, "python")], folder);
    const program = `
import inspect
import pulumi
import pulumi_dgraphcloud as dgraphcloud
print(*sorted(name for name, one in vars(dgraphcloud).items() if inspect.isclass(one) and issubclass(one, pulumi.Resource)))
print(dgraphcloud.BackendTimeoutsArgs(create="20m").create, dgraphcloud.EnvironmentSeedArgs(source="0x42").source)
`;
    const printed = await run(executable, ["-c", program], folder, { PYTHONPATH: installed });
    const kinds = "Backend Backup DataDrop Environment GraphqlSchema Provider Restore RestoreCompletion RestoreRequest";
    expect(printed).to.equal(`${kinds}\n20m 0x42\n`);
  });

  it("compiles in Go, with a program", async () => {
    const program = join(folder, "program");
    mkdirSync(program);
    writeFileSync(
      join(program, "main.go"),
      `package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pulumi-dgraphcloud/sdk/go/dgraphcloud"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		orders, err := dgraphcloud.NewBackend(ctx, "orders", &dgraphcloud.BackendArgs{
			Zone: pulumi.String("us-east-1"), DeploymentType: pulumi.String("free"), Storage: pulumi.Int(10),
		})
		if err != nil {
			return err
		}
		_, err = dgraphcloud.NewDataDrop(ctx, "orders", &dgraphcloud.DataDropArgs{
			Backend: orders.ID(), AllData: pulumi.Bool(true), Triggers: pulumi.StringMap{"asked": pulumi.String("2026-01-31")},
		})
		return err
	})
}
`,
    );
    writeFileSync(
      join(program, "go.mod"),
      `module program

go 1.25

require (
	github.com/pulumi/pulumi/sdk/v3 v3.245.0
	pulumi-dgraphcloud/sdk/go v0.0.0
)

replace pulumi-dgraphcloud/sdk/go => ../go
`,
    );
    copyFileSync(join(root, "tools/sdks/go.sum"), join(program, "go.sum"));
    await run("go", ["vet", "./..."], program, { GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local", GOWORK: "off" });
  });
});
