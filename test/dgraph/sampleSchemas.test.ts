import type { LocalCloud } from "dgraphcloud-local";
import { expect } from "chai";
import { predicateDrift } from "../../provider/schema/grading";
import { waitUntil } from "../harness/clocks";
import { Host, type Values } from "../harness/providerHost";
import { largeSchema, type SampleSchema, sampleSchemas } from "../harness/schemas";
import { engineOf, ready, startDgraphCloud } from "./cloud";

const samples: readonly SampleSchema[] = [
  ...sampleSchemas,
  { name: "300 types", schema: largeSchema(300), change: ["note7: String", "note7: String extra: Int"] },
];

/** The schemas share one Dgraph: each begins with an empty one. */
describe("schemas of applications, through the provider's host on a real Dgraph", function () {
  this.timeout(300_000);
  let local: LocalCloud;
  let host: Host;
  let uid: string;

  before(async () => {
    local = await startDgraphCloud();
    ({ uid } = await ready(local, { deploymentMode: "flexible" }));
    const [account] = local.accounts;
    host = await Host.start({
      DGRAPHCLOUD_ENDPOINT: local.endpoint,
      DGRAPHCLOUD_EMAIL: account?.email,
      DGRAPHCLOUD_PASSWORD: account?.password,
    });
  });
  after(async () => {
    host.close();
    await local.close();
  });

  const urnOf = (kind: string): string => `urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:${kind}::sample`;
  const inputs = (schema: string, more: Values = {}): Values => ({
    backend: uid,
    schema,
    __urn: urnOf("GraphqlSchema"),
    ...more,
  });
  const live = (): Promise<string> => engineOf(local, uid).schema();

  /** How the predicates differ from the live text, asked of Alpha directly. */
  async function drift(): Promise<string[]> {
    const { schema } = await engineOf(local, uid).alpha.query<{ schema: { predicate: string; type: string }[] }>(
      "schema {}",
    );
    return predicateDrift(schema, await live());
  }

  async function restoreNewest(trigger: string): Promise<void> {
    const request = host.as("restoreRequest");
    const made = await request.create({
      target: uid,
      source: uid,
      triggers: { trigger },
      __urn: urnOf("RestoreRequest"),
    });
    const completion = { request: made.id, target: uid, restoreId: made.properties["restoreId"] };
    await host.as("restoreCompletion").create({ ...completion, __urn: urnOf("RestoreCompletion") });
  }

  for (const { name, schema, change } of samples)
    it(`${name}: deployed, changed, drifted, restored`, async () => {
      const provider = host.as("graphqlSchema");
      await engineOf(local, uid).drop({ what: "allDataAndSchema" });
      expect((await provider.check({}, inputs(schema))).failures).to.deep.equal([]);
      let { properties } = await provider.create(inputs(schema));
      expect(await live()).to.equal(schema);
      expect(await drift()).to.deep.equal([]);
      await local.cloud.get(uid).takeBackup();

      const [from, to] = change;
      expect(schema).to.contain(from);
      const changed = schema.replace(from, to);
      expect((await provider.check(inputs(schema), inputs(changed))).failures).to.deep.equal([]);
      properties = await provider.update(uid, properties, inputs(changed));
      expect(properties["changes"]).to.have.length(1);
      expect(await drift()).to.deep.equal([]);

      await engineOf(local, uid).setSchema(schema);
      // Dgraph answers an update before the text is live.
      await waitUntil(async () => (await live()) === schema, { tries: 100, everyMs: 100 });
      const read = await provider.read(uid, properties);
      expect(read.properties["schema"]).to.equal(schema);
      const { changes } = await provider.diff(uid, read.properties, inputs(changed));
      expect(changes, "the engine works the changes out").to.equal(undefined);
      await provider.update(uid, read.properties, inputs(changed));
      expect(await live()).to.equal(changed);

      await restoreNewest(name);
      expect(await live()).to.equal(schema);
      await provider.update(uid, properties, inputs(changed, { triggers: { restored: name } }));
      expect(await live()).to.equal(changed);
      expect(await drift()).to.deep.equal([]);
    });
});
