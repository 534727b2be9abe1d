import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { fails, Stack, succeeds } from "../harness/engineStack";
import { largeSchema } from "../harness/schemas";

const first = `type Author { id: ID! name: String! @search(by: [hash]) age: Int }`;
const withPhone = first.replace("age: Int", "age: Int phone: String");

/** The tests share one stack: each starts from the state that the previous one left. */
describe("engine: a GraphqlSchema", function () {
  this.timeout(300_000);
  let stack: Stack;

  const backend = (): string => `const orders = new dgraphcloud.Backend("orders", {
    name: "orders", zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" });`;
  function program(text: string, more = "", rest = ""): void {
    writeFileSync(join(stack.folder, "project", "schema.graphql"), text);
    stack.program(`${backend()}
      const schema = new dgraphcloud.GraphqlSchema("orders", {
        backend: orders, schema: new pulumi.asset.FileAsset("schema.graphql"), ${more} });
      ${rest}`);
  }
  const engine = () => stack.local.cloud.get(stack.local.cloud.all()[0]!.uid).engine;
  const sent = (): number => stack.local.journal.acted("updateGQLSchema");
  /** The final part of the output, after the lines that an up shows as they arrive. */
  const diagnostics = (output: string): string => output.slice(Math.max(0, output.indexOf("Diagnostics:")));

  before(async () => {
    stack = await Stack.start({ provisioningMs: 0, restoreMs: 0 });
  });
  after(() => stack.close());

  it("is deployed with its backend in one up, and the next one makes no request", async () => {
    program(first);
    await succeeds(stack.preview());
    await succeeds(stack.up());
    expect(await engine().schema()).to.equal(first);
    stack.local.journal.clear();
    await succeeds(stack.up("--expect-no-changes"));
    expect(stack.local.journal.count()).to.equal(0);
  });

  it("previews an added field in one line, and no other resource", async () => {
    program(
      withPhone,
      "",
      `new dgraphcloud.DataDrop("wipe", { backend: schema.id, types: ["Author"], notAfter: "2099-01-01T00:00:00Z" });`,
    );
    await succeeds(stack.up());
    program(
      withPhone.replace("phone", "mail: String phone"),
      "",
      `new dgraphcloud.DataDrop("wipe", { backend: schema.id, types: ["Author"], notAfter: "2099-01-01T00:00:00Z" });`,
    );
    const preview = diagnostics(await succeeds(stack.preview()));
    expect(preview.match(/additive: Author\.mail: /g)).to.have.length(1);
    expect(preview).to.match(/~ 1 to update\s+3 unchanged/);
  });

  it("is refused in the preview where data would be hidden, and the line to add works when it is pasted", async () => {
    program(first);
    const reverted = diagnostics(await fails(stack.preview()));
    expect(reverted).to.contain("hides data: Author.phone: ");
    program(withPhone.replace(" age: Int", ""));
    const preview = diagnostics(await fails(stack.preview()));
    expect(preview).to.contain("resource 'orders' has a problem: \"schema\": 1 change needs your consent:");
    expect(preview).to.contain("hides data: Author.age: ");
    const line = /allow: \[.*?\],/.exec(preview)?.[0] ?? "";
    program(withPhone.replace(" age: Int", ""), line);
    expect(await succeeds(stack.preview())).to.match(/~ 1 to update/);
    await succeeds(stack.up());
    expect(diagnostics(await succeeds(stack.up("--expect-no-changes")))).to.contain('allow names "Author.age"');
    program(first);
    await fails(stack.preview());
    program(first, 'allow: ["*"],');
    await succeeds(stack.up());
    program(first);
    await succeeds(stack.up());
  });

  it("is refused in the preview when it cannot be used, with line and column", async () => {
    program("type Author {\n  id: ID!\n  name: Strin!\n}\n");
    const preview = diagnostics(await fails(stack.preview()));
    expect(preview).to.match(/line 3, column 9: .*"Strin"/);
    expect(preview).to.contain("3 | name: Strin!");
  });

  it("is refused in the preview when it is the second one of a new backend", async () => {
    stack.program(`${backend()}
      const other = new dgraphcloud.Backend("other", { zone: "us-east-1", deploymentType: "free" });
      const schema = "${first}";
      new dgraphcloud.GraphqlSchema("orders", { backend: orders, schema });
      new dgraphcloud.GraphqlSchema("one", { backend: other, schema });
      new dgraphcloud.GraphqlSchema("two", { backend: other, schema });`);
    const preview = await fails(stack.preview());
    expect(preview).to.match(/GraphqlSchema "(one|two)" is the schema of the same backend/);
  });

  it("shows in a refresh what was changed outside, and sends the program's schema again", async () => {
    program(first);
    await engine().setSchema(`${first} type Intruder { id: ID! name: String }`);
    const before = sent();
    await succeeds(stack.refresh());
    expect(await fails(stack.preview())).to.contain("hides data: Intruder: ");
    program(first, 'allow: ["Intruder"],');
    await succeeds(stack.up());
    expect(sent()).to.equal(before + 1);
    await engine().setSchema(`${first} type Intruder { id: ID! name: String }`);
    await succeeds(stack.up("--refresh"));
    expect(await engine().schema()).to.equal(first);
    program(first);
    await succeeds(stack.up());
  });

  it("is sent again by a forced replace, a taint and a changed trigger, and by nothing else", async () => {
    const state = async (): Promise<string> =>
      (await stack.state()).resources.find(({ type }) => type.endsWith(":GraphqlSchema"))!.urn;
    let before = sent();
    await succeeds(stack.up("--replace", await state()));
    expect(sent()).to.equal(before + 1);
    await succeeds(stack.pulumi("state", "taint", await state()));
    await succeeds(stack.up());
    expect(sent()).to.equal(before + 2);
    before = sent();
    program(first, "triggers: { restored: 1 },");
    await succeeds(stack.up());
    expect(sent()).to.equal(before + 1);
    program(first, 'timeouts: { update: "9m" },');
    await succeeds(stack.up());
    await succeeds(stack.up("--expect-no-changes"));
    expect(sent(), "a removed trigger and a changed timeout make no call").to.equal(before + 1);
    expect(await engine().schema()).to.equal(first);
  });

  it("is taken up again after its record was lost", async () => {
    const { resources } = await stack.state();
    const { urn } = resources.find(({ type }) => type.endsWith(":GraphqlSchema"))!;
    await succeeds(stack.pulumi("state", "delete", urn, "--yes"));
    await succeeds(stack.up());
    await succeeds(stack.up("--expect-no-changes"));
    expect(await engine().schema()).to.equal(first);
  });

  it("is read without being managed", async () => {
    stack.program(`${backend()}
      new dgraphcloud.GraphqlSchema("orders", { backend: orders, schema: ${JSON.stringify(first)}, timeouts: { update: "9m" } });
      exports.found = dgraphcloud.GraphqlSchema.get("found", orders.uid).schema;`);
    await succeeds(stack.up());
    expect(await stack.output("found")).to.equal(first);
  });

  it("has a key that is encrypted in the state, and shown nowhere", async () => {
    const key = "a-very-secret-verification-key";
    const authorization = (own: string): string =>
      `authorization: { header: "X-Auth", namespace: "https://example.com/claims", algo: "HS256", verificationKey: "${own}" }, allow: ["Dgraph.Authorization"],`;
    program(first, authorization(key));
    let shown = await succeeds(stack.up());
    expect(await engine().schema()).to.contain(key);
    program(first, authorization(`${key}-2`));
    shown += await succeeds(stack.preview("--diff"));
    shown += await succeeds(stack.up("--refresh"));
    program(
      `${first}\n# Dgraph.Authorization {"VerificationKey":"${key}-3","Header":"X","Namespace":"n","Algo":"HS256"}\n`,
      'allow: ["*"],',
    );
    shown += await succeeds(stack.up());
    shown += await succeeds(stack.refresh());
    program(`${first} typo {`, authorization(key));
    shown += await fails(stack.preview());
    const { text } = await stack.state();
    expect(shown + text).not.to.contain(key);
    program(first, 'allow: ["*"],');
    await succeeds(stack.up());
  });

  it("does not print the text of a schema of 300 types", async () => {
    program(largeSchema(300));
    const refused = await fails(stack.preview());
    expect(refused).to.contain("hides data: Author: ");
    program(largeSchema(300), 'allow: ["Author"],');
    let shown = await succeeds(stack.up());
    program(largeSchema(300).replace("note7: String", "note7: String extra: Int"), 'allow: ["Author"],');
    shown += await succeeds(stack.preview());
    shown += await succeeds(stack.up());
    expect(shown).to.contain("additive: T7.extra: ");
    for (const output of [refused, shown]) {
      expect(output).not.to.contain("type T200 {");
      expect(output.split("\n").length).to.be.below(150);
    }
  });

  it("stays with its backend until that is destroyed", async () => {
    await succeeds(stack.destroy());
    expect(stack.local.cloud.all()).to.deep.equal([]);
    expect((await stack.state()).resources.filter(({ type }) => type.includes("dgraphcloud"))).to.deep.equal([]);
  });
});
