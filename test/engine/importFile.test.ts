import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Stack, succeeds } from "../harness/engineStack";

const command = resolve(__dirname, "../../dist/cli/index.js");
const schema = "type Order {\n  id: ID!\n  item: String\n}\n";

describe("engine: the file of import-file", function () {
  this.timeout(180_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0 });
    stack.use("plugin");
  });
  afterEach(() => stack.close());

  async function make(name: string): Promise<string> {
    const { cloud, accounts } = stack.local;
    const input = { name, zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" };
    return (await cloud.createDeployment(accounts[0]!, input)).uid;
  }
  /** Writes the file, and returns the names of the resources. */
  async function writeFile(file: string, ...options: string[]): Promise<string[]> {
    const args = [command, "import-file", file, ...options];
    await promisify(execFile)(process.execPath, args, { env: stack.environment });
    const { resources } = JSON.parse(readFileSync(file, "utf8")) as { resources: { name: string }[] };
    return resources.map(({ name }) => name);
  }
  const args = (name: string): string =>
    `{ name: "${name}", zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" }`;
  // The language host of the tests cannot write programs.
  const imports = async (file: string): Promise<void> => {
    const flags = ["--yes", "--skip-preview", "--generate-code=false", "--protect=false"];
    await succeeds(stack.pulumi("import", "--file", file, ...flags));
  };

  it("is imported as it is, and then up changes nothing", async () => {
    const first = await make("orders");
    const second = await make("orders");
    const users = await make("my users");
    await stack.local.cloud.get(users).engine.setSchema(schema);
    const file = join(stack.folder, "import.json");
    expect(await writeFile(file, "--schemas")).to.deep.equal([
      "my-users",
      "my-users",
      `orders-${first}`,
      `orders-${second}`,
    ]);
    stack.program("");
    await imports(file);
    stack.program(`
      new dgraphcloud.Backend("orders-${first}", ${args("orders")});
      new dgraphcloud.Backend("orders-${second}", ${args("orders")});
      const users = new dgraphcloud.Backend("my-users", ${args("my users")});
      new dgraphcloud.GraphqlSchema("my-users", { backend: users, schema: ${JSON.stringify(schema)} });
    `);
    stack.local.journal.clear();
    await succeeds(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count(), "requests of an up with nothing to do").to.equal(0);
  });

  it("is imported with the provider that it names", async () => {
    const { email, password } = stack.local.accounts[0]!;
    const provider = `const provider = new dgraphcloud.Provider("theirs", { email: "${email}", password: "${password}" });`;
    stack.program(provider);
    await succeeds(stack.up());
    const { resources } = await stack.state();
    const urn = resources.find(({ type }) => type === "pulumi:providers:dgraphcloud")?.urn ?? "";
    const uid = await make("theirs");
    const file = join(stack.folder, "theirs.json");
    expect(await writeFile(file, "--provider", `theirs=${urn}`)).to.deep.equal([`theirs-${uid}`]);
    await imports(file);
    stack.program(`${provider} new dgraphcloud.Backend("theirs-${uid}", ${args("theirs")}, { provider });`);
    await succeeds(stack.up("--expect-no-changes"));
  });
});
