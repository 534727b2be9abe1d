import { expect } from "chai";
import type { Deployment } from "dgraphcloud-local";
import type { Issue } from "../harness/github/api";
import { Shop, stepOf, succeeded } from "../harness/github/shop";
import { dgraphOptions } from "./cloud";

const label = "allow-destruction";
const gate = "Destruction must be allowed";
const summaryMarker = "<!-- pulumi-dgraphcloud summary environment-per-stack/production -->";
const environmentMarker = "<!-- environment of the pull request -->";

// From an opened pull request to its merge, each test going on where the one before ended.
describe("the workflows of a pull request with the real engine and a real Dgraph", function () {
  this.timeout(300_000);
  let shop: Shop;
  let pull: Issue;
  before(async () => {
    shop = await Shop.start(await dgraphOptions());
    pull = shop.github.open(12);
  });
  after(() => shop.close());

  const commentWith = (marker: string): string => {
    const found = pull.comments.filter(({ body }) => body.endsWith(marker));
    expect(found, marker).to.have.length(1);
    return found[0]!.body;
  };
  const firstLine = (): string => commentWith(summaryMarker).split("\n")[0] ?? "";
  const preview = (action: string) => shop.onPullRequest("preview", action, pull);
  const environment = (action: string) => shop.onPullRequest("environment", action, pull);

  it("deploys production from the first push to main", async () => {
    succeeded(await shop.onPush());
    expect(shop.backends()).to.deep.equal(["shop-production"]);
    const backend = shop.local.cloud.get(shop.backend("shop-production").uid);
    const products = '[{ sku: "1", name: "bread", price: 2.5 }, { sku: "2", name: "milk", price: 1 }]';
    const { errors } = await backend.engine.graphql({
      query: `mutation { addProduct(input: ${products}) { numUids } addOrder(input: [{ placed: "2030-01-01T00:00:00Z", products: [{ sku: "1" }] }]) { numUids } }`,
    });
    expect(errors).to.equal(undefined);
    await backend.takeBackup();
  });

  it("shows the change of the schema by grade when the pull request is opened", async () => {
    shop.edit("schema.graphql", "  price: Float\n", "  price: Float @search\n  stock: Int\n");
    const run = succeeded(await preview("opened"));
    const comment = commentWith(summaryMarker);
    expect(firstLine()).to.equal("### environment-per-stack/production: 1 change, nothing is destroyed");
    // Without the comment in the middle, GitHub would mention a user.
    expect(comment).to.contain("reindex: Product.price.@<!-- -->search").and.to.contain("additive: Product.stock");
    expect(run.jobs["preview"]?.summary.trim()).to.equal(comment);
    expect(run.jobs).to.include.keys("consent", "fork").and.to.have.nested.property("consent.outcome", "skipped");
    expect(shop.backends()).to.deep.equal(["shop-production"]);
  });

  it("continues an environment that was killed while production's data was copied", async () => {
    shop.local.journal.clear();
    const run = shop.beginOnPullRequest("environment", "opened", pull);
    await shop.local.journal.waitFor(({ operation }) => operation === "restoreStatus", 120_000);
    run.kill();
    expect((await run.ended).outcome).to.equal("cancelled");
    expect(shop.isLocked(), "the killed engine leaves its lock").to.equal(true);
    const { uid } = shop.backend("shop-pr-12");

    succeeded(await environment("opened"));
    expect(shop.backend("shop-pr-12").uid).to.equal(uid);
    expect(shop.local.journal.acted("createDeployment"), "backends created").to.equal(1);
    expect(shop.local.journal.acted("restore"), "restores sent").to.equal(1);
    expect(shop.isLocked()).to.equal(false);
  });

  it("answers GraphQL with production's data and the schema of the branch", async () => {
    const [, endpoint = ""] = /^GraphQL: (http\S+)$/m.exec(commentWith(environmentMarker)) ?? [];
    const query = "{ queryProduct(order: { asc: sku }) { name price stock } }";
    expect(await ask(endpoint, shop.backend("shop-pr-12"), query)).to.deep.equal({
      queryProduct: [
        { name: "bread", price: 2.5, stock: null },
        { name: "milk", price: 1, stock: null },
      ],
    });
  });

  it("edits no comment when nothing has changed", async () => {
    const writes = shop.github.writes.length;
    shop.local.journal.clear();
    pull.labels.push("documentation");
    succeeded(await preview("labeled"));
    succeeded(await environment("synchronize"));
    expect(shop.github.writes.slice(writes)).to.deep.equal([]);
    expect(shop.local.journal.acted("updateGQLSchema")).to.equal(0);
  });

  it("stops a change of the zone, and says first what is lost and how many nodes", async () => {
    shop.edit("Pulumi.production.yaml", "us-east-1", "us-west-2");
    const run = await preview("synchronize");
    expect(run.outcome).to.equal("failure");
    expect(stepOf(run, gate)).to.include({ outcome: "failure", code: 3 });
    expect(stepOf(run, gate).log).to.contain(`set the label "${label}" on this pull request`);
    expect(firstLine()).to.match(/^### environment-per-stack\/production: .*"shop".* is replaced .*3 nodes/);
    expect(shop.github.writes.at(-1), "the same comment").to.match(/^PATCH /);
    expect(run.jobs["preview"]?.summary.trim()).to.equal(commentWith(summaryMarker));
  });

  it("lets it pass with the label", async () => {
    pull.labels.push(label);
    const before = withoutAge(commentWith(summaryMarker));
    const run = succeeded(await preview("labeled"));
    expect(stepOf(run, gate).log).to.contain(`The label "${label}" allows it.`);
    expect(withoutAge(commentWith(summaryMarker))).to.equal(before);
  });

  it("takes the label away with the next push, and stops again", async () => {
    shop.edit("Pulumi.production.yaml", "us-west-2", "eu-west-1");
    const run = await preview("synchronize");
    expect(run.jobs["consent"]?.outcome).to.equal("success");
    expect(pull.labels).to.deep.equal(["documentation"]);
    expect(stepOf(run, gate).code).to.equal(3);
    expect(commentWith(summaryMarker)).to.contain("eu-west-1");
  });

  it("removes the environment with the end of the pull request", async () => {
    succeeded(await environment("closed"));
    expect(shop.backends()).to.deep.equal(["shop-production"]);
    expect(shop.stacks()).to.deep.equal(["production"]);
    expect(commentWith(environmentMarker)).to.contain("It was removed");
    expect(pull.comments).to.have.length(2);
  });

  it("deploys a merged destruction only with the label of its pull request", async () => {
    const { uid } = shop.backend("shop-production");
    const stopped = await shop.onPush(pull);
    expect(stopped.outcome).to.equal("failure");
    expect(stepOf(stopped, gate).code).to.equal(3);
    expect(stepOf(stopped, 'Run pulumi up --yes --stack "$STACK"').outcome).to.equal("skipped");
    expect(shop.backend("shop-production").uid).to.equal(uid);

    pull.labels.push(label);
    succeeded(await shop.onPush(pull));
    expect(shop.backend("shop-production")).to.include({ zone: "eu-west-1" });
    expect(shop.backend("shop-production").uid).not.to.equal(uid);
  });

  it("has put no secret into a comment, a summary or a log", () => {
    shop.expectNoLeak();
  });
});

/** The age of a backup grows while the tests run. */
function withoutAge(comment: string): string {
  return comment.replace(/newest backup: .* old/, "newest backup: some time old");
}

/** Asks a backend over HTTP, as a client would. */
async function ask(endpoint: string, { jwtToken }: Deployment, query: string): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", "x-auth-token": jwtToken },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { readonly data?: unknown; readonly errors?: unknown };
  expect(errors, query).to.equal(undefined);
  return data;
}
