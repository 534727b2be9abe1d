import { expect } from "chai";
import type { Alpha, Cluster } from "../harness/cluster";
import { EngineStack, fails, succeeds } from "../harness/engineStack";
import { Service } from "../harness/httpService";

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

  // Somebody writes a value between the count and the update, so that Dgraph refuses what no count has foretold.
  const before = await predicates();
  stack.program(
    withSchema(wider.replace("nick: String @search(by: [hash])", "nick: Dog"), "", 'allow: ["User.nick"],'),
  );
  const late = { uid: "_:late", "User.nick": "n" };
  const output = await behindGateway(stack, alpha, {
    beforeUpdate: () => alpha.client.mutate([late]),
    work: () => fails(stack.up()),
  });
  expect(output).to.contain("DGC704");
  expect(await live()).to.deep.equal(everywhere(wider));
  expect(await predicates()).to.deep.equal(before);

  stack.program(withSchema(wider));
  await succeeds(stack.up());
  await succeeds(stack.preview("--expect-no-changes"));
}

/** Runs the stack's engine behind a gateway that does something before it passes on the next updateGQLSchema. */
async function behindGateway<T>(
  stack: EngineStack,
  alpha: Alpha,
  { beforeUpdate, work }: { readonly beforeUpdate: () => Promise<unknown>; readonly work: () => Promise<T> },
): Promise<T> {
  let isDone = false;
  const gateway = await Service.start(({ method, path, headers, body }, response) => {
    const pass = async (): Promise<void> => {
      if (!isDone && body.includes("updateGQLSchema")) {
        isDone = true;
        await beforeUpdate();
      }
      const answer = await fetch(new URL(path, alpha.url), {
        method,
        headers: { "content-type": headers["content-type"] ?? "application/json" },
        ...(method === "POST" && { body }),
      });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    };
    pass().catch(() => response.destroy());
  });
  stack.environment["DGRAPHCLOUD_CLUSTER_URL"] = gateway.endpoint.origin;
  try {
    return await work();
  } finally {
    stack.environment["DGRAPHCLOUD_CLUSTER_URL"] = alpha.url;
    await gateway.stop();
  }
}
