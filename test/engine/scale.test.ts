import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "chai";
import { Stack, succeeds } from "../harness/engineStack";

const count = 20;

describe("engine: twenty backends", function () {
  this.timeout(180_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start();
  });
  after(async () => {
    await stack.close();
  });

  it("cost one log-in and a constant number of lists, no request without a change, and at most two lists to refresh", async () => {
    const { journal } = stack.local;
    stack.program(`
      for (let i = 0; i < ${count}; i++) new dgraphcloud.Backend("backend-" + i, { zone: "us-east-1", deploymentType: "free" });
    `);
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(stack.local.cloud.all()).to.have.length(count);
    expect(journal.count("createDeployment")).to.equal(count);
    expect(journal.count("login")).to.equal(1);
    expect(journal.count("deployments")).to.equal(1);

    journal.clear();
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    expect(journal.count()).to.equal(0);

    const refresh = await stack.refresh();
    expect(refresh.code, refresh.output).to.equal(0);
    expect(journal.count("deployments")).to.be.within(1, 2);
    expect(journal.count("login")).to.equal(1);

    journal.clear();
    const destroy = await stack.destroy();
    expect(destroy.code, destroy.output).to.equal(0);
    expect(journal.count("deleteDeployment")).to.equal(count);
    expect(journal.count("deployments")).to.equal(0);
  });
});

describe("engine: three hundred resources", function () {
  this.timeout(300_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start();
  });
  after(() => stack.close());

  function program(zone: string): void {
    stack.program(`
      for (let i = 0; i < 150; i++) {
        const name = "backend-" + i;
        const lambdaScript = pulumi.secret("// a-secret-" + i);
        const backend = new dgraphcloud.Backend(name, { name, deploymentType: "dedicated", lambdaScript, zone: "${zone}" });
        new dgraphcloud.GraphqlSchema(name + "-schema", { backend, schema: pulumi.secret("type A { name: String }") });
      }`);
  }

  it("are made 64 at a time without a warning of Node", async () => {
    program("us-east-1");
    expect(await succeeds(stack.up("--parallel", "64"))).not.to.contain("Warning");
  });

  it("have a summary that names each that is lost, and no secret", async () => {
    program("eu-west-1");
    const { stdout: input } = await stack.pulumi("preview", "--json");
    const command = resolve(__dirname, "../../dist/cli/index.js");
    const { status, stdout } = spawnSync(process.execPath, [command, "summary", "--fail-on", "replace"], {
      input,
      encoding: "utf8",
    });
    expect(status).to.equal(3);
    expect(stdout).to.match(/^### test\/engine-test: 150 backends are replaced without their data/);
    for (let i = 0; i < 150; i++) expect(stdout).to.contain(`**Backend "backend-${i}" (0x`);
    expect(stdout.length).to.be.below(65_536);
    for (const secret of ["a-secret", ...stack.local.cloud.all().map(({ jwtToken }) => jwtToken)])
      expect(stdout).not.to.contain(secret);
  });
});
