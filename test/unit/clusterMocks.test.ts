import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type * as types from "../../sdk";
import { type SdkHost, sdkHosts } from "../harness/sdkHosts";

const startedAt = "2026-11-27T10:00:00.000Z";
const clusterId = "3f2a6f0e-1111-4222-8333-444455556666";
const schema = "type Author { id: ID! }";
const secretMark = "4dabf18193072939515e22adb298388d";

/** What only the package's tests read of an output. */
interface Inner<T> {
  readonly isKnown: Promise<boolean>;
  promise(): Promise<T>;
}

for (const one of sdkHosts)
  describe(`a program for a cluster under Pulumi's mocks, on the ${one.host},`, () => {
    programForCluster(one);
  });

function programForCluster({ host, dgraphcloud }: SdkHost): void {
  let resources: pulumi.runtime.MockResourceArgs[];
  let calls: pulumi.runtime.MockCallArgs[];
  /** Ids by the names of resources; others have a made-up one. None: the id is unknown, as in the preview of a create. */
  let ids: Record<string, string | undefined>;
  /** Outputs beside the inputs, by the names of resources. */
  let outputs: Record<string, object>;

  const contents = { types: { Author: 3 }, predicates: { "Author.name": 3 } };
  const taken = { backupId: "elegant_rubin4", backupNum: 2, contents };

  beforeEach(() => {
    ids = {};
    outputs = { nightly: taken };
    return mock();
  });
  after(() => {
    pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
  });

  async function mock({ preview = false } = {}): Promise<void> {
    [resources, calls] = [[], []];
    const mocks: pulumi.runtime.Mocks = {
      call: (args) => {
        calls.push(args);
        return { backups: [], schema, generatedSchema: "" };
      },
      newResource: (args) => {
        resources.push(args);
        const id = args.name in ids ? ids[args.name] : `id of ${args.name}`;
        return { id, state: { ...(args.inputs as object), ...outputs[args.name] } };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", preview);
  }

  const inner = <T>(output: pulumi.Output<T>): Inner<T> => output as unknown as Inner<T>;
  const valueOf = <T>(output: pulumi.Output<T>): Promise<T> => inner(output).promise();
  const knows = (output: pulumi.Output<unknown>): Promise<boolean> => inner(output).isKnown;
  /** The inputs that a program gives, without the hidden ones. */
  function inputsOf(name: string): Record<string, unknown> {
    const found = resources.find((one) => one.name === name && one.custom === true)?.inputs as object;
    const given = Object.entries(found).filter(([key, value]) => !key.startsWith("__") && value !== undefined);
    return Object.fromEntries(given);
  }
  const secret = (value: unknown): object => ({ [secretMark]: "1b47061264138c4ac30d75fd1eb44270", value });
  const credentials = { accessKey: "AKIAEXAMPLE", secretKey: "a-secret-key" };

  async function restored(args: types.RestoreArgs): Promise<types.Restore> {
    const restore = new dgraphcloud.Restore("copy", args);
    await Promise.all([valueOf(restore.urn), valueOf(restore.status), valueOf(restore.startedAt)]);
    return restore;
  }
  const nightly = (args: Partial<types.BackupArgs> = {}): types.Backup =>
    new dgraphcloud.Backup("nightly", { destination: "/backups", ...args });

  it("leaves out the backend of a schema and of a drop, and reads the id of the cluster from the outputs", async () => {
    outputs = { tables: { backend: clusterId }, wipe: { backend: clusterId } };
    const tables = new dgraphcloud.GraphqlSchema("tables", { schema });
    const wipe = new dgraphcloud.DataDrop("wipe", { allData: true, resetAccessControl: true });
    expect(await valueOf(pulumi.all([tables.backend, wipe.backend]))).to.deep.equal([clusterId, clusterId]);
    expect(inputsOf("tables")).to.deep.equal({ schema });
    expect(inputsOf("wipe")).to.deep.equal({ allData: true, resetAccessControl: true });
  });

  it("takes a backup, whose credentials are always a secret", async () => {
    const backup = nightly({ credentials, full: true });
    expect(
      await valueOf(pulumi.all([backup.destination, backup.backupId, backup.backupNum, backup.contents])),
    ).to.deep.equal(["/backups", "elegant_rubin4", 2, contents]);
    expect(inputsOf("nightly")).to.deep.equal({
      destination: "/backups",
      full: true,
      credentials: secret(credentials),
    });
  });

  it("restores from a location, whose credentials are always a secret", async () => {
    await restored({ location: "/backups", backupId: "elegant_rubin4", credentials, encryptionKeyFile: "/keys/one" });
    expect(inputsOf("copy-request")).to.deep.equal({
      ...{ location: "/backups", backupId: "elegant_rubin4", encryptionKeyFile: "/keys/one" },
      credentials: secret(credentials),
    });
  });

  it("restores a Backup with all that the restore needs of it", async () => {
    await restored({ backup: nightly({ credentials }), confirm: "staging" });
    expect(inputsOf("copy-request")).to.deep.equal({
      ...{ location: "/backups", confirm: "staging", credentials: secret(credentials) },
      ...taken,
    });
  });

  it("prefers what it gives itself, and compares nothing with another backup than the Backup", async () => {
    const backup = nightly();
    await restored({ backup, location: "s3://host/bucket", credentials: { anonymous: true } });
    const place = { location: "s3://host/bucket", credentials: secret({ anonymous: true }) };
    expect(inputsOf("copy-request")).to.deep.equal({ ...place, ...taken });
    resources = resources.filter(({ name }) => name === "nightly");
    await restored({ backup, backupNum: 1 });
    expect(inputsOf("copy-request")).to.deep.equal({ location: "/backups", backupId: "elegant_rubin4", backupNum: 1 });
    resources = [];
    await restored({ backup, backupId: "another" });
    expect(inputsOf("copy-request")).to.deep.equal({ location: "/backups", backupId: "another" });
  });

  it("waits with what the request knows about the backup", async () => {
    outputs["copy-request"] = { target: clusterId, contents, predicates: ["Author.name"] };
    await restored({ location: "/backups" });
    expect(inputsOf("copy-completion")).to.deep.equal({
      ...{ request: "id of copy-request", target: clusterId, contents, predicates: ["Author.name"] },
    });
  });

  for (const id of [`${clusterId}/restore/${startedAt}`, `${clusterId}:2/restore/${startedAt}`]) {
    it(`knows in each preview when the restore ${id.replace(clusterId, "CID")} began, and that it has no number`, async () => {
      await mock({ preview: true });
      ids = { "copy-request": id };
      const restore = new dgraphcloud.Restore("copy", { location: "/backups" });
      expect(await valueOf(pulumi.all([restore.restoreId, restore.startedAt]))).to.deep.equal([undefined, startedAt]);
      expect(await knows(restore.restoredBackupId)).to.equal(false);
    });
  }

  /** Names of the inputs whose values a preview does not know. The dynamic host learns them from a hidden input. */
  function unknownOf(name: string): unknown {
    const inputs = resources.find((one) => one.name === name)?.inputs as Record<string, unknown>;
    if (host === "dynamic host") return inputs["__unknown"];
    const names = Object.keys(inputs).filter((key) => pulumi.isUnknown(inputs[key]));
    return names.length === 0 ? undefined : names;
  }

  it("shows no other restore in the preview of a Backup that stays", async () => {
    await mock({ preview: true });
    // The dynamic host knows no output in the preview of an update, the plugin those that stay.
    outputs = host === "dynamic host" ? {} : { nightly: taken };
    ids = { "copy-request": `${clusterId}/restore/${startedAt}` };
    const restore = new dgraphcloud.Restore("copy", { backup: nightly({ full: true }) });
    await valueOf(restore.startedAt);
    const known = host === "dynamic host" ? {} : taken;
    expect(inputsOf("copy-request")).to.deep.equal({ location: "/backups", ...known });
    expect(unknownOf("copy-request")).to.equal(undefined);
  });

  if (host === "plugin")
    it("does not know in the preview of a Backup that is completed which one it restores", async () => {
      await mock({ preview: true });
      outputs = {};
      ids = { "copy-request": `${clusterId}/restore/${startedAt}` };
      const restore = new dgraphcloud.Restore("copy", { backup: nightly() });
      await valueOf(restore.startedAt);
      expect(unknownOf("copy-request")).to.have.members(["backupId", "backupNum", "contents"]);
    });

  it("does not know in the preview of a new Backup which one it restores", async () => {
    await mock({ preview: true });
    outputs = {};
    ids = { nightly: undefined, "copy-request": undefined };
    const restore = new dgraphcloud.Restore("copy", { backup: nightly() });
    await valueOf(restore.urn);
    await knows(restore.status);
    expect(unknownOf("copy-request")).to.have.members(["backupId", "backupNum", "contents"]);
  });

  it("looks up the backups of a location, and the schema without a backend", async () => {
    const provider = new dgraphcloud.Provider("cluster", { clusterUrl: "http://127.0.0.1:8080" });
    await dgraphcloud.getBackups({ location: "/backups", credentials }, { provider });
    const location = pulumi.output("/backups");
    const found = dgraphcloud.getBackupsOutput({ location, credentials }, { provider });
    expect(await valueOf(found)).to.deep.equal([]);
    expect(await pulumi.isSecret(found)).to.equal(true);
    await dgraphcloud.getGraphqlSchema({}, { provider });
    await valueOf(dgraphcloud.getGraphqlSchemaOutput(undefined, { provider }));
    expect(calls.map(({ token, inputs }) => [token.split(":").at(-1), inputs as unknown])).to.deep.equal([
      ["getBackups", { location: "/backups", credentials }],
      ["getBackups", { location: "/backups", credentials }],
      ["getGraphqlSchema", {}],
      ["getGraphqlSchema", {}],
    ]);
    for (const one of calls) expect(one.provider).to.contain("::cluster::");
  });

  it("has types for each kind of look-up and for the seed of an Environment", () => {
    const ofCluster: Promise<types.ClusterBackupDescription[]> = dgraphcloud.getBackups({ location: "/backups" });
    const ofBackend: Promise<types.BackupDescription[]> = dgraphcloud.getBackups({ uid: "0x42" });
    // @ts-expect-error: a seed is restored into a backend of Dgraph Cloud.
    const seed: types.EnvironmentSeed = { source: "0x9", location: "/backups" };
    // @ts-expect-error: a seed needs a source.
    const none: types.EnvironmentSeed = {};
    expect([ofCluster, ofBackend, seed, none]).to.have.length(4);
  });
}
