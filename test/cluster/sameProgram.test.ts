import { expect } from "chai";
import { make, session, whenReady } from "../local/calls";
import { dgraphOptions, engineOf, nodesOf } from "../dgraph/cloud";
import { type Cluster, startCluster } from "../harness/cluster";
import { waitUntil } from "../harness/clocks";
import { EngineStack, Stack, succeeds } from "../harness/engineStack";

const schema = "type User { id: ID! name: String @search(by: [hash]) }";
const wider = schema.replace("name:", "age: Int name:");

/** One text for both connections: what it is about, and where the backups are, come from outside. */
const program = (text: string, drops: number, restores: number): string => `
  const about = JSON.parse(process.env.ABOUT);
  const api = new dgraphcloud.GraphqlSchema("api", { ...about.schema, schema: ${JSON.stringify(text)} });
  const wipe = new dgraphcloud.DataDrop("wipe", { ...about.drop, types: ["User"], triggers: { run: ${drops} } }, { dependsOn: api });
  if (${restores} > 0) {
    const back = new dgraphcloud.Restore("back", { ...about.restore, triggers: { run: ${restores} } }, { dependsOn: wipe });
    exports.status = back.status;
  }
`;

/** What the story needs of either side. */
interface Side {
  readonly stack: EngineStack;
  readonly write: () => Promise<void>;
  readonly backUp: () => Promise<void>;
  readonly count: () => Promise<number>;
  readonly close: () => Promise<unknown>;
}

async function localCloud(): Promise<Side> {
  const stack = await Stack.start(await dgraphOptions());
  const { local } = stack;
  const input = { deploymentType: "dedicated", deploymentMode: "flexible" };
  const { uid } = await whenReady(await make(local, await session(local), input));
  const backend = { backend: uid };
  stack.environment["ABOUT"] = JSON.stringify({
    schema: backend,
    drop: backend,
    restore: { target: uid, source: uid },
  });
  return {
    stack,
    write: () => engineOf(local, uid).alpha.mutate('{ set { _:a <dgraph.type> "User" .\n_:a <User.name> "Ann" . } }'),
    backUp: async () => {
      await local.cloud.get(uid).takeBackup();
    },
    count: () => nodesOf(local, uid, "User"),
    close: () => stack.close(),
  };
}

async function clusterOfOne(): Promise<Side> {
  const cluster: Cluster = await startCluster();
  const { client } = cluster.alpha;
  const folder = cluster.makeFolder("backups");
  const stack = await EngineStack.with({ DGRAPHCLOUD_CLUSTER_URL: cluster.alpha.url });
  stack.environment["ABOUT"] = JSON.stringify({ schema: {}, drop: {}, restore: { location: folder } });
  return {
    stack,
    write: () => client.mutate([{ uid: "_:a", "dgraph.type": "User", "User.name": "Ann" }]),
    backUp: async () => {
      const order = "mutation($folder: String!) { backup(input: { destination: $folder }) { taskId } }";
      await client.admin(order, { folder });
      const list = "query($folder: String!) { listBackups(input: { location: $folder }) { backupNum } }";
      await waitUntil(
        async () => {
          const { listBackups } = await client.admin<{ listBackups: readonly unknown[] }>(list, { folder });
          return listBackups.length > 0;
        },
        { tries: 60, everyMs: 500 },
      );
    },
    count: () => client.count("User.name"),
    close: () => Promise.all([stack.close(), cluster.close()]),
  };
}

describe("the same program on a local Dgraph Cloud and on a cluster, with the real engine", function () {
  this.timeout(240_000);

  for (const [title, start] of [
    ["a local Dgraph Cloud", localCloud],
    ["a cluster of one", clusterOfOne],
  ] as const)
    it(`deploys and changes a schema, drops and restores on ${title}`, async () => {
      const { stack, write, backUp, count, close } = await start();
      try {
        stack.program(program(schema, 1, 0));
        await succeeds(stack.up());
        await write();
        await backUp();
        stack.program(program(wider, 2, 0));
        const preview = await succeeds(stack.preview());
        expect(preview).to.contain("additive: User.age").and.to.contain("will erase type User of the ");
        await succeeds(stack.up());
        expect(await count()).to.equal(0);
        stack.program(program(wider, 2, 1));
        await succeeds(stack.up());
        expect(await stack.output("status")).to.equal("OK");
        expect(await count()).to.equal(1);
        await succeeds(stack.preview("--expect-no-changes"));
      } finally {
        await close();
      }
    });
});
