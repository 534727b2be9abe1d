import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { startDgraphCloud } from "../dgraph/cloud";
import { facts, type World, worldOf } from "./facts";

it("the numbers of the facts are unique", () => {
  expect(new Set(facts.map(({ id }) => id)).size).to.equal(facts.length);
});

describe("facts of the API, on the local cloud in memory", () => {
  let local: LocalCloud;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 0 });
  });
  afterEach(() => local.close());

  for (const { id, source, says, holds } of facts) {
    it(`${id} ${says} (${source})`, async () => holds(await worldOf(local)));
  }
});

describe("facts of the API, on the local cloud with a real Dgraph behind each backend", function () {
  this.timeout(120_000);
  let world: World;

  before(async () => {
    world = await worldOf(await startDgraphCloud());
  });
  after(() => world.local.close());
  afterEach(async () => {
    const { cloud } = world.local;
    await cloud.get(world.backend.uid).engine.drop({ what: "allDataAndSchema" });
    for (const { uid } of cloud.all().filter((other) => other.uid !== world.backend.uid)) await cloud.remove(uid);
  });

  for (const { id, source, says, holds } of facts) {
    it(`${id} ${says} (${source})`, () => holds(world));
  }
});
