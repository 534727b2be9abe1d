import { expect } from "chai";
import { Stack } from "../harness/engineStack";
import { dgraphOptions, engineOf } from "./cloud";

const schema = "type Author { id: ID! name: String! shout: String @lambda }";
const lambda = `self.addGraphQLResolvers({
  "Author.shout": ({ parent: { name } }) => { console.log("asked about", name); return name.toUpperCase(); },
});`;

describe("an Environment with the real engine and a real Dgraph", function () {
  this.timeout(300_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start(await dgraphOptions());
  });
  after(() => stack.close());

  it("serves a field of its lambda after one up, and a program can look up the schema and what the lambda printed", async () => {
    stack.program(`
      const shop = new dgraphcloud.Environment("shop", {
        zone: "us-east-1", deploymentType: "dedicated", schema: ${JSON.stringify(schema)},
        lambdaScript: ${JSON.stringify(lambda)} });
      exports.uid = shop.backend.uid;
      const live = dgraphcloud.getGraphqlSchemaOutput({ backend: shop.schema.id });
      exports.live = live.schema;
      exports.hasInput = live.generatedSchema.apply((text) => text.includes("input AddAuthorInput"));
      exports.logs = dgraphcloud.getLambdaLogsOutput({ backend: shop.backend });`);
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const engine = engineOf(stack.local, await stack.output("uid"));
    await engine.graphql({ query: 'mutation { addAuthor(input: [{ name: "Ada" }]) { numUids } }' });
    const { data, errors } = await engine.graphql({ query: "{ queryAuthor { shout } }" });
    expect(errors).to.equal(undefined);
    expect(data).to.deep.equal({ queryAuthor: [{ shout: "ADA" }] });

    const again = await stack.up();
    expect(again.code, again.output).to.equal(0);
    expect(await stack.output("live")).to.equal(schema);
    expect(await stack.output("hasInput")).to.equal("true");
    expect(await stack.output("logs")).to.contain("asked about Ada");
  });
});
