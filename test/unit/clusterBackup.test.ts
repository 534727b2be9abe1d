import { expect } from "chai";
import { readSettings } from "../../provider/api/settings";
import { backup } from "../../provider/backup";
import { DgraphCloudError } from "../../provider/errors/errors";
import {
  findBackend,
  listBackends,
  listBackups,
  listClusterBackups,
  readGraphqlSchema,
} from "../../provider/functions";
import { type Host, PartialFailure } from "../../provider/resource/hostInterface";
import { Lifecycle } from "../../provider/resource/lifecycle";
import type { Values } from "../../provider/resource/values";
import { Account } from "../../provider/run/account";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";
import { FakeCluster } from "../harness/fakeCluster";

const destination = "/srv/backups";
const text = "type User { id: ID! name: String }";

describe("a Backup of a cluster, over HTTP", () => {
  const clock = new TestClock();
  let cluster: FakeCluster;
  let lifecycle: Lifecycle<never, never>;

  beforeEach(async () => {
    cluster = await FakeCluster.start({ now: () => clock.now(), backupMs: 20_000 });
    cluster.setText(text);
    cluster.addNodes(3, "User", ["User.name"]);
    const settings = { clusterUrl: cluster.url };
    const account = new Account(
      readSettings((name) => (settings as Record<string, string>)[name], {}),
      clock,
    );
    const host: Host = {
      settingsFailure: () => undefined,
      connection: () => "cluster",
      run: (_, work) => work(contextOf({ account, clock })),
    };
    lifecycle = new Lifecycle(backup, host) as unknown as Lifecycle<never, never>;
  });
  afterEach(() => cluster.close());

  const take = (more: Values = {}): ReturnType<typeof lifecycle.create> =>
    lifecycle.create({ urn: "urn", news: { destination, ...more }, missing: [] });
  const acted = (): number => cluster.journal.entries.filter(({ operation }) => operation === "backup").length;
  const settings = (): { clusterUrl: string } => ({ clusterUrl: cluster.url });

  it("is in the list, which the functions give as well", async () => {
    const { id, outputs } = await take();
    expect(id).to.match(new RegExp(`^${cluster.id}/backup/`));
    const [stored] = cluster.backups(destination);
    expect(outputs).to.include({ backupId: stored?.backupId, backupNum: 1, type: "full", path: stored?.path });
    expect(outputs["contents"]).to.deep.equal({ types: { User: 3 }, predicates: { "User.name": 3 } });
    const [listed, ...others] = await listClusterBackups(settings(), { location: destination });
    expect(others).to.deep.equal([]);
    const { backupId, backupNum, type, path } = outputs as Record<string, string>;
    expect(listed).to.deep.include({ backupId, backupNum, type, path, encrypted: false });
    expect(listed?.timestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("adds to the series, unless nothing was written since", async () => {
    const first = await take();
    const failure = await rejection(take());
    expect(failure).to.be.instanceOf(DgraphCloudError).and.to.include({ code: "DGC808" });
    cluster.addNodes(1, "User", ["User.name"]);
    const { outputs } = await take();
    expect(outputs).to.include({ backupId: first.outputs["backupId"], backupNum: 2, type: "incremental" });
    const full = await take({ full: true });
    expect(full.outputs).to.include({ backupNum: 1, type: "full" });
    expect(full.outputs["backupId"]).not.to.equal(outputs["backupId"]);
  });

  for (const isActed of [true, false]) {
    it(`whose connection breaks ${isActed ? "after" : "before"} it began is sent once`, async () => {
      cluster.faults.add({ operation: "backup", fault: { kind: "reset", acted: isActed } });
      if (isActed) {
        expect((await take()).outputs).to.include({ backupNum: 1 });
      } else {
        const failure = await rejection(take());
        if (!(failure instanceof PartialFailure)) throw failure;
        expect(failure.cause).to.include({ code: "DGC809" });
      }
      expect(acted()).to.equal(1);
      expect(cluster.backups(destination)).to.have.length(isActed ? 1 : 0);
    });
  }

  it("is not needed to read the schema", async () => {
    expect((await readGraphqlSchema(settings(), undefined)).schema).to.equal(text);
    expect((await readGraphqlSchema(settings(), cluster.id)).schema).to.equal(text);
    const { message } = await rejection(readGraphqlSchema(settings(), "another"));
    expect(message)
      .to.match(/^getGraphqlSchema: /)
      .and.to.contain("DGC801");
  });

  it("has no backends, and the look-ups say which settings they need", async () => {
    for (const lookUp of [
      () => listBackends(settings()),
      () => findBackend(settings(), { uid: "0x42" }),
      () => listBackups(settings(), "0x42"),
    ]) {
      const { message } = await rejection(lookUp());
      expect(message).to.match(/DGC80[23]/);
    }
    expect(cluster.journal.entries).to.deep.equal([]);
  });
});
