import { expect } from "chai";
import { fails, Stack, succeeds } from "../harness/engineStack";

const me = { email: "me@example.com", password: "canary-password-of-mine" };
const other = { email: "other@example.com", password: "canary-password-of-theirs" };

describe("engine: settings of the plugin", function () {
  this.timeout(240_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ provisioningMs: 0, accounts: [me, other] });
    stack.use("plugin");
  });
  afterEach(() => stack.close());

  const backend = (name: string, provider: string): string =>
    `new dgraphcloud.Backend("${name}", { name: "${name}", zone: "us-east-1", deploymentType: "free" }, { provider: ${provider} });`;
  const owners = (): Record<string, string> =>
    Object.fromEntries(stack.local.cloud.all().map(({ name, owner }) => [name, owner]));

  it("of two Providers serve two accounts in one program, and a rotated token replaces nothing", async () => {
    const login = async ({ email, password }: typeof me): Promise<string> =>
      (await Promise.resolve(stack.local.cloud.login(email, password))) ?? "";
    const [first, second] = [await login(other), await login(other)];
    const program = (token: string): string => `
      const mine = new dgraphcloud.Provider("mine", { email: "${me.email}", password: "${me.password}" });
      const theirs = new dgraphcloud.Provider("theirs", { token: "${token}" });
      ${backend("orders", "mine")}
      ${backend("users", "theirs")}
      exports.seen = dgraphcloud.getBackendsOutput({ provider: theirs }).apply((found) => found.map(({ name }) => name));`;
    stack.program(program(first));
    await succeeds(stack.up());
    const made = owners();
    expect(Object.keys(made)).to.have.members(["orders", "users"]);
    expect(made["orders"]).not.to.equal(made["users"]);
    const { text } = await stack.state();
    for (const secret of [me.password, other.password, first])
      expect(text.includes(secret), "a secret in clear").to.equal(false);

    stack.program(program(second));
    stack.local.journal.clear();
    const output = await succeeds(stack.up());
    // The Provider is updated; the stack, the other Provider and both backends are not.
    expect(output).to.match(/~ 1 updated\s+4 unchanged/);
    for (const operation of ["createDeployment", "updateDeployment", "deleteDeployment"])
      expect(stack.local.journal.acted(operation), operation).to.equal(0);
    await succeeds(stack.refresh());
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });

  it("that cannot be right are refused in the preview without a request, and no value is printed", async () => {
    const refused: readonly (readonly [args: string, says: RegExp])[] = [
      [`{ endpoint: "no url", token: "canary-token" }`, /endpoint/],
      [`{ endpoint: "https://canary-user:canary-password@example.com/graphql", token: "canary-token" }`, /endpoint/],
      [`{ token: "canary-token", clusterUrl: "http://127.0.0.1:1" }`, /clusterUrl|cluster/],
    ];
    for (const [args, says] of refused) {
      stack.program(`const own = new dgraphcloud.Provider("own", ${args}); ${backend("orders", "own")}`);
      const output = await fails(stack.preview());
      expect(output, args).to.match(says).and.to.contain("docs/troubleshooting.md");
      expect(output, args).not.to.contain("canary");
    }
    // The class has no such setting; other languages and plain objects have no such check.
    stack.program(`
      const own = new pulumi.ProviderResource("dgraphcloud", "own", { pasword: "canary-password" });
      ${backend("orders", "own")}`);
    const output = await fails(stack.preview());
    expect(output).to.contain('no such setting: "pasword"').and.to.contain("password").and.not.to.contain("canary");
    expect(stack.local.journal.count(), "requests").to.equal(0);
  });

  it("that are not known in a preview are checked in the up", async () => {
    stack.program(`
      const first = ${backend("first", "undefined")}
      const own = new dgraphcloud.Provider("own", { email: "${other.email}", password: first.url.apply(() => "${other.password}") });
      ${backend("second", "own")}`);
    await succeeds(stack.preview());
    expect(stack.local.journal.acted("login"), "log-ins of the preview").to.equal(0);
    await succeeds(stack.up());
    expect(Object.keys(owners())).to.have.members(["first", "second"]);
    await succeeds(stack.up("--expect-no-changes"));
  });

  it("of the stack's own configuration reach the plugin, and a wrong one is refused", async () => {
    delete stack.environment["DGRAPHCLOUD_EMAIL"];
    delete stack.environment["DGRAPHCLOUD_PASSWORD"];
    await succeeds(stack.pulumi("config", "set", "dgraphcloud:email", other.email));
    await succeeds(stack.pulumi("config", "set", "--secret", "dgraphcloud:password", other.password));
    stack.program(backend("orders", "undefined"));
    stack.environment["DGRAPHCLOUD_LOG"] = "debug";
    // The engine hides what a plugin prints.
    expect(await succeeds(stack.up())).to.match(/dgraphcloud: login at 127\.0\.0\.1:\d+: HTTP 200, \d+ ms/);
    expect(owners()).to.have.property("orders");
    const { text } = await stack.state();
    expect(text.includes(other.password), "a secret in clear").to.equal(false);
    await succeeds(stack.pulumi("config", "set", "dgraphcloud:endpoint", "no url"));
    stack.local.journal.clear();
    expect(await fails(stack.preview())).to.contain("endpoint");
    expect(stack.local.journal.count(), "requests").to.equal(0);
  });
});
