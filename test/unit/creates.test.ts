import { expect } from "chai";
import type { CreatedDeployment, Deployment, NewDeployment } from "../../provider/api/deployment";
import { createOrAdopt } from "../../provider/backend/create";
import type { BackendInputs } from "../../provider/backend/inputs";
import type { NewOrAdopted } from "../../provider/backend/model";
import { ConflictError } from "../../provider/errors/errors";
import { LostAnswerError } from "../../provider/errors/requestErrors";
import { Account } from "../../provider/run/account";
import { begin } from "../../provider/run/operation";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";

const inputs = (name: string): BackendInputs & { readonly name: string } => ({
  name,
  zone: "us-east-1",
  deploymentType: "dedicated",
});
const lost = new LostAnswerError({ operation: "createDeployment", host: "h" }, { why: "no answer within 60 s" });

/** A service on a virtual clock. Creating takes time, and the backend is listed before its answer arrives. */
class VirtualService {
  readonly clock = new TestClock();
  readonly backends: Deployment[] = [];
  /** When each list was requested, in seconds since the start. */
  readonly listedAt: number[] = [];
  createMs = 0;
  private created = 0;
  /** What the next lists contain, in place of all backends. */
  readonly staleLists: Deployment[][] = [];
  /** What happens to the next creates. */
  readonly nextCreates: ("lost, carried out" | "lost, not carried out")[] = [];

  add({ name, zone, deploymentType }: Pick<NewDeployment, "name" | "zone" | "deploymentType">): Deployment {
    const uid = `0x${(++this.created).toString(16)}`;
    const deployment = { uid, name, zone, deploymentType, url: `${uid}.example.com`, jwtToken: `token of ${uid}` };
    this.backends.push(deployment);
    return deployment;
  }

  /** A provider process with an account of the service. */
  connect(): Account {
    const account = new Account(
      { endpoint: "https://cloud.example.com/graphql", credentials: { token: "a-token-of-the-tests" } },
      this.clock,
    );
    Object.assign(account.control, {
      deployments: () => {
        this.listedAt.push(this.clock.elapsedMs / 1_000);
        return Promise.resolve(this.staleLists.shift() ?? [...this.backends]);
      },
      createDeployment: async (input: NewDeployment): Promise<CreatedDeployment> => {
        const fate = this.nextCreates.shift();
        const made = fate === "lost, not carried out" ? undefined : this.add(input);
        this.clock.pass(this.createMs);
        await new Promise((resolve) => setImmediate(resolve));
        if (fate !== undefined || made === undefined) throw lost;
        return made;
      },
    });
    return account;
  }

  create(account: Account, name: string): Promise<NewOrAdopted> {
    const context = contextOf({ account, clock: this.clock });
    const operation = begin(context, { input: "timeouts.create", value: "20m", ms: 1_200_000 });
    return createOrAdopt({ ...context, urn: `urn of ${name}` }, operation, inputs(name));
  }

  async createMany(account: Account, count: number, parallel: number): Promise<void> {
    const names = Array.from({ length: count }, (_, index) => `backend-${index}`)[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (const name of names) await this.create(account, name);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  }

  named(name: string): number {
    return this.backends.filter((backend) => backend.name === name).length;
  }
}

describe("the lists of backends that creates request", () => {
  let service: VirtualService;
  let account: Account;

  beforeEach(() => {
    service = new VirtualService();
    account = service.connect();
  });

  for (const parallel of [8, 64]) {
    it(`are at most ten for 1,000 backends that take 100 seconds, ${parallel} at a time`, async () => {
      service.createMs = 100;
      await service.createMany(account, 1_000, parallel);
      expect(service.clock.elapsedMs).to.equal(100_000);
      expect(service.backends).to.have.lengthOf(1_000);
      expect(service.listedAt.length).to.be.within(2, 10);
    });
  }

  it("are at most one for each half minute, after ten in the first two, when the service takes long to answer a create", async () => {
    service.add(inputs("of somebody else"));
    service.createMs = 10_000;
    await service.createMany(account, 100, 8);
    expect(service.listedAt.length).to.be.at.most(10 + 1_000 / 30);
  });

  it("are requested every five seconds while others create backends too", async () => {
    const other = service.connect();
    for (let second = 0; second < 120; second += 6) {
      await service.create(other, `theirs-${second}`);
      const before = service.listedAt.length;
      await service.create(account, `ours-${second}`);
      expect(service.listedAt.length - before, `after ${second} s`).to.equal(1);
      service.clock.pass(6_000);
    }
  });

  it("show a backend that another process created between two creates, which is not doubled", async () => {
    const other = service.connect();
    await service.create(account, "first");
    service.clock.pass(1_000);
    await service.create(other, "second");
    service.clock.pass(5_000);
    const error = await rejection(service.create(account, "second"));
    expect(error).to.be.instanceOf(ConflictError).and.to.have.property("code", "DGC307");
    expect(service.named("second")).to.equal(1);
  });

  it("show what this process created without another list, so that a later namesake is refused", async () => {
    await service.create(account, "first");
    await service.create(account, "second");
    expect(service.listedAt).to.deep.equal([0]);
    const error = await rejection(service.create(account, "second"));
    expect(error).to.have.property("code", "DGC307");
  });

  it("are requested anew to refuse a namesake, which may have been deleted since", async () => {
    const { uid } = service.add(inputs("shop"));
    await service.create(account, "first");
    service.backends.splice(0, 1);
    const { live } = await service.create(account, "shop");
    expect([live.name, service.listedAt.length]).to.deep.equal(["shop", 2]);
    expect(service.backends.map((backend) => backend.uid)).not.to.contain(uid);
  });

  describe("after a lost answer", () => {
    /** Creates backends until the last list is some time old. */
    async function createForAWhile(): Promise<void> {
      service.createMs = 1_000;
      await service.createMany(account, 110, 1);
      service.createMs = 0;
      expect(service.clock.elapsedMs / 1_000 - service.listedAt.at(-1)!).to.be.greaterThan(10);
    }

    it("are requested at once, and the backend is found and not created again", async () => {
      await createForAWhile();
      service.nextCreates.push("lost, carried out");
      const before = service.listedAt.length;
      const { live } = await service.create(account, "shop");
      expect(service.listedAt.length - before).to.equal(1);
      expect(service.listedAt.at(-1)).to.equal(service.clock.elapsedMs / 1_000);
      expect([live.uid, service.named("shop")]).to.deep.equal([service.backends.at(-1)!.uid, 1]);
    });

    it("are requested for 30 seconds before the one more create", async () => {
      await createForAWhile();
      service.nextCreates.push("lost, not carried out");
      const before = service.listedAt.length;
      const began = service.clock.elapsedMs;
      await service.create(account, "shop");
      expect(service.clock.elapsedMs - began).to.be.at.least(30_000);
      expect(service.listedAt.length - before).to.be.greaterThan(10);
      expect(service.named("shop")).to.equal(1);
    });

    it("are good for the creates that follow, which see what others have created meanwhile", async () => {
      await createForAWhile();
      service.add(inputs("theirs"));
      service.nextCreates.push("lost, carried out");
      await service.create(account, "shop");
      expect(await rejection(service.create(account, "theirs"))).to.have.property("code", "DGC307");
      service.clock.pass(5_001);
      service.add(inputs("theirs as well"));
      expect(await rejection(service.create(account, "theirs as well"))).to.have.property("code", "DGC307");
    });

    it("never make an old backend ours that a list of a service that is behind had left out", async () => {
      const theirs = service.add(inputs("shop"));
      await service.create(account, "first");
      service.clock.pass(5_001);
      service.staleLists.push([service.backends[1]!]);
      service.nextCreates.push("lost, not carried out");
      const { live } = await service.create(account, "shop");
      expect(live.uid).not.to.equal(theirs.uid);
      expect(service.named("shop")).to.equal(2);
    });

    it("never make a backend ours that another process created after them", async () => {
      const other = service.connect();
      service.nextCreates.push("lost, carried out");
      const ours = service.create(account, "shop");
      await Promise.resolve();
      const theirs = service.add(inputs("shop"));
      const error = await rejection(ours);
      expect(error).to.have.property("code", "DGC311");
      expect(error.message).to.contain(theirs.uid);
      expect(other.backends.wasCreatedHere(theirs.uid)).to.equal(false);
    });
  });
});
