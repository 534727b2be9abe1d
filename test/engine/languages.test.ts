import { execFile } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Backend } from "dgraphcloud-local";
import { unknownValue } from "../../provider/resource/fields";
import { prepareEngine } from "../../tools/engine";
import { type Language, withLanguage } from "../../tools/languages";
import { preparePython } from "../../tools/python";
import { generateSdks } from "../../tools/sdkGenerator";
import { Stack, succeeds } from "../harness/engineStack";
import { addProduction } from "../harness/production";

const root = resolve(__dirname, "../..");
/** The folder of `npm run sdks`. */
const sdks = join(root, "dist/sdks");
const schema = join(root, "dist/provider/host/plugin/schema.json");
const run = promisify(execFile);

/** What `pulumi preview --json` says of a resource. */
interface Step {
  readonly op: string;
  readonly urn: string;
}

interface Program {
  /** The language, if the engine has no host for it. */
  readonly language?: Language;
  /** The name of its backend in the account, and in the program with its type and those of its parents. */
  readonly name: string;
  readonly backendIs: string;
  readonly prepare?: (stack: Stack) => Promise<void>;
}

const programs: Readonly<Record<string, Program>> = {
  typescript: { name: "shop", backendIs: "dgraphcloud:index:Backend shop" },
  yaml: { language: "yaml", name: "shop", backendIs: "dgraphcloud:index:Environment$dgraphcloud:index:Backend shop" },
  python: {
    language: "python",
    name: "staging",
    backendIs: "dgraphcloud:index:Backend staging",
    prepare: preparePythonProgram,
  },
  go: { language: "go", name: "shop", backendIs: "dgraphcloud:index:Backend shop", prepare: prepareGoProgram },
};

/** Installs the generated SDK with pip, and adds the backend that the program copies. */
async function preparePythonProgram(stack: Stack): Promise<void> {
  await generateSdks(schema, sdks);
  const { executable } = await preparePython();
  // pip leaves files beside what it builds.
  const source = join(stack.folder, "sdk");
  cpSync(join(sdks, "python"), source, { recursive: true });
  const installed = join(stack.folder, "installed");
  const pip = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"];
  await run(executable, [...pip, "--target", installed, source]);
  stack.environment["PYTHONPATH"] = installed;
  await addProduction(stack.local, readFileSync(join(stack.project, "schema.graphql"), "utf8"));
  await succeeds(stack.pulumi("config", "set", "production", "production"));
}

/** Points go.mod to the generated SDK, and gives the program its account. */
async function prepareGoProgram(stack: Stack): Promise<void> {
  await generateSdks(schema, sdks);
  // They name Go's caches and its module proxy.
  for (const name of Object.keys(process.env).filter((one) => /^GO[A-Z]+$/.test(one)))
    stack.environment[name] = process.env[name];
  // In a folder that stays the same, Go compiles the SDK once for all runs.
  await go(stack, "mod", "edit", "-replace", `pulumi-dgraphcloud/sdk/go=${join(sdks, "go")}`);
  await go(stack, "build", "-o", join(stack.folder, "program"), ".");
  const [account] = stack.local.accounts;
  await succeeds(stack.pulumi("config", "set", "email", account?.email ?? ""));
  await succeeds(stack.pulumi("config", "set", "--secret", "password", account?.password ?? ""));
  delete stack.environment["DGRAPHCLOUD_EMAIL"];
  delete stack.environment["DGRAPHCLOUD_PASSWORD"];
}

async function go(stack: Stack, ...args: readonly string[]): Promise<void> {
  await run("go", args, { cwd: stack.project, env: { ...process.env, ...stack.environment } });
}

for (const [name, { language, name: backendName, backendIs, prepare }] of Object.entries(programs))
  describe(`engine: a program in ${name} on the plugin`, function () {
    // Go compiles Pulumi's SDK once, for minutes on a busy machine.
    this.timeout(600_000);
    let stack: Stack;
    let others: readonly string[];

    before(async () => {
      const engine = await prepareEngine();
      const example = join(root, `examples/plugin-${name}`);
      const options = { provisioningMs: 0, restoreMs: 200 };
      stack = await Stack.ofCopy(example, options, language && (await withLanguage(engine, language)));
      await prepare?.(stack);
      others = stack.local.cloud.all().map(({ uid }) => uid);
    });
    after(() => stack.close());

    /** The backend that the program has made. */
    function made(): Backend {
      const [own, ...more] = stack.local.cloud.all().filter(({ uid }) => !others.includes(uid));
      expect(more).to.deep.equal([]);
      return stack.local.cloud.get(own?.uid ?? "");
    }

    /** What a preview would change: the operation, the types of the parents and of the resource, and its name. */
    async function changes(): Promise<{ readonly steps: readonly string[]; readonly text: string }> {
      const { code, output, stdout: text } = await stack.pulumi("preview", "--json");
      expect(code, output).to.equal(0);
      const { steps } = JSON.parse(text) as { readonly steps: readonly Step[] };
      const changed = steps.filter(({ op }) => op !== "same");
      return { text, steps: changed.map(({ op, urn }) => `${op} ${urn.split("::").slice(-2).join(" ")}`) };
    }

    it("makes a backend with its schema, and a second up changes nothing", async () => {
      await succeeds(stack.pulumi("up", "--yes"));
      expect(made().deployment.name).to.equal(backendName);
      expect(await made().engine.schema()).to.equal(readFileSync(join(stack.project, "schema.graphql"), "utf8"));
      expect(await stack.output("graphqlEndpoint")).to.equal(`http://${made().deployment.url}/graphql`);
      await succeeds(stack.up("--expect-no-changes"));
      await succeeds(stack.refresh("--expect-no-changes"));
    });

    it("keeps the token and the password a secret", async () => {
      const { jwtToken } = made().deployment;
      const shown = await succeeds(stack.pulumi("stack", "output"));
      expect(shown).to.match(/jwtToken +\[secret\]/);
      expect(await stack.output("jwtToken")).to.equal(jwtToken);
      const { text } = await stack.state();
      expect(text).to.contain(made().deployment.url);
      for (const secret of [jwtToken, stack.local.accounts[0]?.password ?? ""]) {
        expect(secret).not.to.equal("");
        expect(text).not.to.contain(secret);
      }
    });

    it("shows one change for a new name, with nothing unknown, and makes it", async () => {
      await succeeds(stack.pulumi("config", "set", "name", "renamed"));
      const { steps, text } = await changes();
      expect(steps).to.deep.equal([`update ${backendIs}`]);
      expect(text, "unknown values").not.to.contain(unknownValue);
      const { uid } = made().deployment;
      await succeeds(stack.up());
      expect(made().deployment).to.include({ name: "renamed", uid });
    });

    it("grades a change of the schema in the preview, and makes it", async () => {
      const file = join(stack.project, "schema.graphql");
      const next = readFileSync(file, "utf8").replace("price: Float", "price: Float\n  stock: Int");
      writeFileSync(file, next);
      expect(await succeeds(stack.preview())).to.contain("additive: Product.stock");
      await succeeds(stack.up());
      expect(await made().engine.schema()).to.equal(next);
    });

    if (name === "python")
      it("copies again with another trigger", async () => {
        const restores = (): number =>
          stack.local.journal.entries.filter(({ operation, acted }) => operation === "restore" && acted).length;
        const before = restores();
        await succeeds(stack.pulumi("config", "set", "copiedFor", "the second time"));
        expect((await changes()).steps).to.deep.equal([
          "replace dgraphcloud:index:Restore$dgraphcloud:index:RestoreRequest copy-of-production-request",
          "replace dgraphcloud:index:Restore$dgraphcloud:index:RestoreCompletion copy-of-production-completion",
          "update dgraphcloud:index:GraphqlSchema staging",
        ]);
        expect(restores() - before).to.equal(0);
        await succeeds(stack.up());
        expect(restores() - before).to.equal(1);
      });

    it("destroys what it has made", async () => {
      await succeeds(stack.destroy());
      expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal(others);
    });
  });

describe("engine: an Environment with data, in a program in YAML on the plugin", function () {
  this.timeout(300_000);
  let stack: Stack;

  before(async () => {
    const engine = await withLanguage(await prepareEngine(), "yaml");
    stack = await Stack.ofCopy(join(root, "examples/plugin-yaml"), { provisioningMs: 0, restoreMs: 200 }, engine);
  });
  after(() => stack.close());

  it("is made with its parts, takes part in other resources, and stays as it is in a second up", async () => {
    const text = "type Task { id: ID! title: String }";
    const source = await addProduction(stack.local, text);
    const program = `
      name: plugin-yaml
      runtime: yaml
      plugins: { providers: [{ name: dgraphcloud, path: node_modules/pulumi-dgraphcloud/plugin }] }
      resources:
        review:
          type: dgraphcloud:Environment
          properties:
            name: review
            zone: us-east-1
            deploymentType: dedicated
            schema: "${text}"
            seed: { source: "${source}" }
        again:
          type: dgraphcloud:Restore
          properties:
            target: \${review.backend.id}
            source: "${source}"
      outputs:
        status: \${again.status}`;
    writeFileSync(join(stack.project, "Pulumi.yaml"), program);
    await succeeds(stack.up());
    const review = stack.local.cloud.all().find(({ uid }) => uid !== source);
    expect(review?.name).to.equal("review");
    expect(await stack.output("status")).to.equal("OK");
    expect(stack.local.journal.acted("restore"), "the seed, and the Restore").to.equal(2);
    await succeeds(stack.up("--expect-no-changes"));
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal([source]);
  });
});
