import { expect } from "chai";
import type { LocalCloud } from "dgraphcloud-local";
import { gradeChanges } from "../../provider/schema/grading";
import { LookUps } from "../../cli/summary/atStake";
import { type AtStake, textOfStake } from "../../cli/summary/atStake/text";
import { waitUntil } from "../harness/clocks";
import { largeSchema } from "../harness/schemas";
import { type Made, post, session } from "../local/calls";
import { engineOf, nodesOf, ready, startDgraphCloud } from "./cloud";

const key = "a-verification-key";
const rule = '{ rule: "query($R: String!) { queryHidden(filter: { a: { eq: $R } }) { a } }" }';

/** Types that are counted, and those that GraphQL does not count or does not count in full. */
const schema = `interface Named { name: String }
  type Order @dgraph(type: "Bestellung") { total: Int note: String }
  type Product implements Named { price: Int }
  type Customer implements Named @secret(field: "password") { email: String }
  type Hidden @auth(query: ${rule}) { a: String @search(by: [hash]) }
  type Guarded @auth(add: ${rule.replaceAll("Hidden", "Guarded")}) { a: String @search(by: [hash]) }
  type Off @generate(query: { aggregate: false }) { a: Int }
  type Far @remote { x: Int }
  type Query { far: Far @custom(http: { url: "http://127.0.0.1:1/far", method: GET }) }
# Dgraph.Authorization {"Header":"X-Auth","Namespace":"n","Algo":"HS256","VerificationKey":"${key}"}
`;

/** Written in DQL, so that no rule applies. */
const data = [
  ...["Bestellung", "Bestellung", "Bestellung"].map((type, index) =>
    nodeOf(`o${index}`, [type], "Bestellung.total", "1"),
  ),
  ...[0, 1].map((index) => nodeOf(`p${index}`, ["Product", "Named"], "Named.name", "a")),
  nodeOf("c", ["Customer", "Named"], "Customer.email", "a@example.com"),
  ...[0, 1, 2, 3].map((index) => nodeOf(`h${index}`, ["Hidden"], "Hidden.a", "x")),
  ...[0, 1].map((index) => nodeOf(`g${index}`, ["Guarded"], "Guarded.a", "x")),
  nodeOf("f", ["Off"], "Off.a", "1"),
];

function nodeOf(name: string, types: readonly string[], predicate: string, value: string): string {
  const ofTypes = types.map((type) => `_:${name} <dgraph.type> "${type}" .`);
  return [...ofTypes, `_:${name} <${predicate}> "${value}" .`].join("\n");
}

describe("what is at stake in a real Dgraph", function () {
  this.timeout(240_000);
  let local: LocalCloud;
  let backend: Made;

  before(async () => {
    local = await startDgraphCloud();
    backend = await ready(local, { deploymentMode: "flexible" });
  });
  after(() => local.close());

  beforeEach(async () => {
    local.cloud.get(backend.uid).deployment.deploymentMode = "flexible";
    await engineOf(local, backend.uid).drop({ what: "allDataAndSchema" });
  });

  const deploy = async (text: string): Promise<void> => {
    const { alpha } = engineOf(local, backend.uid);
    await alpha.setSchema(text);
    await waitUntil(async () => (await alpha.schema()) === text, { tries: 400, everyMs: 50 });
  };
  const write = async (triples: readonly string[]): Promise<void> => {
    const response = await fetch(`http://${backend.url}/mutate?commitNow=true`, {
      method: "POST",
      headers: { "content-type": "application/rdf", connection: "close", ...backend.auth },
      body: `{ set {\n${triples.join("\n")}\n} }`,
    });
    expect(await response.json()).not.to.have.property("errors");
  };
  /** Each session is an account of its own to the look-ups: none knows the list of another one. */
  const lookUps = async (): Promise<LookUps> => {
    const { authorization = "" } = await session(local);
    return new LookUps({
      DGRAPHCLOUD_ENDPOINT: local.endpoint,
      DGRAPHCLOUD_TOKEN: authorization.replace("Bearer ", ""),
    });
  };
  const stakeIn = async (mode: "graphql" | "flexible"): Promise<AtStake> => {
    local.cloud.get(backend.uid).deployment.deploymentMode = mode;
    const fresh = await lookUps();
    local.journal.clear();
    const stake = (await fresh.whatIsAtStake([backend.uid])).get(backend.uid);
    const most: Record<string, number> = { deployments: 1, getGQLSchema: 1, listBackups: 1, graphql: 1, query: 2 };
    for (const { operation } of local.journal.entries)
      expect(local.journal.count(operation), operation).to.be.within(1, most[operation] ?? 0);
    expect(local.journal.count(mode === "flexible" ? "graphql" : "query")).to.equal(0);
    if (stake === undefined) throw new Error("nothing is said about the backend");
    return stake;
  };
  /** Alpha's own numbers, asked of it directly. */
  const expectAlphas = async ({ nodes = [] }: AtStake): Promise<void> => {
    for (const { stored, count } of nodes) expect(count, stored).to.equal(await nodesOf(local, backend.uid, stored));
  };

  it("is counted in DQL, with what rules hide", async () => {
    await deploy(schema);
    await write(data);
    const stake = await stakeIn("flexible");
    expect(textOfStake(stake, new Date())).to.deep.equal([
      "13 nodes: Hidden 4, Order 3, Guarded 2, Product 2, Customer 1, Off 1",
      "no backup",
    ]);
    await expectAlphas(stake);
  });

  it("is counted in GraphQL, except where that would show a part as the whole", async () => {
    await deploy(schema);
    await write(data);
    const stake = await stakeIn("graphql");
    expect(textOfStake(stake, new Date())).to.deep.equal([
      "at least 8 nodes: Order 3, Guarded 2, Product 2, Customer 1",
      "no backup",
      "Hidden cannot be counted: its @auth rules hide nodes",
      "Off cannot be counted: its aggregate query is switched off",
    ]);
    await expectAlphas(stake);
    // What the count would be: the reason for the sentence.
    const { text } = await post(backend.graphql, "{ aggregateHidden { count } }", {}, backend.auth);
    expect(text).not.to.contain('"count":4');
  });

  it("is not counted in GraphQL where the schema is closed by default", async () => {
    await deploy(schema.replace(`"${key}"}`, `"${key}","ClosedByDefault":true}`));
    await write(data);
    expect((await stakeIn("graphql")).unknown).to.deep.equal([
      "the nodes cannot be counted: its schema is closed by default, so it answers only the users of its applications",
    ]);
    const { text } = await post(backend.graphql, "{ aggregateOrder { count } }", {}, backend.auth);
    expect(text).to.contain("valid JWT is required");
    expect(textOfStake(await stakeIn("flexible"), new Date())[0]).to.match(/^13 nodes: /);
  });

  it("includes nodes of earlier schemas, of several types and without a type, each once", async () => {
    await deploy("type Old { x: Int } type Kept { y: Int gone: Int }");
    await deploy("type Kept { y: Int }");
    await write([
      nodeOf("a", ["Old"], "Old.x", "1"),
      nodeOf("b", ["Old", "Kept"], "Kept.y", "1"),
      nodeOf("c", ["Kept"], "Kept.y", "2"),
      '_:d <loose> "without a type" .',
    ]);
    const stake = await stakeIn("flexible");
    expect(textOfStake(stake, new Date())).to.deep.equal([
      "at least 3 nodes; by type: Kept 2, Old 2",
      "no backup",
      "nodes without a type are not counted: they may have values of Kept.gone, loose",
    ]);
    await expectAlphas(stake);
    expect(textOfStake(await stakeIn("graphql"), new Date())[0]).to.equal("2 nodes of the types in its schema: Kept 2");
  });

  it("has the newest backup", async () => {
    await deploy("type Kept { y: Int }");
    await write([nodeOf("a", ["Kept"], "Kept.y", "1")]);
    await local.cloud.get(backend.uid).takeBackup();
    const [, backup] = textOfStake(await stakeIn("graphql"), new Date());
    expect(backup).to.match(/^newest backup: less than an hour old \(full, 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\)$/);
  });

  it("is counted for three hundred types, in both modes", async () => {
    await deploy(largeSchema(300));
    await write([nodeOf("a", ["T7"], "T7.note7", "x"), nodeOf("b", ["T299"], "T299.name", "x")]);
    for (const mode of ["flexible", "graphql"] as const) {
      const stake = await stakeIn(mode);
      expect(stake).to.deep.include({ total: 2, unknown: [] });
      expect(stake.nodes?.map(({ type, count }) => [type, count])).to.deep.equal([
        ["T299", 1],
        ["T7", 1],
      ]);
    }
  });

  it("is counted for each change of a schema", async () => {
    await deploy(schema);
    await write([...data, nodeOf("n", ["Bestellung"], "Bestellung.note", "x")]);
    const next = schema.replace("note: String", "").replace(/type Product .*\n/, "");
    const changes = await gradeChanges(schema, next);
    const counts = await (await lookUps()).countChanges(backend.uid, changes);
    const { alpha } = engineOf(local, backend.uid);
    for (const [index, { stake }] of changes.entries()) {
      if (stake === undefined) continue;
      const { q } = await alpha.query<{ q: { count: number }[] }>(`{ q(${stake.query}) { count(uid) } }`);
      expect(counts[index], stake.query).to.equal(q[0]?.count);
    }
    const paths = changes.map(({ path }, index) => [path, counts[index]] as const);
    expect(Object.fromEntries(paths)).to.deep.include({ "Order.note": 1, Product: 2 });
  });
});
