import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Cloud } from "../../local/cloud/cloud";
import { dgraphEngines } from "../../local/engines/dgraph/engines";
import { behaviourOf, defaultAccount } from "../../local/cloud/options";

describe("free memory for one more Dgraph", () => {
  let data: string;
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), "dgraphcloud-room-"))));
  afterEach(() => {
    rmSync(data, { recursive: true });
  });

  const engines = (freeMb: number) =>
    dgraphEngines({ executable: "/bin/true", data, say: () => undefined, freeBytes: () => freeMb * 1_048_576 });

  it("is reported with what is needed, what is free, and a remedy when there is too little", async () => {
    const few = await engines(399);
    expect(() => {
      few.refuseWithoutRoom();
    }).to.throw("needs about 400 MB of memory, 399 MB are free and 0 others are starting: delete a backend");
    await few.close();
  });

  it("is checked before a create, which then leaves nothing behind", async () => {
    const few = await engines(399);
    const server = { openDataPlane: () => Promise.resolve("127.0.0.1:1"), closeDataPlane: () => undefined };
    const cloud = new Cloud(behaviourOf({}), server, few);
    const refused = await cloud.createDeployment(defaultAccount, { name: "orders", zone: "z" }).catch(String);
    expect(refused).to.contain("needs about 400 MB of memory");
    expect(cloud.all()).to.deep.equal([]);
    expect(readdirSync(join(data, "backends"))).to.deep.equal([]);
    await few.close();
  });

  it("is enough at 400 MB", async () => {
    const enough = await engines(400);
    enough.refuseWithoutRoom();
    await enough.close();
  });
});
