import { expect } from "chai";
import type { Issue } from "../harness/github/api";
import { Shop, succeeded } from "../harness/github/shop";

describe("engine: the environment of a pull request", function () {
  this.timeout(300_000);
  let shop: Shop;
  let pull: Issue;

  before(async () => {
    shop = await Shop.start({ provisioningMs: 100, restoreMs: 1_500 });
    const [account] = shop.local.accounts;
    const production = { name: "shop-production", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await shop.local.cloud.createDeployment(account!, production);
    await shop.local.cloud.get(uid).takeBackup();
    pull = shop.github.open(13);
  });
  after(() => shop.close());

  const begun = (operation: string) =>
    shop.local.journal.waitFor((entry) => entry.operation === operation && entry.acted, 120_000);
  const expectNothingLeft = (): void => {
    expect(shop.backends()).to.deep.equal(["shop-production"]);
    expect(shop.stacks()).to.deep.equal(["production"]);
    expect(pull.comments.at(-1)?.body).to.contain("It was removed");
  };

  it("is removed after its up, when the pull request is closed during the up", async () => {
    const up = shop.beginOnPullRequest("environment", "opened", pull);
    await begun("restoreStatus");
    const closed = shop.beginOnPullRequest("environment", "closed", pull);
    const first = await Promise.race([up.ended, closed.ended]);
    expect(first.jobs["up"]?.outcome, first.log).to.equal("success");
    expect(shop.backends()).to.include("shop-pr-13");
    succeeded(await closed.ended);
    expectNothingLeft();
    expect(pull.comments).to.have.length(1);
  });

  it("comes back with the pull request, also where its backend was created by a killed run that recorded nothing", async () => {
    shop.local.journal.clear();
    const run = shop.beginOnPullRequest("environment", "reopened", pull);
    await begun("createDeployment");
    run.kill();
    await run.ended;
    const { uid } = shop.backend("shop-pr-13");
    succeeded(await shop.onPullRequest("environment", "synchronize", pull));
    expect(shop.backend("shop-pr-13").uid).to.equal(uid);
    expect(pull.comments).to.have.length(1);
    expect(pull.comments[0]?.body).to.contain("GraphQL: http");
    succeeded(await shop.onPullRequest("environment", "closed", pull));
    expectNothingLeft();
  });

  it("leaves nothing when the run that created its backend was killed, and the pull request is closed", async () => {
    shop.local.journal.clear();
    const run = shop.beginOnPullRequest("environment", "reopened", pull);
    await begun("createDeployment");
    run.kill();
    await run.ended;
    expect(shop.backends()).to.include("shop-pr-13");
    succeeded(await shop.onPullRequest("environment", "closed", pull));
    expectNothingLeft();
  });

  it("can be removed again", async () => {
    succeeded(await shop.onPullRequest("environment", "closed", pull));
    expectNothingLeft();
  });
});
