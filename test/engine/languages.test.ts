import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { Backend } from "dgraphcloud-local";
import { unknownValue } from "../../provider/resource/fields";
import { prepareEngine } from "../../tools/engine";
import { type Language, withLanguage } from "../../tools/languages";
import { Stack, succeeds } from "../harness/engineStack";

const root = resolve(__dirname, "../..");

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
}

const programs: Readonly<Record<string, Program>> = {
  typescript: { name: "shop", backendIs: "dgraphcloud:index:Backend shop" },
  yaml: { language: "yaml", name: "shop", backendIs: "dgraphcloud:index:Environment$dgraphcloud:index:Backend shop" },
};

for (const [name, { language, name: backendName, backendIs }] of Object.entries(programs))
  describe(`engine: a program in ${name} on the plugin`, function () {
    this.timeout(300_000);
    let stack: Stack;

    before(async () => {
      const engine = await prepareEngine();
      const example = join(root, `examples/plugin-${name}`);
      const options = { provisioningMs: 0, restoreMs: 200 };
      stack = await Stack.ofCopy(example, options, language && (await withLanguage(engine, language)));
    });
    after(() => stack.close());

    /** The backend that the program has made. */
    function made(): Backend {
      const [own, ...more] = stack.local.cloud.all();
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

    it("destroys what it has made", async () => {
      await succeeds(stack.destroy());
      expect(stack.local.cloud.all()).to.deep.equal([]);
    });
  });
