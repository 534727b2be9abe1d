import { expect } from "chai";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cloud, type DataPlaneServer } from "../../local/cloud/cloud";
import { dgraphEngines } from "../../local/engines/dgraph/engines";
import { behaviourOf, defaultAccount } from "../../local/cloud/options";
import { fakeDgraph } from "./fakeDgraph";
import { type Engines } from "../../local/cloud/engine";

const plenty = 1_000_000;

describe("the starts of several databases", () => {
  let folder: string;
  let engines: Engines;
  let cloud: Cloud;
  let freeMb: number;
  let logged: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dgraphcloud-starts-"));
    freeMb = plenty;
    logged = [];
  });
  afterEach(async () => {
    await engines.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const begin = async (body: string, server: Partial<DataPlaneServer> = {}, cert?: string): Promise<void> => {
    const executable = fakeDgraph(folder, body, cert);
    const data = join(folder, "data");
    const freeBytes = (): number => freeMb * 1_048_576;
    engines = await dgraphEngines({ executable, data, say: (line) => logged.push(line), freeBytes });
    const openDataPlane = (): Promise<string> => new Promise((opened) => setTimeout(opened, 5, "127.0.0.1:1"));
    cloud = new Cloud(behaviourOf({}), { openDataPlane, closeDataPlane: () => undefined, ...server }, engines);
  };
  const create = (name = "orders"): Promise<unknown> => cloud.createDeployment(defaultAccount, { name, zone: "z" });
  const createAll = (count: number): Promise<PromiseSettledResult<unknown>[]> =>
    Promise.allSettled(Array.from({ length: count }, () => create()));
  const launched = (): string[] =>
    cloud
      .all()
      .map(({ uid }) => uid)
      .filter((uid) => existsSync(join(folder, "data", "backends", uid, "processes.json")));
  const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 200 && !isSo(); tries++) await later(25);
    expect(isSo()).to.equal(true);
  };
  const msOf = async (act: () => Promise<unknown>): Promise<number> => {
    const began = Date.now();
    await act();
    return Date.now() - began;
  };

  it("run eight at a time, and the next one begins when one of them is deleted", async () => {
    await begin("exec sleep 60");
    await createAll(12);
    await until(() => launched().length >= 8);
    await later(300);
    expect(launched()).to.have.length(8);
    const [first = ""] = launched();
    await cloud.remove(first);
    await until(() => launched().length === 8);
    expect(launched()).not.to.include(first);
  });

  it("do not delay the deletion of a backend that waits in the queue", async () => {
    await begin("exec sleep 60");
    await createAll(12);
    await until(() => launched().length === 8);
    const waiting = cloud.all().find(({ uid }) => !launched().includes(uid));
    expect(await msOf(() => cloud.remove(waiting?.uid ?? ""))).to.be.below(1_000);
    expect(launched()).to.have.length(8);
    expect(await msOf(() => engines.close())).to.be.below(5_000);
  });

  it("do not delay the deletion of a backend that waits for its next attempt", async () => {
    await begin("exit 1");
    await create();
    const [made] = cloud.allBackends();
    await until(() => logged.length === 1);
    expect(await msOf(() => cloud.remove(made?.deployment.uid ?? ""))).to.be.below(500);
    expect(logged[0]).to.contain("starting it again");
  });

  it("are refused without enough memory, even if they are requested at the same time", async () => {
    await begin("exec sleep 60");
    freeMb = 450;
    const made = await createAll(16);
    expect(made.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect(cloud.all()).to.have.length(1);
    expect(String(await create().catch(String))).to.contain("450 MB are free and 1 others are starting");
    await cloud.remove(cloud.all()[0]?.uid ?? "");
    await create();
  });

  it("write nothing after the engines are closed, not even certificates", async () => {
    await begin("exec sleep 60", {}, "trap '' TERM; touch asked; sleep 0.3; touch late");
    await create();
    const written = (name: string): boolean =>
      existsSync(join(folder, "data", "backends", cloud.all()[0]?.uid ?? "", name));
    await until(() => written("asked"));
    await engines.close();
    await later(500);
    expect(written("late")).to.equal(false);
  });

  it("count as starting between two attempts, and no longer after the last one", async () => {
    await begin("exit 1");
    freeMb = 450;
    await create();
    await until(() => logged.length === 1);
    expect(String(await create().catch(String))).to.contain("1 others are starting");
    await until(() => cloud.allBackends().every(({ engine }) => engine.problem !== undefined));
    await create();
  });

  it("release their memory when the backend gets no address", async () => {
    let isOpen = false;
    await begin("exec sleep 60", {
      openDataPlane: () => (isOpen ? Promise.resolve("127.0.0.1:1") : Promise.reject(new Error("no port"))),
    });
    freeMb = 450;
    expect(String(await create().catch(String))).to.contain("no port");
    isOpen = true;
    await create();
  });
});
