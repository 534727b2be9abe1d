import { expect } from "chai";
import { Stack } from "../harness/engineStack";

const other = { email: "other@example.com", password: "other-password" };
const dev = { email: "dev@example.com", password: "local-password" };

describe("engine: accounts", function () {
  this.timeout(180_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ accounts: [dev, other] });
  });
  afterEach(() => stack.close());

  it("uses two accounts in one program, each through its own provider", async () => {
    stack.program(`
      const theirs = new dgraphcloud.Provider("theirs", { email: "${other.email}", password: "${other.password}" });
      const args = { zone: "us-east-1", deploymentType: "free" };
      new dgraphcloud.Backend("ours", { ...args, name: "ours" });
      new dgraphcloud.Backend("theirs", { ...args, name: "theirs" }, { provider: theirs });
      exports.names = dgraphcloud.getBackendsOutput({ provider: theirs }).apply((list) => list.map((b) => b.name).join());
    `);
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(stack.local.cloud.all().map(({ name, owner }) => [name, owner])).to.have.deep.members([
      ["ours", dev.email],
      ["theirs", other.email],
    ]);
    const { text } = await stack.state();
    expect(text, "settings are encrypted").not.to.contain(other.password);
    const refresh = await stack.refresh();
    expect(refresh.code, refresh.output).to.equal(0);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    const destroy = await stack.destroy();
    expect(destroy.code, destroy.output).to.equal(0);
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });

  it("refuses to refresh or to destroy with another account's credentials", async () => {
    stack.program('new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" });');
    await stack.up();
    stack.environment["DGRAPHCLOUD_EMAIL"] = other.email;
    stack.environment["DGRAPHCLOUD_PASSWORD"] = other.password;
    for (const run of [await stack.refresh(), await stack.destroy()]) {
      expect(run.code).not.to.equal(0);
      expect(run.output).to.contain("was created with another account").and.to.contain("--run-program");
      expect(run.output).not.to.contain(other.password);
    }
    expect(await stack.backends()).to.have.length(1);
    expect(stack.local.cloud.all()).to.have.length(1);
    expect(stack.local.journal.count("deleteDeployment")).to.equal(0);
  });

  it("names the settings after a wrong password, makes one request, and prints no password", async () => {
    stack.environment["DGRAPHCLOUD_PASSWORD"] = "wrong-password";
    stack.program(
      `for (const name of ["a", "b", "c"]) new dgraphcloud.Backend(name, { zone: "z", deploymentType: "free" });`,
    );
    const up = await stack.up();
    expect(up.code).not.to.equal(0);
    expect(up.output)
      .to.contain("dgraphcloud:email")
      .and.to.contain("DGRAPHCLOUD_PASSWORD")
      .and.not.contain("wrong-password");
    expect(stack.local.journal.count("login")).to.equal(1);
  });

  it("names --run-program after a changed password, which makes refresh and destroy work again", async () => {
    for (const name of ["DGRAPHCLOUD_EMAIL", "DGRAPHCLOUD_PASSWORD"]) stack.environment[name] = "";
    const setPassword = (password: string): Promise<unknown> =>
      stack.pulumi("config", "set", "--secret", "dgraphcloud:password", password);
    await stack.pulumi("config", "set", "dgraphcloud:email", dev.email);
    await setPassword(dev.password);
    stack.program('new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" });');
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const login = stack.local.cloud.login.bind(stack.local.cloud);
    const changed = "changed-password";
    stack.local.cloud.login = (email, password) =>
      email !== dev.email ? login(email, password) : password === changed ? login(email, dev.password) : null;
    await setPassword(changed);
    for (const command of ["refresh", "destroy"] as const) {
      stack.local.journal.clear();
      const run = await stack[command]();
      expect(run.code).not.to.equal(0);
      expect(run.output).to.contain("--run-program").and.not.contain(changed).and.not.contain(dev.password);
      expect([stack.local.journal.count(), stack.local.journal.count("login")]).to.deep.equal([1, 1]);
      expect([await stack.backends(), stack.local.cloud.all()].map(({ length }) => length)).to.deep.equal([1, 1]);
    }
    for (const command of ["refresh", "destroy"] as const) {
      const run = await stack[command]("--run-program");
      expect(run.code, run.output).to.equal(0);
    }
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });

  it("prefers the stack's configuration to the environment", async () => {
    await stack.pulumi("config", "set", "dgraphcloud:email", other.email);
    await stack.pulumi("config", "set", "--secret", "dgraphcloud:password", other.password);
    stack.program('new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" });');
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(stack.local.cloud.all()[0]?.owner).to.equal(other.email);
    expect((await stack.state()).text).not.to.contain(other.password);
  });
});
