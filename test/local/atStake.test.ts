import { expect } from "chai";
import { type Fault, type LocalCloud, startLocalCloud } from "../../local";
import { gradeChanges } from "../../provider/schema/grading";
import { type Bounds, defaultBounds, LookUps } from "../../cli/summary/atStake";
import { type AtStake, textOfStake } from "../../cli/summary/atStake/text";
import { add, countOf, make, type Made, post, session, setSchema } from "./calls";

const schema = `interface Named { name: String }
  type Order @dgraph(type: "Bestellung") { total: Int note: String }
  type Product implements Named { price: Int }
  type Customer implements Named { email: String }`;

/** What `--data` says about backends of the local cloud, also while it fails. */
describe("what is at stake in a backend", () => {
  let local: LocalCloud;
  let account: Record<string, string>;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    account = await session(local);
  });
  afterEach(() => local.close());

  const environment = (): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_ENDPOINT: local.endpoint,
    DGRAPHCLOUD_EMAIL: local.accounts[0]?.email,
    DGRAPHCLOUD_PASSWORD: local.accounts[0]?.password,
  });
  const stakeOf = async ({ uid }: Pick<Made, "uid">, bounds: Partial<Bounds> = {}): Promise<AtStake> => {
    const lookUps = new LookUps(environment(), { ...defaultBounds, ...bounds });
    const stake = (await lookUps.whatIsAtStake([uid])).get(uid);
    if (stake === undefined) throw new Error(`nothing is said about ${uid}`);
    return stake;
  };

  async function filled(input: object): Promise<Made> {
    const backend = await make(local, account, input);
    expect((await setSchema(backend, schema)).errors).to.equal(undefined);
    await add(backend, "Order", [{ total: 1 }, { total: 2 }, { note: "a" }]);
    await add(backend, "Product", [{ name: "a" }]);
    return backend;
  }

  const ofOrders = [
    { type: "Order", stored: "Bestellung", count: 3 },
    { type: "Product", stored: "Product", count: 1 },
  ];

  it("is counted in GraphQL in the mode graphql", async () => {
    const backend = await filled({});
    expect(await stakeOf(backend)).to.deep.equal({
      nodes: ofOrders,
      total: 4,
      counted: "types of the schema",
      newestBackup: null,
      unknown: [],
    });
    expect(await countOf(backend, "Order")).to.equal(3);
  });

  for (const deploymentMode of ["flexible", "readonly"])
    it(`is counted in DQL in the mode ${deploymentMode}`, async () => {
      const backend = await filled({ deploymentMode: "flexible" });
      await post(
        local.endpoint,
        "mutation($dep: UpdateDeploymentInput!) { updateDeployment(input: $dep) }",
        { dep: { uid: backend.uid, deploymentMode } },
        account,
      );
      expect(await stakeOf(backend)).to.deep.equal({
        nodes: ofOrders,
        total: 4,
        counted: "all",
        newestBackup: null,
        unknown: [],
      });
    });

  it("includes nodes whose type has left the schema, where DQL is answered, and counts each node once", async () => {
    const [open, closed] = [await filled({ deploymentMode: "flexible" }), await filled({ name: "closed" })];
    for (const backend of [open, closed]) await setSchema(backend, "type Product { price: Int }");
    expect(textOfStake(await stakeOf(open), new Date())[0]).to.equal(
      "4 nodes; by type: Bestellung 3, Named 1, Product 1",
    );
    expect(textOfStake(await stakeOf(closed), new Date())[0]).to.equal("1 node of the types in its schema: Product 1");
  });

  it("is said of values without a type as well", async () => {
    const backend = await filled({ deploymentMode: "flexible" });
    await setSchema(backend, schema.replace("note: String", ""));
    expect(textOfStake(await stakeOf(backend), new Date())).to.deep.equal([
      "at least 4 nodes: Order 3, Product 1",
      "no backup",
      "nodes without a type are not counted: they may have values of Bestellung.note",
    ]);
  });

  it("is nothing in a new backend that answers DQL, and not known in one that does not", async () => {
    const [open, closed] = [await make(local, account, { deploymentMode: "flexible" }), await make(local, account)];
    expect(textOfStake(await stakeOf(open), new Date())).to.deep.equal(["no nodes", "no backup"]);
    expect(textOfStake(await stakeOf(closed), new Date())).to.deep.equal([
      "no backup",
      "the nodes cannot be counted: it has no GraphQL schema, and does not answer DQL",
    ]);
  });

  it("has the age of the newest backup", async () => {
    const backend = await filled({});
    await local.cloud.get(backend.uid).takeBackup();
    await local.cloud.get(backend.uid).takeBackup();
    const [, newest] = (await local.cloud.get(backend.uid).listBackups()).flat();
    const at = Date.parse(newest?.timestamp ?? "");
    const text = textOfStake(await stakeOf(backend), new Date(at + 3 * 3_600_000));
    const time = new Date(at).toISOString().replace(".000Z", "Z");
    expect(text[1]).to.equal(`newest backup: 3 hours old (${newest?.type ?? ""}, ${time})`);
  });

  it("is without backups for a backend that can have none", async () => {
    const backend = await filled({ deploymentType: "shared" });
    expect(await stakeOf(backend)).to.deep.include({ newestBackup: null, unknown: [] });
  });

  it("is not known for a backend of another account", async () => {
    const backend = await filled({});
    local.faults.add({
      operation: "deployments",
      calls: "every",
      fault: { kind: "data", acted: true, data: { deployments: [] } },
    });
    expect((await stakeOf(backend)).unknown).to.deep.equal([
      `not in the account ${local.accounts[0]?.email ?? ""}; use the credentials of the account that has it`,
    ]);
  });

  it("is found out by reading: nothing changes, and only queries are sent", async () => {
    const backends = [await filled({}), await filled({ name: "other", deploymentMode: "flexible" })];
    const before = backends.map(({ uid }) => JSON.stringify(local.cloud.get(uid).saved()));
    local.journal.clear();
    const uids = backends.map(({ uid }) => uid);
    const lookUps = new LookUps(environment());
    await lookUps.whatIsAtStake(uids);
    const [old, next] = [schema, schema.replace("note: String", "")];
    await lookUps.countChanges(uids[1]!, await gradeChanges(old, next));
    const sent = local.journal.entries.map(({ operation }) => operation).sort();
    expect(sent).to.deep.equal([
      ...["deployments", "getGQLSchema", "getGQLSchema", "graphql", "listBackups", "listBackups", "login"],
      ...["query", "query", "query"],
    ]);
    expect(backends.map(({ uid }) => JSON.stringify(local.cloud.get(uid).saved()))).to.deep.equal(before);
  });

  it("is counted for each change of a schema", async () => {
    const backend = await filled({ deploymentMode: "flexible" });
    const next = 'type Order @dgraph(type: "Bestellung") { total: Int } type Product { price: Int }';
    const changes = await gradeChanges(schema, next);
    const counts = await new LookUps(environment()).countChanges(backend.uid, changes);
    const known = changes.flatMap(({ path, stake }, index) => (stake === undefined ? [] : [[path, counts[index]]]));
    expect(Object.fromEntries(known)).to.deep.include({ "Order.note": 1, Customer: 0 });
    expect(counts).to.have.length(changes.length);
  });

  describe("while the service fails", () => {
    const secrets = (backend: Made): string[] => [
      backend.jwtToken,
      local.accounts[0]?.password ?? "",
      (account["authorization"] ?? "").replace("Bearer ", ""),
    ];
    const quick = { callMs: 400 };

    const wrong = { deployments: 5, getGQLSchema: 5, c0: 5, listBackups: 5 };
    const faults: readonly [title: string, fault: Fault, says: RegExp][] = [
      ["HTTP 429", { kind: "status", status: 429, acted: false }, /throttles requests \(HTTP 429\); .*\(DGC202\)$/],
      ["a hang", { kind: "hang", acted: false }, /did not answer in time; .*\(DGC20[39]\)$/],
      ["HTTP 500", { kind: "status", status: 500, acted: false }, /the service failed, .*\(DGC203\)$/],
      ["a reset", { kind: "reset", acted: true }, /the service failed, .*\(DGC203\)$/],
      ["HTML", { kind: "body", body: "<html>", acted: false }, /the service failed, .*\(DGC203\)$/],
      ["half an answer", { kind: "cut-off", acted: true }, /the service failed, .*\(DGC203\)$/],
      ["errors", { kind: "errors", messages: ["S3CR3T-W0RD"], acted: false }, /answered with an error; .*\(DGC205\)$/],
      ["a wrong shape", { kind: "data", data: wrong, acted: false }, /unexpected shape; .*\(DGC206\)$/],
      ["HTTP 401", { kind: "unauthorized", as: "401" }, /token .*\(DGC105\)$/],
      ["HTTP 403", { kind: "unauthorized", as: "403" }, /token .*\(DGC105\)$/],
    ];
    const calls: readonly [operation: string, what: string, isForAll?: true][] = [
      ["deployments", "what it holds cannot be looked up", true],
      ["getGQLSchema", "the nodes cannot be counted"],
      ["graphql", "the nodes cannot be counted"],
      ["listBackups", "the backups cannot be listed"],
    ];
    for (const [operation, what, isForAll] of calls)
      for (const [title, fault, says] of faults)
        it(`${operation} × ${title}`, async () => {
          const backend = await filled({});
          const struck = local.faults.add({ operation, calls: "every", fault });
          const startedAt = performance.now();
          const stake = await stakeOf(backend, quick);
          expect(performance.now() - startedAt).to.be.below(10_000);
          expect(struck.struck).to.be.at.least(1);
          expect(stake.unknown).to.have.length(1);
          expect(stake.unknown[0])
            .to.match(new RegExp(`^${what}: `))
            .and.to.match(says);
          const text = textOfStake(stake, new Date()).join("\n");
          for (const secret of [...secrets(backend), "S3CR3T-W0RD"]) expect(text).not.to.contain(secret);
          const isOfNodes = what.includes("nodes");
          const none = { nodes: undefined, total: undefined, counted: undefined };
          if (isForAll === true || isOfNodes) expect(stake).to.deep.include(none);
          if (isForAll === true || !isOfNodes) expect(stake.newestBackup).to.equal(undefined);
          if (isForAll !== true && isOfNodes) expect(stake.newestBackup).to.equal(null);
          if (isForAll !== true && !isOfNodes) expect(stake.total).to.equal(4);
        });

    it("login × a wrong password: one request, and the names of the settings", async () => {
      const backend = await filled({});
      local.journal.clear();
      const settings = { ...environment(), DGRAPHCLOUD_PASSWORD: "wrong-pass-word" };
      const stakes = await new LookUps(settings).whatIsAtStake([backend.uid, "0x99"]);
      for (const { unknown } of stakes.values())
        expect(unknown).to.deep.equal([
          "what it holds cannot be looked up: the log-in was refused; correct DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD (DGC103)",
        ]);
      expect(local.journal.entries.map(({ operation }) => operation)).to.deep.equal(["login"]);
    });

    it("query × refused: the nodes are counted in GraphQL", async () => {
      const backend = await filled({ deploymentMode: "flexible" });
      local.faults.add({ operation: "query", calls: "every", fault: { kind: "status", status: 404, acted: false } });
      expect(await stakeOf(backend)).to.deep.include({ nodes: ofOrders, counted: "types of the schema", unknown: [] });
    });

    it("query × a hang: the nodes are not known", async () => {
      const backend = await filled({ deploymentMode: "flexible" });
      local.faults.add({ operation: "query", calls: "every", fault: { kind: "hang", acted: false } });
      const { nodes, unknown } = await stakeOf(backend, quick);
      expect([nodes, unknown.length]).to.deep.equal([undefined, 1]);
    });

    it("one failure that passes costs nothing but time", async () => {
      const backend = await filled({});
      for (const operation of ["login", "deployments", "getGQLSchema", "graphql", "listBackups"])
        local.faults.add({ operation, fault: { kind: "status", status: 503, acted: false } });
      expect(await stakeOf(backend)).to.deep.include({ total: 4, newestBackup: null, unknown: [] });
    });

    it("a restore that runs is named as the reason", async () => {
      const backend = await filled({ deploymentMode: "flexible" });
      local.faults.add({
        operation: "query",
        calls: "every",
        fault: { kind: "errors", messages: ["the server is in draining mode and …"], acted: false },
      });
      expect((await stakeOf(backend)).unknown).to.deep.equal([
        "the nodes cannot be counted: the backend is busy with a restore, an index or its start; run the command again later",
      ]);
    });
  });
});
