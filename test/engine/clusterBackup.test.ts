import { expect } from "chai";
import { FakeCluster } from "../harness/fakeCluster";
import { EngineStack, succeeds } from "../harness/engineStack";

const keys = { accessKey: "AKIA-of-this-test", secretKey: "a-secret-key-of-this-test" };
const authToken = "an-auth-token-of-this-test";
const apiKey = "an-api-key-of-this-test";

/** A copy of production in staging: a Backup of one cluster, and a Restore of it into another. */
describe("engine: a Backup of a cluster and its Restore", function () {
  this.timeout(180_000);
  let production: FakeCluster;
  let staging: FakeCluster;
  let stack: EngineStack;

  before(async () => {
    production = await FakeCluster.start({ authToken, gatewayHeaders: { "x-api-key": apiKey } });
    staging = await FakeCluster.start();
    production.setText("type User { id: ID! name: String }");
    production.addNodes(3, "User", ["User.name"]);
    // Both clusters see the same folder.
    Object.assign(staging.database, { folders: production.database.folders });
    stack = await EngineStack.with({});
  });
  after(async () => {
    await Promise.all([stack.close(), production.close(), staging.close()]);
  });

  const program = (backup = "", night = 1): void => {
    stack.program(`
      const production = new dgraphcloud.Provider("production", {
        clusterUrl: "${production.url}", clusterAuthToken: "${authToken}", clusterHeaders: { "x-api-key": "${apiKey}" },
      });
      const staging = new dgraphcloud.Provider("staging", { clusterUrl: "${staging.url}" });
      const nightly = new dgraphcloud.Backup("nightly", {
        destination: "/backups", credentials: ${JSON.stringify(keys)}, triggers: { night: ${night} }, ${backup}
      }, { provider: production });
      const copy = new dgraphcloud.Restore("copy", { backup: nightly, confirm: "${staging.host}" }, { provider: staging });
      exports.contents = nightly.contents;
      exports.confirmed = copy.confirmed;
      exports.restoreId = copy.restoreId;
    `);
  };
  /** The operations of a preview, by the names of the resources that change. */
  async function planned(): Promise<Record<string, string>> {
    const { stdout, output } = await stack.pulumi("preview", "--json");
    const { steps = [] } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as { steps?: { op: string; urn: string }[] };
    expect(steps, output).not.to.deep.equal([]);
    const changes = steps.filter(({ op }) => !["same", "read", "create-replacement", "delete-replaced"].includes(op));
    return Object.fromEntries(changes.map(({ op, urn }) => [urn.split("::").at(-1) ?? "", op]));
  }
  const acted = (cluster: FakeCluster, name: string): number =>
    cluster.journal.entries.filter(({ operation }) => operation === name).length;

  it("copies in one up", async () => {
    program();
    await succeeds(stack.up());
    expect(staging.nodesOf("User")).to.equal(3);
    const { outputs } = (await stack.state()).resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
    expect(outputs).to.deep.equal({
      contents: { types: { User: 3 }, predicates: { "User.name": 3 } },
      confirmed: true,
    });
  });

  it("makes no request in the next up", async () => {
    const before = [production, staging].map(({ journal }) => journal.entries.length);
    expect(await planned()).to.deep.equal({});
    await succeeds(stack.up("--expect-no-changes"));
    expect([production, staging].map(({ journal }) => journal.entries.length)).to.deep.equal(before);
  });

  it("previews no other restore when the Backup changes in the state only", async () => {
    program("full: true");
    const plan = await planned();
    expect(plan["nightly"]).to.equal("update");
    expect(Object.values(plan)).not.to.include("replace");
    await succeeds(stack.up());
    expect([acted(production, "backup"), acted(staging, "restore")]).to.deep.equal([1, 1]);
    expect(await planned()).to.deep.equal({});
  });

  it("runs both again with a new trigger of the Backup", async () => {
    production.addNodes(1, "User", ["User.name"]);
    program("full: true", 2);
    expect(await planned()).to.include({ nightly: "replace", "copy-request": "replace", "copy-completion": "replace" });
    await succeeds(stack.up());
    expect([acted(production, "backup"), acted(staging, "restore")]).to.deep.equal([2, 2]);
    expect(staging.nodesOf("User")).to.equal(4);
  });

  it("leaves no secret in the state in clear", async () => {
    const { text } = await stack.state();
    for (const secret of [keys.accessKey, keys.secretKey, authToken, apiKey]) expect(text).not.to.contain(secret);
  });

  it("destroys nothing but its records", async () => {
    await succeeds(stack.destroy());
    expect(production.backups("/backups")).to.have.length(2);
    expect(staging.nodesOf("User")).to.equal(4);
  });
});
