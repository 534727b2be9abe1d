import { expect } from "chai";
import { meaningOf } from "../../provider/api/cluster/failures";
import { type Evidence, verdictOf } from "../../provider/api/cluster/verdict";
import { readSettings, type SettingName } from "../../provider/api/settings";
import { dataDrop } from "../../provider/dataDrop";
import { GraphqlError } from "../../provider/errors/requestErrors";
import { type Provider, providerOf } from "../harness/hosts/provider";
import { HostProcess } from "../../provider/host/process";
import { graphqlSchema } from "../../provider/schema";
import { systemClock } from "../../provider/time";
import { rejection } from "../harness/errors";
import { FakeCluster } from "../harness/fakeCluster";

const text = "type User { id: ID! name: String }";
const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:DataDrop::wipe";

/** What a create gives the engine. */
interface Made {
  readonly id: string;
  readonly outs: Record<string, unknown>;
}

describe("an action on a cluster", () => {
  let cluster: FakeCluster;
  let lines: string[];

  /** What one run of the engine starts: a process that knows nothing of earlier ones. */
  const newProcess = (): { readonly drop: Provider; readonly schema: Provider } => {
    const { signal } = new AbortController();
    const log = (_: string | undefined, message: string): boolean => lines.push(message) > 0;
    const host = new HostProcess(systemClock, () => ({ log, signal, flushed: () => Promise.resolve() }));
    const settings: Partial<Record<SettingName, string>> = { clusterUrl: cluster.url };
    host.configure((name) => settings[name]);
    return { drop: providerOf(dataDrop, host), schema: providerOf(graphqlSchema, host) };
  };
  const inputs = { allData: true, triggers: { release: 1 }, __urn: urn };

  beforeEach(async () => {
    lines = [];
    cluster = await FakeCluster.start();
    cluster.setText(text);
    cluster.addNodes(3, "User", ["User.name"]);
  });
  afterEach(() => cluster.close());

  const created = async (provider: Provider, given: object): Promise<Made> =>
    (await provider.create({ ...given })) as unknown as Made;
  const firstRun = async (): Promise<Made> => {
    const { drop } = newProcess();
    await drop.check({}, inputs);
    const { id, outs } = await created(drop, inputs);
    cluster.addNodes(2, "User", ["User.name"]);
    return { id, outs };
  };

  it("does not run by a new trigger on another cluster that has come to answer at the address", async () => {
    const { id, outs } = await firstRun();
    cluster.id = "00000000-1111-2222-3333-444444444444";
    const changed = { ...inputs, triggers: { release: 2 } };
    const { drop } = newProcess();
    expect((await drop.check(inputs, changed)).failures).to.deep.equal([]);
    expect((await drop.diff(id, outs, changed)).replaces).to.deep.equal(["triggers"]);
    await drop.check({}, changed);
    expect((await rejection(drop.create(changed))).message)
      .to.contain("DGC801")
      .and.to.contain(cluster.id);
    expect(cluster.nodesOf("User")).to.equal(2);
  });

  it("runs by a new trigger on the same cluster", async () => {
    const { id, outs } = await firstRun();
    const changed = { ...inputs, triggers: { release: 2 } };
    const { drop } = newProcess();
    await drop.check(inputs, changed);
    await drop.diff(id, outs, changed);
    await drop.check({}, changed);
    await drop.create(changed);
    expect(cluster.nodesOf("User")).to.equal(0);
  });

  it("is refused in the preview when the engine replaces it for another provider, unless confirm names the cluster", async () => {
    await firstRun();
    const { drop } = newProcess();
    await drop.check(inputs, inputs);
    expect((await rejection(drop.check({}, inputs))).message)
      .to.contain("DGC801")
      .and.to.contain("another provider");
    const confirmed = { ...inputs, confirm: cluster.id };
    const other = newProcess().drop;
    await other.check(confirmed, confirmed);
    expect((await other.check({}, confirmed)).failures).to.deep.equal([]);
    expect(lines.join()).to.contain("will erase all data of the cluster");
  });

  it("compares the cluster again after a pause", async () => {
    cluster.faults.add({
      operation: "alter",
      calls: [1],
      fault: { kind: "status", status: 429, acted: false },
    });
    const { drop } = newProcess();
    const dropped = drop.create(inputs);
    await cluster.journal.waitFor(() => cluster.journal.entries.some(({ operation }) => operation === "alter"), 10_000);
    cluster.id = "00000000-1111-2222-3333-444444444444";
    expect((await rejection(dropped)).message).to.contain("DGC801");
    expect(cluster.nodesOf("User")).to.equal(3);
  });

  it("moves a schema from a backend to the cluster, and not from the cluster to itself", async () => {
    const { schema } = newProcess();
    const declared = { schema: text, __urn: urn.replace("DataDrop::wipe", "GraphqlSchema::api") };
    const { outs } = await created(schema, declared);
    expect((await schema.diff(cluster.id, outs, declared)).changes).to.equal(false);
    expect((await schema.diff("0x42", { ...outs, backend: "0x42" }, declared)).replaces).to.deep.equal(["backend"]);
  });
});

describe("what is known of the end of a restore", () => {
  const users = { types: { User: 3 }, predicates: { "User.name": 3 } };
  const evidence: Evidence = {
    expected: users,
    found: users,
    backedUp: ["User.name"],
    stored: ["User.name"],
    wasSeen: false,
    differedBefore: false,
  };

  for (const [title, change, verdict] of [
    ["the same numbers after a restore in progress", { wasSeen: true }, { status: "OK", confirmed: true }],
    ["numbers that were others before", { differedBefore: true }, { status: "OK", confirmed: true }],
    ["the same numbers as before, and no restore was seen", {}, { status: "OK", confirmed: false }],
    [
      "numbers of 0 on both sides",
      {
        expected: { types: { User: 0 }, predicates: {} },
        found: { types: { User: 0 }, predicates: {} },
        wasSeen: true,
      },
      { status: "OK", confirmed: true },
    ],
    [
      "numbers of 0 on both sides, and an empty database",
      {
        expected: { types: { User: 0 }, predicates: {} },
        found: { types: { User: 0 }, predicates: {} },
        stored: [],
        wasSeen: true,
      },
      { status: "ERR", confirmed: true },
    ],
    [
      "a number that has become 0",
      { found: { types: { User: 0 }, predicates: { "User.name": 0 } }, wasSeen: true },
      { status: "ERR", confirmed: true },
    ],
    [
      "a number that is 0, and no restore was seen",
      { found: { types: { User: 0 }, predicates: { "User.name": 0 } } },
      { status: "ERR", confirmed: false },
    ],
    [
      "another number",
      { found: { types: { User: 4 }, predicates: { "User.name": 3 } }, wasSeen: true },
      { status: "OK", confirmed: false },
    ],
    [
      "no numbers, and a predicate is missing",
      { expected: undefined, backedUp: ["User.name", "User.age"], wasSeen: true },
      { status: "OK", confirmed: false },
    ],
    [
      "no numbers and no predicates",
      { expected: undefined, backedUp: [], wasSeen: true },
      { status: "OK", confirmed: false },
    ],
  ] as const)
    it(`with ${title}: ${verdict.status}, ${verdict.confirmed ? "" : "not "}confirmed`, () => {
      expect(verdictOf({ ...evidence, ...change })).to.deep.include(verdict);
    });
});

describe("what an error of Dgraph means", () => {
  const site = { operation: "alter", host: "127.0.0.1:8080", isCluster: true };
  const said = (message: string, data: object = {}): GraphqlError => new GraphqlError(site, [message], { ...data });
  const drop = { policy: "once" as const, nothingDone: /not allowed/ };

  for (const [title, error, request, name] of [
    ["draining mode: later", said("the server is in draining mode and …"), drop, "ThrottledError"],
    ["a lost leader, for /admin: later", said("No connection exists"), { policy: "once" as const }, "ThrottledError"],
    ["a lost leader, for a drop: other groups may have dropped", said("No connection exists"), drop, "LostAnswerError"],
    ["an aborted transaction, for a drop", said("Transaction has been aborted"), drop, "LostAnswerError"],
    ["a refusal of a drop", said("dgraph.type is not allowed to be dropped"), drop, "GraphqlError"],
    ["an expired token", said("unable to parse jwt token: Token is expired"), drop, "UnauthorizedError"],
    [
      "Failure: nothing has begun",
      said("not enough backups", { restore: { code: "Failure" } }),
      { policy: "once" as const },
      "RefusedError",
    ],
    [
      "data beside the errors: it has begun",
      said("later trouble", { restore: { code: "Success" } }),
      { policy: "once" as const },
      "LostAnswerError",
    ],
    [
      "a schema that is half applied, whatever else the text says",
      said("succeeded in saving GraphQL schema but failed to alter Dgraph schema: No connection exists"),
      { policy: "byCaller" as const },
      "GraphqlError",
    ],
  ] as const)
    it(title, () => {
      expect(meaningOf(error, site, request)).to.have.property("name", name);
    });
});

describe("the settings of a cluster in two places", () => {
  const stack: Partial<Record<SettingName, string>> = { clusterUrl: "https://dgraph.example.com" };
  const read = (environment: NodeJS.ProcessEnv): string | undefined =>
    readSettings((name) => stack[name], environment).conflict;

  it("are refused where a namespace in the environment would be ignored", () => {
    expect(read({ DGRAPHCLOUD_CLUSTER_NAMESPACE: "3" })).to.contain("clusterNamespace");
    expect(read({ DGRAPHCLOUD_CLUSTER_PASSWORD: "a-password" })).to.equal(undefined);
  });
});
