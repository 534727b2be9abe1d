import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { fails, Stack, succeeds } from "../harness/engineStack";
import { dgraphOptions, engineOf } from "./cloud";

const first = `
type User { id: ID! email: String! @search(by: [hash]) nick: String age: Int tags: [String] color: Color dogs: [Dog] }
type Dog { id: ID! name: String! }
enum Color { RED GREEN BLUE }
`;

/** The tests share one stack: each starts from the schema and the data that the previous one left. */
describe("a GraphqlSchema with the real engine and a real Dgraph", function () {
  this.timeout(600_000);
  let stack: Stack;
  let uid: string;
  let schema = first;

  const program = (text: string, more = ""): void => {
    writeFileSync(join(stack.folder, "project", "schema.graphql"), text);
    stack.program(`
      const users = new dgraphcloud.Backend("users", { zone: "us-east-1", deploymentType: "dedicated", deploymentMode: "flexible" });
      const schema = new dgraphcloud.GraphqlSchema("users", {
        backend: users, schema: new pulumi.asset.FileAsset("schema.graphql"), ${more}
      });
      exports.uid = users.uid;
    `);
  };
  const dql = async <T>(query: string): Promise<T> => engineOf(stack.local, uid).alpha.query<T>(query);
  const count = async (head: string): Promise<number> =>
    (await dql<{ q: { count: number }[] }>(`{ q(${head}) { count(uid) } }`)).q[0]!.count;
  const graphql = (query: string) => engineOf(stack.local, uid).graphql({ query });
  const live = (): Promise<string> => engineOf(stack.local, uid).schema();
  const with_ = (from: string, to: string): string => {
    expect(schema).to.contain(from);
    return schema.replace(from, to);
  };

  /** The predicates, as Dgraph has them. */
  async function predicates(): Promise<unknown[]> {
    const { schema: all } = await dql<{ schema: { predicate: string }[] }>("schema {}");
    return all.filter(({ predicate }) => !predicate.startsWith("dgraph."));
  }

  /** A change that needs consent: refused in the preview, sent with the line of the refusal. Returns the output of the up. */
  async function withConsent(text: string, grade: string, path: string): Promise<string> {
    program(text);
    const preview = await fails(stack.preview());
    expect(preview).to.contain(`${grade}: ${path}: `);
    const line = /allow: \[.*?\],/.exec(preview)?.[0] ?? "";
    expect(line).to.contain(JSON.stringify(path));
    program(text, line);
    const output = await succeeds(stack.up());
    schema = text;
    expect(await live()).to.equal(text);
    return output;
  }

  before(async () => {
    stack = await Stack.start(await dgraphOptions());
    program(first);
    await succeeds(stack.up());
    uid = await stack.output("uid");
    const users = Array.from({ length: 7 }, (_, index) => ({
      email: `u${index % 6}@x`,
      nick: index < 5 ? "n" : undefined,
    }));
    const input = users.map(({ email, nick }, index) => {
      const optional = [
        nick === undefined ? "" : `nick: "${nick}"`,
        index < 3 ? 'tags: ["a", "b"] color: GREEN age: 4' : "",
      ];
      return `{ email: "${email}" ${optional.join(" ")} dogs: [{ name: "d${index}" }] }`;
    });
    const { errors } = await graphql(`mutation { addUser(input: [${input.join(", ")}]) { numUids } }`);
    expect(errors).to.equal(undefined);
  });
  after(() => stack.close());

  it("adds a field: one line in the preview, nothing else", async () => {
    schema = with_("age: Int", "age: Int phone: String");
    program(schema);
    const preview = await succeeds(stack.preview());
    expect(preview.match(/additive: /g)).to.have.length(1);
    expect(preview).to.contain("additive: User.phone: ");
    expect(preview).to.match(/~ 1 to update/);
    await succeeds(stack.up());
    expect(await live()).to.equal(schema);
  });

  it("hides data of a field with consent, and the count is Alpha's", async () => {
    const output = await withConsent(with_("age: Int ", ""), "hides data", "User.age");
    const hidden = await count("func: has(User.age)");
    expect(hidden).to.equal(3);
    expect(output).to.contain(`at stake: ${hidden} `);
    schema = first.replace("age: Int", "age: Int phone: String");
    program(schema);
    await succeeds(stack.up());
    expect((await graphql("{ queryUser(filter: { has: age }) { age } }")).data).to.deep.equal({
      queryUser: [{ age: 4 }, { age: 4 }, { age: 4 }],
    });
  });

  it("renames a field with the directive that the preview names, and keeps its values", async () => {
    program(with_("nick: String", "alias: String"));
    const preview = await fails(stack.preview());
    expect(preview).to.contain('@dgraph(pred: "User.nick")');
    schema = with_("nick: String", 'alias: String @dgraph(pred: "User.nick")');
    program(schema);
    expect(await succeeds(stack.up())).to.contain("clients break: User.nick: ");
    const { data } = await graphql("{ queryUser(filter: { has: alias }) { alias } }");
    expect((data as { queryUser: unknown[] }).queryUser).to.have.length(5);
  });

  it("makes reads fail with consent, where an enum value goes that is stored", async () => {
    const output = await withConsent(with_("GREEN ", ""), "reads fail", "Color.GREEN");
    expect(output).to.contain(`at stake: ${await count("func: has(User.color)) @filter(eq(User.color, GREEN)")} `);
    expect((await graphql("{ queryUser { color } }")).errors).not.to.equal(undefined);
    schema = with_("RED BLUE", "RED GREEN BLUE");
    program(schema);
    await succeeds(stack.up());
    expect((await graphql("{ queryUser { color } }")).errors).to.equal(undefined);
  });

  it("builds an index before the up ends", async () => {
    schema = with_("phone: String", "phone: String @search(by: [hash])");
    program(schema);
    expect(await succeeds(stack.up())).to.contain("reindex: User.phone");
    expect((await graphql('{ queryUser(filter: { phone: { eq: "1" } }) { email } }')).errors).to.equal(undefined);
  });

  it("asks for consent where who may read changes", async () => {
    const rule = `type Dog @auth(query: { rule: "{$ROLE: { eq: \\"ADMIN\\" } }" })`;
    await withConsent(with_("type Dog", rule), "security", "Dog.@auth");
    await withConsent(with_(rule, "type Dog"), "security", "Dog.@auth");
  });

  it("refuses what Dgraph would refuse, by its count, and sends nothing", async () => {
    const before = await predicates();
    program(with_("tags: [String]", "tags: String"), `allow: ["User.tags"],`);
    await succeeds(stack.preview());
    const output = await fails(stack.up());
    expect(output)
      .to.contain("DGC703")
      .and.to.contain(`${await count("func: has(User.tags)")} `);
    expect(await live()).to.equal(schema);
    expect(await predicates()).to.deep.equal(before);
  });

  it("goes back to the schema from before when Dgraph applies it by half, past the check", async () => {
    const before = await predicates();
    // Without DQL, nothing can be counted before the update, and Dgraph itself refuses.
    stack.local.faults.add({
      operation: "query",
      calls: "every",
      fault: { kind: "status", status: 403, acted: false },
    });
    const output = await fails(stack.up());
    stack.local.faults.clear();
    expect(output).to.contain("DGC704");
    expect(await live()).to.equal(schema);
    expect(await predicates()).to.deep.equal(before);
    program(schema);
    await succeeds(stack.up());
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("shows and reverts a change that was made outside", async () => {
    await engineOf(stack.local, uid).setSchema(
      `${schema}\ntype Intruder { id: ID! }\n`.replace("{ id: ID! }", "{ name: String }"),
    );
    await succeeds(stack.refresh());
    const preview = await fails(stack.preview());
    expect(preview).to.contain("hides data: Intruder: ");
    program(schema, `allow: ["Intruder"],`);
    await succeeds(stack.up());
    expect(await live()).to.equal(schema);
  });

  it("mends an index that somebody removed", async () => {
    const { url, jwtToken } = stack.local.cloud.get(uid).deployment;
    const headers = { "content-type": "application/json", "x-auth-token": jwtToken };
    const body = JSON.stringify({ schema: "User.phone: string ." });
    const altered = await fetch(`http://${url}/alter`, { method: "POST", headers, body });
    expect(await altered.text()).to.contain("Success");
    await succeeds(stack.refresh());
    expect(await succeeds(stack.up())).to.contain("User.phone");
    expect(await predicates()).to.deep.include({
      predicate: "User.phone",
      type: "string",
      index: true,
      tokenizer: ["hash"],
    });
    await succeeds(stack.preview("--expect-no-changes"));
  });
});
