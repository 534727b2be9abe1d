import { expect } from "chai";
import type { Alpha, Cluster } from "../harness/cluster";
import { EngineStack, fails, succeeds } from "../harness/engineStack";

/** How many nodes the tests write. */
export const nodes = Number(process.env["NODES"] ?? 5_000);

export const schema =
  "type User { id: ID! name: String @search(by: [hash]) nick: String }\ntype Dog { id: ID! name: String }\n";

/** A stack whose settings name one Alpha of a cluster. */
export function stackAt(alpha: Alpha, settings: NodeJS.ProcessEnv = {}): Promise<EngineStack> {
  return EngineStack.with({ DGRAPHCLOUD_CLUSTER_URL: alpha.url, ...settings });
}

/** A program with a GraphqlSchema, and with more statements. */
export function withSchema(text: string, more = "", inputs = ""): string {
  return `
    const api = new dgraphcloud.GraphqlSchema("api", { schema: ${JSON.stringify(text)}, ${inputs} });
    exports.id = api.id;
    ${more}
  `;
}

/** Deploys a schema, changes it, lets Dgraph apply a change by half, and looks at each Alpha after each step. */
export async function schemaStory(stack: EngineStack, { alphas, alpha }: Cluster): Promise<void> {
  const live = async (): Promise<unknown[]> => Promise.all(alphas.map(({ client }) => client.schema()));
  const predicates = (): Promise<unknown> => alpha.client.dql("schema {}");
  const everywhere = (text: string): string[] => alphas.map(() => text);

  stack.program(withSchema(schema));
  await succeeds(stack.up());
  expect(await live()).to.deep.equal(everywhere(schema));
  expect(await stack.output("id")).to.equal(await alpha.client.clusterId());

  const wider = schema.replace("nick: String", "nick: String @search(by: [hash]) age: Int");
  stack.program(withSchema(wider));
  expect(await succeeds(stack.preview()))
    .to.contain("additive: User.age: ")
    .and.to.contain("reindex: User.nick");
  await succeeds(stack.up());
  expect(await live()).to.deep.equal(everywhere(wider));
  await succeeds(stack.preview("--expect-no-changes"));

  // Dgraph refuses this also when every value was deleted, so no count can foretell it.
  await alpha.client.mutate([{ uid: "_:gone", "User.nick": "n" }]);
  await alpha.client.upsert(
    "upsert { query { gone as var(func: has(User.nick)) } mutation { delete { uid(gone) <User.nick> * . } } }",
  );
  expect(await alpha.client.count("User.nick")).to.equal(0);
  const before = await predicates();
  stack.program(
    withSchema(wider.replace("nick: String @search(by: [hash])", "nick: Dog"), "", 'allow: ["User.nick"],'),
  );
  expect(await fails(stack.up())).to.contain("DGC704");
  expect(await live()).to.deep.equal(everywhere(wider));
  expect(await predicates()).to.deep.equal(before);

  stack.program(withSchema(wider));
  await succeeds(stack.up());
  await succeeds(stack.preview("--expect-no-changes"));
}
