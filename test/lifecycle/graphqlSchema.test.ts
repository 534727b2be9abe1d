import { expect } from "chai";
import { different } from "../harness/hosts/differences";
import type { Made, Values } from "../harness/providerHost";
import { testedHost } from "../harness/testedHost";
import { failureOf, Fixture, partialFailureOf } from "./fixture";

const before = `type Author { id: ID! name: String! @search(by: [hash]) age: Int tags: [String] }`;
const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:GraphqlSchema::schema";

describe(`lifecycle: a GraphqlSchema behind the real ${testedHost} host`, function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let uid: string;

  beforeEach(async () => {
    fixture = await Fixture.begin();
    uid = await backend("flexible");
  });
  afterEach(() => fixture.close());

  async function backend(deploymentMode: string): Promise<string> {
    const [account] = fixture.local.accounts;
    const input = { name: `of-${deploymentMode}`, zone: "us-east-1", deploymentType: "dedicated", deploymentMode };
    return (await fixture.local.cloud.createDeployment(account!, input)).uid;
  }

  const inputs = (more: Values = {}): Values => ({ backend: uid, schema: before, __urn: urn, ...more });
  const deployed = (more: Values = {}): Promise<Made> => fixture.schema.create(inputs(more));
  const update = (made: Made, more: Values): Promise<Values> =>
    fixture.schema.update(made.id, made.properties, inputs(more));
  const live = (): Promise<string> => fixture.local.cloud.get(uid).engine.schema();
  const sent = (): number => fixture.local.journal.count("updateGQLSchema");
  async function write(...authors: string[]): Promise<void> {
    const query = `mutation { addAuthor(input: [${authors.join(", ")}]) { numUids } }`;
    const { errors } = await fixture.local.cloud.get(uid).engine.graphql({ query });
    expect(errors).to.equal(undefined);
  }
  /** The refusal of a check, as the user sees it; empty when the check passes. */
  async function refusal(olds: Values, news: Values): Promise<string> {
    const { failures } = await fixture.schema.check(olds, news);
    expect(failures.map(({ property }) => property).join(""), "no value is printed beside the reason").to.equal("");
    return failures.map(({ reason }) => reason).join("\n");
  }
  const with_ = (field: string): string => before.replace("age: Int", field);

  it("is sent, and its state says what was sent", async () => {
    const { id, properties } = await deployed();
    expect(id).to.equal(uid);
    expect(await live()).to.equal(before);
    expect(properties).to.deep.include({ schema: before, backend: uid });
    expect(properties["generatedSchema"]).to.contain("type Query");
    expect(properties["appliedAt"]).to.match(/^\d{4}-/);
    expect(properties["changes"]).to.deep.include({
      grade: "ADDITIVE",
      path: "Author",
      description: (properties["changes"] as { description: string }[])[0]!.description,
    });
  });

  it("is refused with line and column when it cannot be used", async () => {
    const reason = await refusal({}, inputs({ schema: "type Author {\n  id: ID!\n  name: Strin!\n}" }));
    expect(reason).to.contain("line 3, column 9").and.to.contain('"Strin"').and.to.contain("3 | name: Strin!");
    expect(sent()).to.equal(0);
  });

  it("is refused where a change hides data, and the line to add is enough when it is pasted", async () => {
    const made = await deployed();
    const news = inputs({ schema: with_("") });
    const reason = await refusal(inputs(), news);
    expect(reason).to.contain("hides data: Author.age").and.to.contain("DGC702");
    const line = /allow: (\[.*?\])/.exec(reason)?.[1] ?? "";
    const allow: unknown = JSON.parse(line);
    expect(allow).to.deep.equal(["Author.age"]);
    expect(await refusal(inputs(), { ...news, allow })).to.equal("");
    const properties = await update(made, { schema: with_(""), allow });
    expect(properties["changes"]).to.have.length(1);
    expect(await live()).to.equal(with_(""));
  });

  it("hints at the directive that keeps the data of a renamed field", async () => {
    expect(await refusal(inputs(), inputs({ schema: with_("years: Int") }))).to.contain('@dgraph(pred: "Author.age")');
    const renamed = inputs({ schema: with_('years: Int @dgraph(pred: "Author.age")') });
    expect(await refusal(inputs(), renamed)).to.equal("");
  });

  it("names what is at stake, and reports the consent that is left over", async () => {
    const made = await deployed();
    await write('{ name: "Ann", age: 30 }', '{ name: "Bob" }');
    await update(made, { schema: with_(""), allow: ["Author.age"] });
    await fixture.waitForOutput("at stake: 1 ");
    await fixture.schema.check(inputs({ schema: with_("") }), inputs({ schema: with_(""), allow: ["Author.age"] }));
    await fixture.waitForOutput('allow names "Author.age"');
  });

  it("is not sent where Dgraph would refuse it, also with consent", async () => {
    const made = await deployed();
    await write('{ name: "Ann", tags: ["a", "b"] }');
    const single = before.replace("tags: [String]", "tags: String");
    const { message } = await failureOf(update(made, { schema: single, allow: ["*"] }));
    expect(message).to.contain("DGC703").and.to.contain("Author.tags").and.to.contain('fields: ["Author.tags"]');
    expect(sent()).to.equal(1);
    expect(await live()).to.equal(before);
  });

  it("goes back to the schema from before when Dgraph applies it by half", async () => {
    uid = await backend("graphql");
    const made = await deployed();
    await write('{ name: "Ann", tags: ["a", "b"] }');
    const single = before.replace("tags: [String]", "tags: String");
    const { message, made: partial } = await failureOf(update(made, { schema: single, allow: ["Author.tags"] }));
    expect(message).to.contain("DGC704").and.to.contain("as before");
    expect(partial, "the state still holds").to.equal(undefined);
    expect(await live()).to.equal(before);
    expect(sent()).to.equal(3);
  });

  it("is compared with what is live, which may have more than the state", async () => {
    const made = await deployed();
    await fixture.local.cloud.get(uid).engine.setSchema(`${before} type Order { id: ID! item: String }`);
    const query = `mutation { addOrder(input: [{ item: "tea" }]) { numUids } }`;
    await fixture.local.cloud.get(uid).engine.graphql({ query });
    const changed = { schema: with_("age: Int phone: String") };
    const { message } = await failureOf(update(made, changed));
    expect(message).to.contain("DGC702").and.to.contain('allow: ["Order"]').and.to.contain("at stake: 1 ");
    await update(made, { ...changed, allow: ["Order"] });
    expect(await live()).to.equal(changed.schema);
  });

  it("needs no consent where nothing is at stake", async () => {
    const made = await deployed();
    await fixture.local.cloud.get(uid).engine.setSchema(`${before} type Order { id: ID! item: String }`);
    const changed = { schema: with_("age: Int phone: String") };
    await update(made, changed);
    expect(await live()).to.equal(changed.schema);
  });

  it("is graded against a schema that was there before the first create", async () => {
    await fixture.local.cloud.get(uid).engine.setSchema(`${before} type Order { id: ID! item: String }`);
    await fixture.local.cloud
      .get(uid)
      .engine.graphql({ query: `mutation { addOrder(input: [{ item: "tea" }]) { numUids } }` });
    const { message, made } = await failureOf(deployed());
    expect(message).to.contain("DGC702").and.to.contain('allow: ["Order"]');
    expect(made).to.equal(undefined);
    await deployed({ allow: ["Order"] });
    expect(await live()).to.equal(before);
  });

  it("is sent again for a new trigger, and not for a removed one", async () => {
    const made = await deployed({ triggers: { restored: "1" } });
    const properties = await update(made, { triggers: { restored: "2" } });
    expect(sent()).to.equal(2);
    expect(properties["triggers"]).to.deep.equal({ restored: "2" });
    const without = await update({ id: made.id, properties }, {});
    expect(sent()).to.equal(2);
    expect(without["triggers"]).to.equal(undefined);
  });

  it("waits for a running restore, and is compared with what it brought", async () => {
    uid = fixture.target;
    const made = await fixture.request.create(fixture.requestInputs());
    expect(made.id).to.match(/^0x/);
    await deployed({ allow: ["*"] });
    const operations = fixture.local.journal.entries.map(({ operation }) => operation);
    expect(operations.lastIndexOf("restoreStatus")).to.be.below(operations.indexOf("updateGQLSchema"));
    expect(await live()).to.equal(before);
  });

  it("shows a schema that was changed outside, and not another formatting", async () => {
    const made = await deployed();
    const { engine } = fixture.local.cloud.get(uid);
    await engine.setSchema(`# a comment\n${before.replace("age: Int", "\n  age: Int\n")}`);
    expect((await fixture.schema.read(uid, made.properties)).properties["schema"]).to.equal(before);
    await engine.setSchema(with_("age: Int phone: String"));
    const { properties, inputs: read = {} } = await fixture.schema.read(uid, made.properties);
    expect(properties["schema"]).to.equal(with_("age: Int phone: String"));
    expect(read["schema"]).to.equal(with_("age: Int phone: String"));
    expect((await fixture.schema.diff(uid, properties, inputs())).changes).not.to.equal(false);
  });

  it("is gone when its backend is", async () => {
    const made = await deployed();
    await fixture.local.cloud.deleteDeployment(fixture.local.accounts[0]!, uid);
    await fixture.restartHost();
    expect((await fixture.schema.read(uid, made.properties)).id).to.equal("");
  });

  it("keeps a foreign secret out of the state", async () => {
    const made = await deployed();
    const line = `# Dgraph.Authorization {"VerificationKey":"foreign-key","Header":"X","Namespace":"n","Algo":"HS256"}`;
    await fixture.local.cloud.get(uid).engine.setSchema(`${before}\n${line}`);
    const { properties } = await fixture.schema.read(uid, made.properties);
    expect(properties["schema"]).not.to.equal(before);
    expect(JSON.stringify(properties)).not.to.contain("foreign-key");
  });

  it("writes the authorization into the text, and reads it back", async () => {
    const authorization = {
      header: "X-Auth",
      namespace: "https://a/b",
      algo: "HS256",
      verificationKey: "very-secret-key",
    };
    const made = await deployed({ authorization, __secrets: ["authorization"] });
    expect(await live())
      .to.contain('# Dgraph.Authorization {"Header":"X-Auth"')
      .and.to.contain("very-secret-key");
    expect(made.properties).to.deep.include({ schema: before, authorization });
    const { properties } = await fixture.schema.read(uid, made.properties);
    expect(properties).to.deep.include({ schema: before, authorization });
    const changed = { ...authorization, verificationKey: "another-secret-key" };
    const reason = await refusal(inputs({ authorization }), inputs({ authorization: changed }));
    expect(reason).to.contain("security: Dgraph.Authorization");
    const { reason: none } = { reason: await refusal(inputs({ authorization }), inputs()) };
    expect(none, "leaving it out is a change").to.contain("security: Dgraph.Authorization");
    expect(fixture.output + reason).not.to.contain("secret-key");
  });

  it("loses its authorization in the update that leaves it out", async () => {
    const authorization = {
      header: "X-Auth",
      namespace: "https://a/b",
      algo: "HS256",
      verificationKey: "very-secret-key",
    };
    const made = await deployed({ authorization });
    const { changes } = await fixture.schema.diff(uid, made.properties, inputs({ allow: ["Dgraph.Authorization"] }));
    expect(changes, "the engine works the changes out on the dynamic host").to.equal(different.changes);
    const properties = await update(made, { allow: ["Dgraph.Authorization"] });
    expect(await live()).to.equal(before);
    expect(properties["authorization"]).to.equal(undefined);
    const without = await update({ id: uid, properties }, {});
    expect(without["allow"], "consent is taken back too").to.equal(undefined);
    expect(sent()).to.equal(2);
  });

  it("is not sent with the note that a refresh left in place of a foreign secret", async () => {
    const made = await deployed();
    await fixture.local.cloud.get(uid).engine.setSchema(`${before}\n  # Dgraph.Secret KEY "foreign-secret-value"`);
    const { properties, inputs: read = {} } = await fixture.schema.read(uid, made.properties);
    expect(JSON.stringify([properties, read])).not.to.contain("foreign-secret-value");
    expect(await refusal(read, { ...read, __urn: urn }), "as with ignoreChanges").to.contain("give the real value");
    expect(await refusal(read, inputs()), "the preview shows whose line goes").to.contain("security: Dgraph.Secret");
  });

  it("shows no line of a schema that the program gave as a secret", async () => {
    const schema = `type A @nope(url: "hunter2hunter2") { name: String }`;
    expect(await refusal({}, inputs({ schema, __secrets: ["schema"] }))).not.to.contain("hunter2");
  });

  it("is compared anew before it is sent again", async () => {
    const made = await deployed();
    fixture.local.faults.add(
      { operation: "updateGQLSchema", fault: { kind: "status", status: 503, acted: false } },
      () => {
        const { engine } = fixture.local.cloud.get(uid);
        void engine
          .setSchema(`${before} type Order { id: ID! item: String }`)
          .then(() => engine.graphql({ query: `mutation { addOrder(input: [{ item: "tea" }]) { numUids } }` }));
      },
    );
    const { message } = await failureOf(update(made, { schema: with_("age: Int phone: String") }));
    expect(message).to.contain("DGC702").and.to.contain('allow: ["Order"]');
    expect(sent()).to.equal(2);
  });

  it("goes back to the schema from before although Dgraph is busy in between", async () => {
    uid = await backend("graphql");
    const made = await deployed();
    await write('{ name: "Ann", tags: ["a", "b"] }');
    const calls = fixture.local.journal.count("getGQLSchema");
    expect(calls).to.be.above(0);
    fixture.injectFault("getGQLSchema", { kind: "errors", messages: ["Please retry again"], acted: false }, [2]);
    const single = before.replace("tags: [String]", "tags: String");
    const { message } = await failureOf(update(made, { schema: single, allow: ["Author.tags"] }));
    expect(message).to.contain("DGC704");
    expect(await live()).to.equal(before);
  });

  it("goes back to the schema from before whatever the refused predicate is called", async () => {
    const made = await deployed();
    fixture.injectFault("updateGQLSchema", {
      kind: "half-applied",
      message: "Schema change not allowed from [string] => string: Author.unauthorized",
    });
    const { message } = await failureOf(update(made, { schema: with_("age: Int phone: String") }));
    expect(message).to.contain("DGC704");
    expect(await live()).to.equal(before);
  });

  it("says which text is live, and stays unfinished, when the schema from before is refused too", async () => {
    const made = await deployed();
    fixture.injectFault("updateGQLSchema", { kind: "half-applied", applied: ["Author.age"] });
    const changed = with_("age: [Int]");
    const { message, properties } = await partialFailureOf(update(made, { schema: changed, allow: ["*"] }));
    expect(message).to.contain("DGC705").and.to.contain("Author.age").and.to.contain("is live");
    expect(properties["schema"]).to.equal(before);
    const next = await update({ id: uid, properties }, { schema: changed, allow: ["*"] });
    expect(next["schema"]).to.equal(changed);
    expect(await live()).to.equal(changed);
  });

  it("is refused where a count decides and cannot be had", async () => {
    const made = await deployed();
    await write('{ name: "Ann", age: 3 }');
    fixture.injectFault("query", { kind: "errors", messages: ["context deadline exceeded"], acted: false }, [2]);
    const object = `${before.replace("age: Int", "age: Year")} type Year { id: ID! number: Int }`;
    const { message } = await failureOf(update(made, { schema: object, allow: ["*"] }));
    expect(message).to.contain("DGC703").and.to.contain("Author.age");
    expect(sent()).to.equal(1);
  });

  it("is sent with consent although what is at stake cannot be counted", async () => {
    const made = await deployed();
    await write('{ name: "Ann", age: 3 }');
    fixture.injectFault("query", { kind: "errors", messages: ["context deadline exceeded"], acted: false }, [2]);
    await update(made, { schema: with_(""), allow: ["Author.age"] });
    expect(await live()).to.equal(with_(""));
  });

  it("is accepted when Dgraph answers with errors and shows the text a little later", async () => {
    const made = await deployed();
    fixture.injectFault("updateGQLSchema", { kind: "errors", messages: ["context deadline exceeded"], acted: true });
    fixture.injectFault("getGQLSchema", { kind: "lag", ms: 1_500 }, "every");
    const changed = with_("age: Int phone: String");
    expect((await update(made, { schema: changed }))["schema"]).to.equal(changed);
    await fixture.waitForOutput("the schema is live although");
  });

  it("does not stop another one from taking over the backend that it leaves", async () => {
    const made = await deployed();
    const other = await backend("flexible");
    const moved = inputs({ backend: other });
    expect((await fixture.schema.check(inputs(), moved)).failures).to.deep.equal([]);
    await fixture.schema.diff(uid, made.properties, moved);
    expect((await fixture.schema.check({}, inputs({ __urn: `${urn}-2` }))).failures).to.deep.equal([]);
  });

  it("is refused twice for one backend", async () => {
    await fixture.schema.check({}, inputs());
    const second = inputs({ __urn: `${urn}-2` });
    expect((await fixture.schema.check({}, second)).failures[0]?.reason).to.contain('GraphqlSchema "schema"');
  });

  it("keeps an update in the state whose outcome is unknown, and the next one goes on", async () => {
    const made = await deployed();
    fixture.injectFault("updateGQLSchema", { kind: "reset", acted: true }, "every");
    const changed = { schema: with_("age: Int phone: String"), timeouts: { update: "3s" } };
    const unknown = await partialFailureOf(update(made, changed));
    expect(unknown.properties["schema"]).to.equal(before);
    fixture.local.faults.clear();
    const properties = await update({ id: uid, properties: unknown.properties }, changed);
    expect(properties["schema"]).to.equal(changed.schema);
    expect(await live()).to.equal(changed.schema);
  });

  it("stays on the backend when the resource is deleted", async () => {
    const made = await deployed();
    fixture.local.journal.clear();
    await fixture.schema.delete(uid, made.properties);
    expect(fixture.local.journal.count()).to.equal(0);
    expect(await live()).to.equal(before);
    await fixture.waitForOutput(`no call is made: as long as the backend ${uid} exists`);
  });
});
