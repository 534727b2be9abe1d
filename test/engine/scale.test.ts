import { expect } from "chai";
import { Stack } from "../harness/engineStack";

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
