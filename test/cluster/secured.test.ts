import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { AlphaClient } from "../harness/alphaClient";
import { pause, waitUntil } from "../harness/clocks";
import { type Cluster, firstUser, startCluster } from "../harness/cluster";
import { EngineStack, fails, type Run } from "../harness/engineStack";
import { ObjectStore } from "../harness/objectStore";
import { LeakSearch } from "../harness/secretAudit";
import { nodes, schema, withSchema } from "./stories";

const canaries = {
  CANARY_PASSWORD: 'canary "password" of\\groot ä',
  CANARY_TENANT: "canary-password-of-a-tenant",
  CANARY_TOKEN: "canary-token-of-alpha",
  CANARY_HEADER: "canary-key-of-the-gateway",
  CANARY_ACCESS_KEY: "canary-access-key",
  CANARY_SECRET_KEY: "canary/secret+key=of-the-store",
};
const accessTtl = "2s";

/** The tests share one cluster, one store and one stack: each starts from what the previous one left. */
describe("a cluster with access control, an admin token, encryption and an object store, with the real engine", function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let store: ObjectStore;
  let stack: EngineStack;
  let audit: LeakSearch;

  before(async () => {
    store = await ObjectStore.start({ accessKey: canaries.CANARY_ACCESS_KEY, secretKey: canaries.CANARY_SECRET_KEY });
    store.makeFolder("nightly");
    cluster = await startCluster({
      accessControl: { accessTtl },
      securityToken: canaries.CANARY_TOKEN,
      encryptionKey: "0123456789abcdef",
    });
    const groot = await cluster.alpha.client.logIn(firstUser.user, firstUser.password);
    await setPassword(groot, canaries.CANARY_PASSWORD);
    stack = await EngineStack.with({ ...canaries, CLUSTER_URL: cluster.alpha.url });
    audit = new LeakSearch(stack);
    for (const [name, value] of Object.entries(canaries)) audit.canaries.add(name, value);
  });
  after(async () => {
    await stack.close();
    await cluster.close();
    await store.close();
  });

  const groot = (): Promise<AlphaClient> => cluster.alpha.client.logIn("groot", canaries.CANARY_PASSWORD);
  const count = async (): Promise<number> => (await groot()).count("User.name");
  /** Checks what a run has written. */
  const silent = async (work: Promise<Run>): Promise<Run> => {
    const run = await work;
    expect(audit.leaksIn(run.output, "the output of a run")).to.deep.equal([]);
    expect(run.output, "tokens of access control").not.to.match(/eyJ[\w-]{10,}\.eyJ/);
    return run;
  };
  const succeeds = async (work: Promise<Run>): Promise<string> => {
    const { code, output } = await silent(work);
    expect(code, output).to.equal(0);
    return output;
  };
  const refused = (work: Promise<Run>): Promise<string> => fails(silent(work));

  /** A drop of all data, and a restore that failed, leave groot with the password that everybody knows. */
  const expectOwnPassword = async (): Promise<void> => {
    const query = `mutation { login(userId: "${firstUser.user}", password: "${firstUser.password}") { response { accessJWT } } }`;
    const { errors } = await cluster.alpha.client.ask("/admin", { query });
    expect(errors).to.contain("invalid username or password");
    await groot();
  };

  const provider = (name: string, more = ""): string => `
    const ${name} = new dgraphcloud.Provider("${name}", {
      clusterUrl: process.env.CLUSTER_URL, clusterUser: "groot", clusterPassword: process.env.CANARY_PASSWORD,
      clusterAuthToken: process.env.CANARY_TOKEN, clusterHeaders: { "x-gateway-key": process.env.CANARY_HEADER }, ${more}
    });
  `;
  const program = (text: string, more = "", inputs = ""): void => {
    stack.program(
      provider("secured") +
        withSchema(text, "", inputs).replace(" });", " }, { provider: secured });") +
        `const credentials = { accessKey: process.env.CANARY_ACCESS_KEY, secretKey: process.env.CANARY_SECRET_KEY };
         const location = ${JSON.stringify(store.location("nightly"))};
         ${more}`,
    );
  };
  const backup = (more = ""): string => `
    const backup = new dgraphcloud.Backup("nightly", { destination: location, credentials, ${more} }, { provider: secured, dependsOn: [api] });
    exports.contents = backup.contents;
  `;
  const restore = (more: string): string => `
    const restore = new dgraphcloud.Restore("back", { backup, ${more} }, { provider: secured });
    exports.status = restore.status; exports.confirmed = restore.confirmed;
  `;

  it("deploys a schema with the user, the token and the headers of the settings", async () => {
    program(schema);
    await succeeds(stack.up());
    expect(await (await groot()).schema()).to.equal(schema);
    // Each batch with a log-in of its own, since a token ends soon.
    for (let left = nodes; left > 0; left -= 5_000) await (await groot()).load("User", Math.min(left, 5_000));
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("says which settings are wrong when the cluster refuses the log-in", async () => {
    stack.environment["CANARY_PASSWORD"] = "another-password";
    const output = await refused(stack.refresh("--run-program"));
    stack.environment["CANARY_PASSWORD"] = canaries.CANARY_PASSWORD;
    expect(output).to.contain("DGC805").and.to.contain("clusterPassword");
  });

  it("backs up to the object store, says when its keys are refused, and logs in again when its access token ends", async () => {
    stack.environment["CANARY_SECRET_KEY"] = "another-key-of-the-store";
    program(schema, backup('triggers: ["first"],'));
    expect(await refused(stack.up()))
      .to.contain("DGC808")
      .and.to.contain("credentials");
    stack.environment["CANARY_SECRET_KEY"] = canaries.CANARY_SECRET_KEY;
    const logIns = (): number => cluster.alpha.log.split("Name =  login").length - 1;
    const began = (): number => cluster.alpha.log.split("Got backup request").length;
    const [before, earlier] = [logIns(), began()];
    const { ended } = stack.begin("up", "--yes", "--skip-preview");
    await waitUntil(() => began() > earlier, { tries: 3_000, everyMs: 10 });
    // The token with which the backup was asked for ends before the backup does. An Alpha that was frozen for 2 s would
    // take its connection to Zero for lost, and the backup would fail.
    store.freeze();
    await pause(4_000);
    store.thaw();
    await succeeds(ended);
    expect(logIns() - before).to.be.at.least(2);
    expect(JSON.parse(await stack.output("contents"))).to.have.nested.property("types.User", nodes);
    expect(store.objects("nightly").filter((name) => name.endsWith(".backup"))).to.have.length(1);
    await succeeds(stack.preview("--expect-no-changes"));
  });

  it("drops the data only with consent to lose the users, and keeps groot's password", async () => {
    const drop = (more: string): string =>
      `${backup('triggers: ["first"],')} new dgraphcloud.DataDrop("drop", { allData: true, ${more} }, { provider: secured, dependsOn: [backup] });`;
    program(schema, drop(""));
    expect(await refused(stack.preview()))
      .to.contain("DGC804")
      .and.to.contain("resetAccessControl");
    program(schema, drop("resetAccessControl: true,"));
    await succeeds(stack.up());
    expect(await count()).to.equal(0);
    await expectOwnPassword();
  });

  it("restores an encrypted backup from the store, and refuses to do so without its key", async () => {
    program(schema, backup('triggers: ["first"],') + restore(""));
    expect(await refused(stack.up()))
      .to.contain("DGC810")
      .and.to.contain("encryptionKeyFile");
    const key = join(cluster.alpha.folder, "encryption-key");
    program(schema, backup('triggers: ["first"],') + restore(`encryptionKeyFile: ${JSON.stringify(key)},`));
    await succeeds(stack.up());
    expect(await count()).to.equal(nodes);
    expect(await stack.output("confirmed")).to.equal("true");
  });

  it("reports a restore with a wrong key as a failure, since the database is empty after it", async () => {
    const wrong = join(cluster.alpha.folder, "wrong-key");
    writeFileSync(wrong, "fedcba9876543210");
    const more = `encryptionKeyFile: ${JSON.stringify(wrong)}, triggers: ["wrong key"],`;
    program(schema, backup('triggers: ["first"],') + restore(more));
    expect(await refused(stack.up()))
      .to.contain("User")
      .and.to.contain("key");
    await expectOwnPassword();
  });

  it("restores a backup without users, and keeps groot's password", async () => {
    const open = await startCluster();
    const destination = join(open.folder, "backups");
    mkdirSync(destination);
    try {
      await open.alpha.client.load("Cat", 3);
      await open.alpha.client.admin(
        "mutation ($destination: String!) { backup(input: { destination: $destination }) { response { code } } }",
        { destination },
      );
      await waitUntil(() => existsSync(join(destination, "manifest.json")), { tries: 600, everyMs: 100 });
      program(
        schema,
        `${backup('triggers: ["first"],')}
         new dgraphcloud.Restore("open", { location: ${JSON.stringify(destination)} }, { provider: secured, dependsOn: [backup] });`,
      );
      expect(await succeeds(stack.up())).to.contain("groot had the well-known password");
    } finally {
      await open.close();
    }
    expect(await (await groot()).count("Cat.name")).to.equal(3);
    await expectOwnPassword();
  });

  it("deploys a schema into a namespace, where only the superadmin may back up", async () => {
    const key = join(cluster.alpha.folder, "encryption-key");
    const more = `encryptionKeyFile: ${JSON.stringify(key)}, triggers: ["right key"],`;
    program(schema, backup('triggers: ["first"],') + restore(more));
    await succeeds(stack.up());

    const { addNamespace } = await (
      await groot()
    ).admin<{ addNamespace: { namespaceId: number } }>(
      "mutation ($password: String!) { addNamespace(input: { password: $password }) { namespaceId } }",
      { password: canaries.CANARY_TENANT },
    );
    const namespace = addNamespace.namespaceId;
    const tenant = provider(
      "tenant",
      `clusterNamespace: ${namespace}, clusterPassword: process.env.CANARY_TENANT,`,
    ).replace("clusterPassword: process.env.CANARY_PASSWORD,", "");
    const text = "type Tenant { name: String }";
    const theirs = `
      ${tenant}
      const theirs = new dgraphcloud.GraphqlSchema("theirs", { schema: ${JSON.stringify(text)} }, { provider: tenant });
      exports.theirs = theirs.id;
    `;
    program(schema, backup('triggers: ["first"],') + restore(more) + theirs);
    await succeeds(stack.up());
    expect(await stack.output("theirs")).to.equal(`${await (await groot()).clusterId()}:${namespace}`);
    expect(await (await cluster.alpha.client.logIn("groot", canaries.CANARY_TENANT, namespace)).schema()).to.equal(
      text,
    );
    expect(await (await groot()).schema()).to.equal(schema);
    const theirBackup =
      'new dgraphcloud.Backup("theirs", { destination: location, credentials }, { provider: tenant });';
    program(schema, backup('triggers: ["first"],') + restore(more) + theirs + theirBackup);
    expect(await refused(stack.preview())).to.contain("DGC811");
  });

  it("has left no secret in states, logs, temporary files or arguments", async () => {
    const { text } = await stack.state();
    expect(audit.leaksIn(text, "the state")).to.deep.equal([]);
    expect(text).not.to.match(/eyJ[\w-]{10,}\.eyJ/);
    const { leaks, seen } = audit.stop();
    expect(leaks).to.deep.equal([]);
    expect(seen.files.size).to.be.above(10);
    expect(seen.commands.size).to.be.above(3);
  });
});

async function setPassword(client: AlphaClient, password: string): Promise<void> {
  await client.admin(
    'mutation ($password: String!) { resetPassword(input: { userId: "groot", password: $password, namespace: 0 }) { message } }',
    { password },
  );
}
