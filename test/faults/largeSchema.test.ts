import { expect } from "chai";
import { Network } from "./network";
import { VirtualTime } from "../harness/clocks";
import { World } from "./world";

describe("the fault matrix: a large schema", function () {
  this.timeout(60_000);
  const network = new Network();
  let time: VirtualTime;
  let world: World;

  before(async () => {
    network.install();
    time = new VirtualTime();
    time.install();
    world = await World.start(time, network);
  });
  after(async () => {
    await world.stop();
    time.remove();
    network.remove();
  });

  it("a schema of a megabyte is sent again after a lost answer, and the whole of it is live and in the state", async () => {
    const comment = `# ${"x".repeat(1_000)}\n`;
    const type = (number: number): string => `type Large${number} { id: ID! name: String @search(by: [hash]) }\n`;
    const schema = Array.from({ length: 1_000 }, (_, number) => comment + type(number)).join("");
    expect(schema.length).to.be.above(1_048_576);
    world.local.faults.add({ operation: "updateGQLSchema", calls: [1], fault: { kind: "cut-off", acted: true } });
    await world.prepare("api", "schema", { backend: world.target, schema, allow: ["*"] });
    expect(world.local.journal.acted("updateGQLSchema")).to.equal(2);
    expect((await world.local.cloud.get(world.target).engine.schema()) === schema).to.equal(true);
    expect(world.stack.outputs("api")?.["schema"] === schema).to.equal(true);
    world.restart();
    world.local.journal.clear();
    await world.prepare("api", "schema", { backend: world.target, schema, allow: ["*"] });
    expect(world.local.journal.count()).to.equal(0);
  });
});
