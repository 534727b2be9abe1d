import { expect } from "chai";
import { parse } from "graphql";
import { defaultBounds, LookUps } from "../../cli/summary/atStake";
import type { AtStake } from "../../cli/summary/atStake/text";
import type { SchemaChange } from "../../provider/schema/grading";
import { pause } from "../harness/clocks";
import { answerJson, closedEndpoint, type Received, Service } from "../harness/httpService";

const token = "a-token-of-this-test-that-no-text-may-hold";

/** What the look-ups behind `--data` ask, how much of it, and what they say when they may not ask. `test/local/atStake.test.ts` has the answers. */
describe("what is at stake, asked of a service", () => {
  let service: Service;
  let deploymentMode: string | null;
  let uids: string[];
  /** Answers a request to a backend; the default is an empty one. */
  let answer: (request: Received) => Promise<unknown>;
  let running: number;
  let most: number;

  beforeEach(async () => {
    service = await Service.start((request, response) => {
      if (request.operation === "deployments") {
        answerJson(response, { data: { deployments: uids.map(entry) } });
        return;
      }
      most = Math.max(most, ++running);
      void answer(request).then((data) => {
        running -= 1;
        if (data !== undefined) answerJson(response, { data });
      });
    });
    uids = ["0x1", "0x2"];
    deploymentMode = "graphql";
    answer = answersOf(() => Promise.resolve());
    [running, most] = [0, 0];
  });
  afterEach(() => service.stop());

  const entry = (uid: string): object => ({
    uid,
    name: "n",
    zone: "z",
    url: service.endpoint.host,
    jwtToken: `jwt-of-backend-${uid}`,
    deploymentMode,
    deploymentType: "dedicated",
  });

  const schema = "type Order { total: Int } type Product { name: String }";
  const generatedSchema = "type Query { aggregateOrder(filter: F): R aggregateProduct(filter: F): R }";

  function answersOf(before: (request: Received) => Promise<void>) {
    return async (request: Received): Promise<unknown> => {
      await before(request);
      if (request.path === "/graphql") return { c0: { count: 3 }, c1: { count: 4 } };
      if (request.body.includes("schema {}")) return { schema: [], types: [{ name: "Order" }, { name: "Product" }] };
      if (request.path === "/query") return { c0: [{ count: 3 }], c1: [{ count: 4 }], c2: [{ count: 7 }] };
      if (request.operation === "getGQLSchema") return { getGQLSchema: { schema, generatedSchema } };
      return { listBackups: { response: [], errors: [] } };
    };
  }

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_ENDPOINT: service.endpoint.href,
    DGRAPHCLOUD_TOKEN: token,
    ...more,
  });
  const ask = async (wanted: readonly string[], more?: NodeJS.ProcessEnv): Promise<AtStake[]> => {
    const stakes = await new LookUps(environment(more)).whatIsAtStake(wanted);
    expect([...stakes.keys()]).to.deep.equal([...new Set(wanted)]);
    return [...stakes.values()];
  };
  const unknownOf = async (more: NodeJS.ProcessEnv): Promise<string> => {
    const [stake] = await ask(["0x1"], more);
    const { unknown, ...others } = stake!;
    expect(others).to.deep.equal({ nodes: undefined, total: undefined, counted: undefined, newestBackup: undefined });
    expect(unknown).to.have.length(1);
    return unknown[0]!;
  };
  const at = (path: string): Received[] => service.requests.filter((request) => request.path === path);

  const nodes = [
    { type: "Product", stored: "Product", count: 4 },
    { type: "Order", stored: "Order", count: 3 },
  ];

  it("costs one list, and for each backend one schema, one count and one list of backups", async () => {
    const stake = { nodes, total: 7, counted: "types of the schema", newestBackup: null, unknown: [] };
    expect(await ask(["0x1", "0x2", "0x1"])).to.deep.equal([stake, stake]);
    expect(service.count("deployments")).to.equal(1);
    expect([at("/admin").length, at("/graphql").length - 1, at("/admin/slash").length]).to.deep.equal([2, 2, 2]);
    expect(service.requests).to.have.length(7);
  });

  it("asks also for Dgraph's own types where a backend answers DQL", async () => {
    deploymentMode = "flexible";
    const [stake] = await ask(["0x1"]);
    expect(stake).to.deep.equal({ nodes, total: 7, counted: "all", newestBackup: null, unknown: [] });
    expect(at("/query").map(({ operation }) => operation)).to.deep.equal(["", "c0"]);
    expect(service.requests).to.have.length(5);
  });

  it("sends nothing but queries, with the tokens where they belong", async () => {
    for (deploymentMode of ["graphql", "flexible"])
      await ask(["0x1"], { DGRAPHCLOUD_TOKEN: `${token}-${deploymentMode}` });
    expect(new Set(service.requests.map(({ path }) => path)).size).to.equal(4);
    for (const { path, body, headers, operation } of service.requests) {
      const { query } = JSON.parse(body) as { query: string };
      if (path === "/query") expect(query).to.match(/^(schema \{\}$|\{ c0\(func: )/);
      else expect(parse(query).definitions).to.satisfy(([one]: [{ operation?: string }]) => one.operation === "query");
      const isOfAccount = operation === "deployments";
      expect(headers.authorization?.includes(token) ?? false, path).to.equal(isOfAccount);
      expect(headers["x-auth-token"], path).to.equal(isOfAccount ? undefined : "jwt-of-backend-0x1");
    }
  });

  it("asks about twenty backends, four at the same time", async () => {
    uids = Array.from({ length: 23 }, (_, index) => `0x${index + 1}`);
    answer = answersOf(() => pause(20));
    const stakes = await ask(uids);
    expect(stakes.filter(({ total }) => total === 7)).to.have.length(20);
    for (const stake of stakes.slice(20)) expect(stake.unknown).to.deep.equal(["not asked: more than 20 backends"]);
    expect(service.count("deployments")).to.equal(1);
    // Nodes and backups of one backend are asked for at the same time.
    expect(most).to.be.within(5, 8);
  });

  it("gives up a call that hangs, and all of them when the time is over", async () => {
    uids = Array.from({ length: 12 }, (_, index) => `0x${index + 1}`);
    answer = answersOf(({ operation }) => (operation === "getGQLSchema" ? new Promise(() => undefined) : pause(0)));
    const startedAt = performance.now();
    const lookUps = new LookUps(environment(), { backends: 20, atOnce: 2, callMs: 250, allMs: 900 });
    const stakes = [...(await lookUps.whatIsAtStake(uids)).values()];
    expect(performance.now() - startedAt).to.be.within(850, 4_000);
    expect(stakes).to.have.length(12);
    for (const { nodes, unknown } of stakes) {
      expect(nodes).to.equal(undefined);
      expect(unknown[0]).to.match(
        /^the nodes cannot be counted: the service .*did not answer in time; .*later \(DGC20[39]\)$/,
      );
    }
    expect(stakes[0]).to.deep.include({ newestBackup: null });
    expect(stakes.at(-1)?.unknown[1]).to.match(/^the backups cannot be listed: .* \(DGC209\)$/);
    expect(at("/admin").length).to.be.within(4, 10);
  });

  it("waits ten seconds for a call, and a minute for all", () => {
    expect(defaultBounds).to.deep.equal({ backends: 20, atOnce: 4, callMs: 10_000, allMs: 60_000 });
  });

  it("names the environment variables when there are no credentials, and asks nothing", async () => {
    const without = { DGRAPHCLOUD_TOKEN: undefined };
    const sentence = await unknownOf(without);
    expect(sentence).to.equal(
      "what it holds cannot be looked up: credentials are missing; set DGRAPHCLOUD_TOKEN, or DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD, in the environment (DGC102)",
    );
    expect(await unknownOf({ ...without, DGRAPHCLOUD_EMAIL: "me@example.com" })).to.equal(sentence);
    expect(service.requests).to.deep.equal([]);
  });

  it("says what is wrong with the other settings, without repeating them", async () => {
    const closed = await closedEndpoint();
    const rows: readonly [NodeJS.ProcessEnv, RegExp][] = [
      [{ DGRAPHCLOUD_ENDPOINT: "http://user:pass-word-1@cloud.example" }, /correct DGRAPHCLOUD_ENDPOINT.*\(DGC101\)$/],
      [{ DGRAPHCLOUD_ENDPOINT: "ftp://cloud.example" }, /correct DGRAPHCLOUD_ENDPOINT.*\(DGC101\)$/],
      [{ DGRAPHCLOUD_TOKEN: "pass-word-1 with blanks" }, /DGRAPHCLOUD_TOKEN has a character.*\(DGC104\)$/],
    ];
    for (const [more, expected] of rows) {
      const sentence = await unknownOf(more);
      expect(sentence)
        .to.match(/^what it holds cannot be looked up: /)
        .and.to.match(expected);
      expect(sentence).not.to.match(/pass-word-1|cloud\.example/);
    }
    expect(service.requests).to.deep.equal([]);
    const lookUps = new LookUps(environment({ DGRAPHCLOUD_ENDPOINT: closed.href }), {
      ...{ backends: 20, atOnce: 4, callMs: 300, allMs: 2_000 },
    });
    const [none] = [...(await lookUps.whatIsAtStake(["0x1"])).values()];
    expect(none?.unknown[0]).to.match(
      /: there is no connection; check the network and DGRAPHCLOUD_ENDPOINT.*\(DGC201\)$/,
    );
  });

  it("says of a backend that is not in the list whose list it is", async () => {
    const claims = Buffer.from(JSON.stringify({ email: "dev@example.com" })).toString("base64url");
    const jwt = `eyJhbGciOiJIUzI1NiJ9.${claims}.c2ln`;
    expect(await unknownOf({ DGRAPHCLOUD_TOKEN: jwt, ...only() })).to.equal(
      "not in the account dev@example.com; use the credentials of the account that has it",
    );
    expect(await unknownOf(only())).to.equal(
      "not in the account of these credentials; use the credentials of the account that has it",
    );
    expect(service.requests.map(({ operation }) => operation)).to.deep.equal(["deployments", "deployments"]);
  });
  const only = (): NodeJS.ProcessEnv => {
    uids = ["0x2"];
    return {};
  };

  it("does not repeat the words of the service, which may be secrets", async () => {
    await service.stop();
    service = await Service.start(({ operation }, response) => {
      if (operation === "deployments") answerJson(response, { data: { deployments: [entry("0x1")] } });
      else answerJson(response, { errors: [{ message: "the key is S3CR3T-W0RD of jwt-of-backend-0x1" }] });
    });
    const [stake] = await ask(["0x1"]);
    expect(stake?.unknown).to.deep.equal([
      "the nodes cannot be counted: the service answered with an error; run the command again later (DGC205)",
      "the backups cannot be listed: the service answered with an error; run the command again later (DGC205)",
    ]);
  });

  it("shows no secret of the schema, wherever else its value stands", async () => {
    deploymentMode = "flexible";
    const key = "verification-key-of-the-schema";
    const line = `# Dgraph.Authorization {"Header":"X","Namespace":"n","Algo":"HS256","VerificationKey":"${key}"}`;
    const full = answer;
    answer = async (request) => {
      if (request.operation === "getGQLSchema") return { getGQLSchema: { schema: `${schema}\n${line}\n` } };
      if (request.body.includes("schema {}")) return { schema: [{ predicate: key }], types: [] };
      return full(request);
    };
    const [stake] = await ask(["0x1"]);
    expect(stake).to.deep.include({ nodes, total: 7, counted: "a part" });
    expect(stake?.unknown).to.deep.equal(["nodes without a type are not counted: they may have values of [secret]"]);
  });

  it("tells a count that the token may not read from 0", async () => {
    deploymentMode = "flexible";
    const full = answer;
    answer = async (request) => {
      if (request.path === "/query" && request.operation === "c0") return { c1: [{ count: 4 }], c2: [{ count: 4 }] };
      return full(request);
    };
    const [stake] = await ask(["0x1"]);
    expect(stake).to.deep.equal({
      nodes: [{ type: "Product", stored: "Product", count: 4 }],
      total: 4,
      counted: "a part",
      newestBackup: null,
      unknown: ["Order cannot be counted: this token may not read its nodes"],
    });
  });

  it("gives no numbers where the nodes of all types together cannot be counted", async () => {
    deploymentMode = "flexible";
    const full = answer;
    answer = async (request) => (request.operation === "c0" ? { c0: [{ count: 3 }] } : full(request));
    const [stake] = await ask(["0x1"]);
    expect(stake).to.deep.include({ nodes: undefined, total: undefined, counted: undefined });
    expect(stake?.unknown).to.deep.equal(["the nodes cannot be counted: this token may not read them"]);
  });

  it("takes null for a type that GraphQL does not count", async () => {
    const full = answer;
    answer = async (request) => (request.path === "/graphql" ? { c0: null, c1: null } : full(request));
    const [stake] = await ask(["0x1"]);
    expect(stake).to.deep.include({ nodes: undefined, counted: undefined });
    expect(stake?.unknown).to.deep.equal(["Order, Product cannot be counted: this token may not read their nodes"]);
  });

  describe("the nodes of each change of a schema", () => {
    const change = (path: string, query?: string): SchemaChange => ({
      grade: "HIDES_DATA",
      path,
      description: "field removed",
      ...(query !== undefined && { stake: { what: `nodes that have ${path}`, query } }),
    });
    const changes = [change("A.a", "func: has(A.a)"), change("A.@auth"), change("A.b", "func: has(A.b)")];
    const count = async (lookUps = new LookUps(environment())): Promise<readonly (number | undefined)[]> =>
      lookUps.countChanges("0x1", changes);

    it("are counted in their order, in one query, with the list of the other look-ups", async () => {
      deploymentMode = "flexible";
      const lookUps = new LookUps(environment());
      await lookUps.whatIsAtStake(["0x1"]);
      const before = service.requests.length;
      expect(await count(lookUps)).to.deep.equal([3, undefined, 4]);
      expect(service.requests).to.have.length(before + 1);
      expect(await count()).to.deep.equal([3, undefined, 4]);
      expect(service.count("deployments")).to.equal(1);
    });

    it("are not known, and not asked for, in the mode graphql, without the backend, and without a stake", async () => {
      expect(await count()).to.deep.equal([undefined, undefined, undefined]);
      expect(await new LookUps(environment()).countChanges("0x9", changes)).to.deep.equal(changes.map(() => undefined));
      expect(service.requests.map(({ operation }) => operation)).to.deep.equal(["deployments"]);
      service.requests.length = 0;
      deploymentMode = "flexible";
      const other = new LookUps(environment({ DGRAPHCLOUD_TOKEN: `${token}-2` }));
      expect(await other.countChanges("0x1", [change("A.@auth")])).to.deep.equal([undefined]);
      expect(service.requests).to.deep.equal([]);
    });

    it("are not known when the service fails, or there are no credentials", async () => {
      deploymentMode = "flexible";
      answer = () => Promise.resolve({ c0: "many" });
      expect(await count()).to.deep.equal([undefined, undefined, undefined]);
      expect(await count(new LookUps({}))).to.deep.equal([undefined, undefined, undefined]);
    });

    it("count a backend among the twenty", async () => {
      deploymentMode = "flexible";
      const lookUps = new LookUps(environment(), { backends: 1, atOnce: 1, callMs: 5_000, allMs: 5_000 });
      await lookUps.whatIsAtStake(["0x2"]);
      expect(await count(lookUps)).to.deep.equal([undefined, undefined, undefined]);
    });
  });
});
