import { expect } from "chai";
import { fails, Stack, succeeds } from "../harness/engineStack";
import { addProduction } from "../harness/production";
import { descendants, kill, killTree } from "../harness/processes";
import { recordsOf } from "../local/content";

const old = "type Author { id: ID! name: String! @search(by: [hash]) }";
const withPhone = old.replace("}", "phone: String }");
const withMail = old.replace("}", "phone: String mail: String }");

interface Wish {
  readonly schema?: string;
  readonly trigger?: string;
  readonly more?: string;
  readonly seed?: string;
  readonly name?: string;
  readonly options?: string;
}

/** The tests share one stack: each starts from the state that the previous one left. */
describe("engine: an Environment", function () {
  this.timeout(300_000);
  let stack: Stack;
  let production: string;

  before(async () => {
    stack = await Stack.start({ provisioningMs: 200, restoreMs: 500 });
    const author = 'mutation { addAuthor(input: [{ name: "from production" }]) { numUids } }';
    production = await addProduction(stack.local, old, author);
  });
  after(() => stack.close());

  /** An environment with a seed, a backend on which all of it depends, and another one that uses its endpoint and its token. */
  function program(wish: Wish = {}): void {
    const { schema = withPhone, trigger = "1", more = "", seed = "", name = "review", options = "" } = wish;
    stack.program(`
      const plan = { zone: "us-east-1", deploymentType: "dedicated" };
      const earlier = new dgraphcloud.Backend("earlier", { zone: "us-east-1", deploymentType: "free" });
      const review = new dgraphcloud.Environment("${name}", {
        ...plan, lambdaScript: "self.addGraphQLResolvers({})", schema: ${JSON.stringify(schema)},
        seed: { source: "${production}", triggers: { asked: "${trigger}" }, ${seed} }, ${more}
      }, { dependsOn: earlier, ${options} });
      const client = pulumi.all([review.graphqlEndpoint, review.jwtToken]).apply(([url, token]) => \`// \${url} \${token}\`);
      new dgraphcloud.Backend("client", { ...plan, name: "client", lambdaScript: client });
      exports.uid = review.backend.uid;
      exports.endpoint = review.graphqlEndpoint;
      exports.token = review.jwtToken;`);
  }
  const backendOf = (uid: string) => stack.local.cloud.get(uid);
  const review = () => backendOf(stack.local.cloud.all().find(({ name }) => name.startsWith("review-"))?.uid ?? "");
  const acted = (): string[] =>
    stack.local.journal.entries
      .filter((entry) => entry.acted && /^(create|update|delete|restore$|drop)/.test(entry.operation))
      .map(({ operation }) => operation);
  it("is made in one up: backend, lambda, data, schema, and then what uses it", async () => {
    program();
    await succeeds(stack.preview());
    expect(acted(), "by a preview").to.deep.equal([]);
    await succeeds(stack.up());
    expect(acted()).to.deep.equal([
      ...["createDeployment", "createDeployment", "updateLambda", "restore", "updateGQLSchema"],
      ...["createDeployment", "updateLambda"],
    ]);
    expect(await review().engine.schema()).to.equal(withPhone);
    expect((await recordsOf(review(), "Author")).map(({ name }) => name)).to.deep.equal(["from production"]);
    const { uid, url, jwtToken } = review().deployment;
    expect(await stack.output("uid")).to.equal(uid);
    expect(await stack.output("endpoint")).to.equal(`http://${url}/graphql`);
    expect(await stack.output("token")).to.equal(jwtToken);
    expect((await stack.state()).text, "a token in clear").not.to.contain(jwtToken);
  });

  it("makes no request in the next up", async () => {
    stack.local.journal.clear();
    await succeeds(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count()).to.equal(0);
  });

  it("lets each part depend on what the environment depends on", async () => {
    const { resources } = await stack.state();
    const parts = resources.filter(({ urn }) => urn.includes("Environment$") && !urn.includes("Restore::"));
    expect(parts).to.have.length(4);
    for (const { urn, dependencies } of parts) expect(dependencies?.join(), urn).to.match(/::earlier\b/);
  });

  it("previews an added field as one update, and nothing else", async () => {
    program({ schema: withMail });
    const preview = await succeeds(stack.preview());
    expect(preview).to.contain("additive: Author.mail: ");
    expect(preview).to.match(/~ 1 to update\s+\d+ unchanged/);
    stack.local.journal.clear();
    await succeeds(stack.up());
    expect(acted()).to.deep.equal(["updateGQLSchema"]);
    expect(await review().engine.schema()).to.equal(withMail);
  });

  it("updates only its backend when that gets another name", async () => {
    program({ schema: withMail, more: 'name: "review-of-today",' });
    // The host makes all outputs of an updated resource unknown: the client of its endpoint and its token shows as an update too.
    const preview = await succeeds(stack.preview());
    expect(preview).to.match(/~ 2 to update\s+\d+ unchanged/);
    expect(preview).not.to.contain("GraphqlSchema").and.not.to.contain("RestoreRequest");
    stack.local.journal.clear();
    await succeeds(stack.up());
    expect(acted()).to.deep.equal(["updateDeployment"]);
  });

  it("updates only its seed when that gets a limit: the schema's trigger stays known", async () => {
    program({ schema: withMail, seed: 'notAfter: "2999-01-01T00:00:00Z"' });
    const preview = await succeeds(stack.preview());
    expect(preview)
      .to.contain("RestoreRequest")
      .and.to.match(/~ 1 to update\s+\d+ unchanged/);
    stack.local.journal.clear();
    await succeeds(stack.up());
    expect(acted()).to.deep.equal([]);
  });

  it("sends its schema again when the seed runs again, after the old schema of the backup", async () => {
    program({ schema: withMail, trigger: "2" });
    const preview = await succeeds(stack.preview());
    expect(preview).to.match(/~ 1 to update\s+\+-2 to replace/);
    stack.local.journal.clear();
    await succeeds(stack.up());
    expect(acted()).to.deep.equal(["restore", "updateGQLSchema"]);
    expect(await review().engine.schema()).to.equal(withMail);
    await succeeds(stack.up("--expect-no-changes"));
  });

  it("is completed after everything was killed while the seed ran", async () => {
    program({ schema: withMail, trigger: "3" });
    stack.local.journal.clear();
    review().setRestoreOutcome({ status: "IN_PROGRESS" });
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation }) => operation === "restoreStatus", 60_000);
    const others = descendants(child.pid ?? 0);
    killTree(child, "SIGKILL");
    await ended;
    for (const { pid } of others) kill(pid, "SIGKILL");
    await stack.pulumi("cancel", "--yes");
    review().setRestoreOutcome({ status: "OK" });
    await succeeds(stack.up());
    expect(acted()).to.deep.equal(["restore", "updateGQLSchema"]);
    expect(await review().engine.schema()).to.equal(withMail);
    await succeeds(stack.up("--expect-no-changes"));
  });

  it("sends no schema when the seed fails", async () => {
    program({ schema: withMail, trigger: "4" });
    review().setRestoreOutcome({ status: "ERR", errors: ["the backup is damaged"] });
    stack.local.journal.clear();
    expect(await fails(stack.up())).to.contain("the backup is damaged");
    expect(acted()).to.deep.equal(["restore"]);
    review().setRestoreOutcome({ status: "OK" });
    program({ schema: withMail, trigger: "5" });
    await succeeds(stack.up());
    expect(acted()).to.deep.equal(["restore", "restore", "updateGQLSchema"]);
  });

  it("keeps all its parts under an alias", async () => {
    const { uid, name } = review().deployment;
    stack.local.journal.clear();
    program({ schema: withMail, trigger: "5", name: "renamed", options: 'aliases: [{ name: "review" }],' });
    await succeeds(stack.up());
    expect(acted()).to.deep.equal([]);
    expect(await stack.output("uid")).to.equal(uid);
    expect(backendOf(uid).deployment.name).to.equal(name);
  });

  it("is not destroyed, and its seed does not run again, while deletionProtection is on", async () => {
    const wish = { schema: withMail, trigger: "5", name: "renamed", options: 'aliases: [{ name: "review" }],' };
    program({ ...wish, more: "deletionProtection: true," });
    await succeeds(stack.up());
    expect(await fails(stack.destroy())).to.contain("protect");
    stack.local.journal.clear();
    await succeeds(stack.up());
    expect(acted().filter((operation) => operation === "restore")).to.deep.equal([]);
    expect((await recordsOf(review(), "Author")).map(({ name }) => name)).to.deep.equal(["from production"]);
    program({ ...wish, more: "deletionProtection: false," });
    await succeeds(stack.up());
  });

  it("leaves nothing when it is destroyed", async () => {
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all().map(({ uid }) => uid)).to.deep.equal([production]);
    expect((await stack.state()).resources.filter(({ type }) => type.includes("dgraphcloud"))).to.deep.equal([]);
  });
});
