import { expect } from "chai";
import { LookUps } from "../../cli/summary/atStake";
import type { AtStake } from "../../cli/summary/atStake/text";
import type { SchemaChange } from "../../provider/schema/grading";
import { answerJson, closedEndpoint, type Received, Service } from "../harness/httpService";

const id = "3f2a6f0e-1111-4222-8333-444455556666";
const authToken = "an-auth-token-of-this-test";

/** What the look-ups behind `--data` ask a cluster. */
describe("what is at stake, asked of a cluster", () => {
  let service: Service;
  let host: string;
  /** Answers a request; undefined: as a cluster with seven nodes does. */
  let answer: (request: Received) => unknown;

  beforeEach(async () => {
    answer = () => undefined;
    service = await Service.start((request, response) => {
      answerJson(response, answer(request) ?? { data: dataOf(request) });
    });
    host = service.endpoint.host;
  });
  afterEach(() => service.stop());

  function dataOf({ path, body, operation }: Received): unknown {
    if (operation === "state") return { state: { cid: id } };
    if (operation === "getGQLSchema")
      return { getGQLSchema: { schema: "type Order { total: Int }", generatedSchema: "type Query { a: Int }" } };
    if (path !== "/query") return {};
    if (body.includes("schema {}"))
      return { schema: [{ predicate: "Order.total" }], types: [{ name: "Order", fields: [{ name: "Order.total" }] }] };
    return { c0: [{ count: 7 }], c1: [{ count: 7 }] };
  }

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_CLUSTER_URL: service.endpoint.origin,
    DGRAPHCLOUD_CLUSTER_AUTH_TOKEN: authToken,
    ...more,
  });
  const ask = async (names: readonly string[], settings = environment()): Promise<AtStake[]> => [
    ...(await new LookUps(settings).whatIsAtStake(names)).values(),
  ];
  const unknownOf = async (name: string, settings?: NodeJS.ProcessEnv): Promise<string> => {
    const [stake] = await ask([name], settings);
    const { unknown, ...others } = stake!;
    expect(others).to.deep.equal({ nodes: undefined, total: undefined, counted: undefined, newestBackup: undefined });
    expect(unknown).to.have.length(1);
    return unknown[0]!;
  };

  it("counts its nodes once for its id and its host, with queries only, and names no backup", async () => {
    const [byId, byHost] = await ask([id, host]);
    expect(byId).to.include({ total: 7, counted: "all", newestBackup: undefined });
    expect(byId?.nodes).to.deep.equal([{ type: "Order", stored: "Order", count: 7 }]);
    expect(byHost).to.equal(byId);
    expect(service.requests.filter(({ path }) => path === "/query")).to.have.length(2);
    for (const { body, headers } of service.requests) {
      expect(body).not.to.match(/mutation|listBackups/);
      expect(headers["x-dgraph-authtoken"]).to.equal(authToken);
    }
  });

  it("says that the environment names another cluster, or none", async () => {
    expect(await unknownOf("another.example.com")).to.contain("not the cluster that DGRAPHCLOUD_CLUSTER_URL names");
    expect(service.requests.filter(({ path }) => path === "/query")).to.deep.equal([]);
    const account = { DGRAPHCLOUD_ENDPOINT: service.endpoint.href, DGRAPHCLOUD_TOKEN: "a-token" };
    expect(await unknownOf(id, account)).to.contain("set DGRAPHCLOUD_CLUSTER_URL");
    expect(await unknownOf(id, {})).to.contain("set DGRAPHCLOUD_CLUSTER_URL");
  });

  it("says that a backend needs the settings of its account", async () => {
    expect(await unknownOf("0x42")).to.contain("the environment names a cluster");
    expect(service.requests).to.deep.equal([]);
  });

  it("says why the cluster cannot be asked, without a secret", async () => {
    answer = () => ({ errors: [{ message: `Provided auth token [${authToken}] does not match` }] });
    const refused = await unknownOf(id);
    expect(refused).to.contain("DGRAPHCLOUD_CLUSTER_AUTH_TOKEN").and.to.contain("DGC105").and.not.to.contain(authToken);
    const { origin } = await closedEndpoint();
    expect(await unknownOf(id, environment({ DGRAPHCLOUD_CLUSTER_URL: origin }))).to.match(
      /(no connection; check DGRAPHCLOUD_CLUSTER_URL|did not answer in time)/,
    );
    const both = environment({ DGRAPHCLOUD_TOKEN: "a-token" });
    expect(await unknownOf(id, both))
      .to.contain("DGC807")
      .and.to.contain("keep those of one");
    const insecure = environment({ DGRAPHCLOUD_CLUSTER_URL: "http://dgraph.example.com" });
    expect(await unknownOf(id, insecure)).to.contain("DGC806");
  });

  it("counts what each change of a schema is about", async () => {
    const change: SchemaChange = {
      ...{ grade: "HIDES_DATA", path: "Order.total", description: "field removed" },
      stake: { what: "nodes that have Order.total", query: "func: has(Order.total)" },
    };
    const lookUps = new LookUps(environment());
    expect(await lookUps.countChanges(id, [change])).to.deep.equal([7]);
    expect(await lookUps.countChanges("another", [change])).to.deep.equal([undefined]);
  });
});
