import { expect } from "chai";
import { type Backend, type Fault, type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import type { Kind } from "../../provider/host/delegate";
import { TestClock } from "../harness/clocks";
import type { Provider } from "../harness/hosts/provider";
import { ProviderProcess } from "./providerProcess";

type Values = Record<string, unknown>;

const urn = "urn:pulumi:dev::test::test::orders";
const dedicated = { zone: "us-east-1", deploymentType: "dedicated" };

describe("a mutation that was delayed by HTTP 429", () => {
  let clock: TestClock;
  let local: LocalCloud;
  let source: string;
  let target: string;
  let backup: Awaited<ReturnType<Backend["takeBackup"]>>;

  beforeEach(async () => {
    clock = new TestClock();
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 3_600_000, now: () => clock.now() });
    [source, target] = [await byOthers("production"), await byOthers("staging")];
    backup = await local.cloud.get(source).takeBackup();
    clock.pass(3_600_000);
  });
  afterEach(() => local.close());

  async function byOthers(name: string): Promise<string> {
    return (await local.cloud.createDeployment(local.accounts[0]!, { ...dedicated, name })).uid;
  }

  /** Creates a resource, and returns its id and outputs, or its partial failure. */
  async function create(kind: Kind, asked: Values): Promise<{ id?: string; outs?: Values; message: string }> {
    const provider = new ProviderProcess(clock, local, () => 0.5).provider(kind);
    const { inputs } = (await provider.check({}, { ...asked, __urn: `urn:pulumi:dev::test::test::${kind}` })) as {
      inputs: Values;
    };
    try {
      const { id, outs } = (await provider.create(inputs)) as { id: string; outs: Values };
      return { id, outs, message: "" };
    } catch (error) {
      const { message, id, properties } = error as { message: string; id?: string; properties?: Values };
      return { message, ...(id !== undefined && { id, outs: properties ?? {} }) };
    }
  }

  /** Answers once with HTTP 429, and runs a change during the pause. */
  function throttle(operation: string, seconds: number, meanwhile: () => void = () => undefined): void {
    const fault: Fault = { kind: "status", status: 429, acted: false, retryAfter: String(seconds) };
    local.faults.add({ operation, calls: [1], fault }, meanwhile);
  }

  const inMs = (ms: number): string => new Date(clock.now() + ms).toISOString();
  const named = (name: string): string[] =>
    local.cloud.all().flatMap((one) => (one.name.trim().toLowerCase() === name ? [one.uid] : []));

  it("is not sent as a restore after notAfter", async () => {
    throttle("restore", 1_800);
    const { message, id } = await create("restoreRequest", { target, source, notAfter: inMs(300_000) });
    expect(message).to.contain("DGC413");
    expect([id, local.journal.acted("restore")]).to.deep.equal([undefined, 0]);
  });

  it("records when the restore was sent, not when it was first tried", async () => {
    throttle("restore", 1_800);
    const before = clock.now();
    const { outs } = await create("restoreRequest", { target, source });
    expect(Date.parse(String(outs?.["startedAt"])) - before).to.be.at.least(1_800_000);
  });

  it("fails at its own deadline, which it names, even when it is still logging in", async () => {
    local.faults.add({ operation: "login", calls: "every", fault: { kind: "reset", acted: false } });
    const before = clock.now();
    const { message } = await create("backend", { ...dedicated, name: "orders", timeouts: { create: "20s" } });
    expect(message).to.contain("within timeouts.create (20s)");
    expect(clock.now() - before).to.be.at.most(20_000);
  });

  it("is not sent as a drop after notAfter", async () => {
    throttle("dropData", 500);
    const { message } = await create("dataDrop", { backend: target, allData: true, notAfter: inMs(100_000) });
    expect(message).to.contain("DGC413");
    expect(local.journal.acted("dropData")).to.equal(0);
  });

  it("is not sent as a drop while a restore runs that started meanwhile", async () => {
    const others = local.cloud.get(target);
    throttle("dropData", 300, () => void others.startRestore(local.cloud.get(source), backup));
    const { message } = await create("dataDrop", { backend: target, allData: true });
    expect(message).to.contain("DGC410").and.to.contain("resumeRestoreId");
    expect(local.journal.acted("dropData")).to.equal(0);
  });

  it("is not sent as a restore while another one runs that started meanwhile", async () => {
    const others = local.cloud.get(target);
    throttle("restore", 300, () => void others.startRestore(local.cloud.get(source), backup));
    const { message } = await create("restoreRequest", { target, source });
    expect(message).to.contain("DGC410");
    expect(local.journal.acted("restore")).to.equal(0);
  });

  it("is not sent as a drop when the backend was renamed and confirm no longer matches", async () => {
    throttle("dropData", 300, () => {
      local.cloud.get(target).deployment.name = "production-2";
    });
    const { message } = await create("dataDrop", { backend: target, allData: true, confirm: "staging" });
    expect(message).to.contain("DGC415");
    expect(local.journal.acted("dropData")).to.equal(0);
  });

  it("is not sent as a create when a backend of the name was created meanwhile", async () => {
    throttle("createDeployment", 600, () => void byOthers("orders"));
    const { message } = await create("backend", { ...dedicated, name: "orders" });
    const [theirs] = named("orders");
    expect(message)
      .to.contain("DGC307")
      .and.to.contain(`adoptUid: "${theirs ?? ""}"`);
    expect(named("orders")).to.deep.equal([theirs]);
  });

  it("is not sent as a create when the list cannot be read", async () => {
    const data = { deployments: [{ uid: "0x99" }] };
    throttle("createDeployment", 600, () => {
      void byOthers("orders");
      local.faults.add({ operation: "deployments", fault: { kind: "data", data, acted: false } });
    });
    const { id, message } = await create("backend", { ...dedicated, name: "orders", adoptExisting: true });
    expect(message).to.contain("it was not tried again");
    expect([id, local.journal.acted("createDeployment")]).to.deep.equal([undefined, 0]);
  });

  it("was not sent, rather than of unknown outcome, when it cannot be read whether a restore runs", async () => {
    for (const [kind, asked] of [
      ["dataDrop", { backend: target, allData: true }],
      ["restoreRequest", { target, source }],
    ] as const) {
      throttle(kind === "dataDrop" ? "dropData" : "restore", 300, () => {
        local.faults.add({ operation: "restoreStatus", calls: "every", fault: { kind: "reset", acted: false } });
      });
      const { id, message } = await create(kind, { ...asked, timeouts: { create: "10m" } });
      local.faults.clear();
      expect(message).to.contain("it was not tried again").and.not.contain("acceptUnknown");
      expect(id).to.equal(undefined);
    }
  });

  it("adopts a backend that was created meanwhile when adoptExisting is true", async () => {
    throttle("createDeployment", 600, () => void byOthers("orders"));
    const { id } = await create("backend", { ...dedicated, name: "orders", adoptExisting: true });
    expect(named("orders")).to.deep.equal([id]);
  });
});

describe("a create whose answer was lost", () => {
  let clock: TestClock;
  let local: LocalCloud;

  beforeEach(async () => {
    clock = new TestClock();
    local = await startLocalCloud({ provisioningMs: 0, now: () => clock.now() });
  });
  afterEach(() => local.close());

  const process = (): Provider => new ProviderProcess(clock, local, () => 0.5).provider("backend");

  async function create(
    more: Values = {},
    provider = process(),
  ): Promise<{ id?: string; outs?: Values; message: string }> {
    const { inputs } = (await provider.check({}, { ...dedicated, name: "orders", __urn: urn, ...more })) as {
      inputs: Values;
    };
    try {
      return { ...((await provider.create(inputs)) as { id: string; outs: Values }), message: "" };
    } catch (error) {
      const { message, id } = error as { message: string; id?: string };
      return { message, ...(id !== undefined && { id }) };
    }
  }
  const uids = (): string[] => local.cloud.all().map(({ uid }) => uid);

  it("is searched for 30 seconds even after its deadline", async () => {
    local.faults.add({ operation: "deployments", calls: "every", fault: { kind: "lag", ms: 8_000 } });
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } }, () => {
      clock.pass(29_000);
    });
    const { id } = await create({ timeouts: { create: "30s" } });
    expect(uids()).to.deep.equal([id]);
  });

  it("is not sent again after its deadline", async () => {
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: false } }, () => {
      clock.pass(29_000);
    });
    const { id, message } = await create({ timeouts: { create: "30s" } });
    expect(message).to.contain("DGC312").and.to.contain("timeouts.create (30s)");
    expect([id, local.journal.count("createDeployment")]).to.deep.equal([undefined, 1]);
  });

  it("is sent at most twice, however often an error hook repeats it", async () => {
    local.faults.add({ operation: "createDeployment", calls: "every", fault: { kind: "reset", acted: false } });
    const hooked = process();
    for (let call = 0; call < 3; call++) expect((await create({}, hooked)).message).to.contain("DGC312");
    expect(local.journal.count("createDeployment")).to.equal(2);
  });

  for (const acted of [false, true])
    it(`is not confused with the replaced backend ${acted ? "when it acted" : "when it is sent again"}`, async () => {
      const { id = "", outs = {} } = await create();
      const replacing = process();
      await replacing.diff(id, outs, { ...dedicated, name: "orders", size: "large", __urn: urn });
      local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted } });
      const made = await create({ size: "large" }, replacing);
      expect(made.message).to.equal("");
      expect(uids()).to.deep.equal([id, made.id]);
    });

  it("is reported when the second attempt fails for another reason", async () => {
    local.faults.add({ operation: "deployments", calls: "every", fault: { kind: "lag", ms: 3_600_000 } });
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    const patience: Fault = { kind: "status", status: 429, acted: false, retryAfter: "3600" };
    local.faults.add({ operation: "createDeployment", calls: [2], fault: patience });
    const { id, message } = await create();
    expect(message).to.contain("DGC312").and.to.contain("too many requests").and.to.contain("may or may not exist");
    expect([id, uids()]).to.deep.equal([undefined, ["0x42"]]);
  });

  it("is found when the second attempt is refused because of its name", async () => {
    local.faults.add({ operation: "deployments", calls: "every", fault: { kind: "lag", ms: 31_000 } });
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    const taken: Fault = { kind: "errors", messages: ["there is an orders"], acted: false };
    local.faults.add({ operation: "createDeployment", calls: [2], fault: taken }, () => {
      clock.pass(5_000);
    });
    const { id } = await create();
    expect(uids()).to.deep.equal([id]);
  });

  it("is not confused with another backend after it is known to have had no effect", async () => {
    const hooked = process();
    await create({ name: "first", __urn: `${urn}-first` }, hooked);
    local.cloud.expireSessions();
    const patience: Fault = { kind: "status", status: 429, acted: false, retryAfter: "60" };
    local.faults.add({ operation: "createDeployment", calls: [2], fault: patience }, () => {
      void local.cloud.createDeployment(local.accounts[0]!, { ...dedicated, name: "orders" });
    });
    const { id, message } = await create({}, hooked);
    expect(message).to.contain("DGC307");
    expect([id, local.journal.acted("createDeployment")]).to.deep.equal([undefined, 1]);
  });

  it("is found when its backend appears before the second attempt is sent", async () => {
    local.faults.add({ operation: "deployments", calls: "every", fault: { kind: "lag", ms: 40_000 } });
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    const patience: Fault = { kind: "status", status: 429, acted: false, retryAfter: "60" };
    local.faults.add({ operation: "createDeployment", calls: [2], fault: patience });
    const { id } = await create();
    expect(uids()).to.deep.equal([id]);
    expect(local.journal.count("createDeployment")).to.equal(2);
  });

  it("names both backends when it was sent again and the first attempt acted, too", async () => {
    local.faults.add({ operation: "deployments", calls: "every", fault: { kind: "lag", ms: 31_000 } });
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } });
    local.faults.add({ operation: "createDeployment", calls: [2], fault: { kind: "slow", ms: 1 } }, () => {
      clock.pass(5_000);
    });
    const { id, message } = await create();
    expect(uids()).to.have.length(2).and.to.include(id);
    for (const uid of uids()) expect(message).to.contain(uid);
  });

  it("is not confused with an older backend that the service names", async () => {
    const { uid } = await local.cloud.createDeployment(local.accounts[0]!, { ...dedicated, name: "production" });
    const data = { createDeployment: { uid, name: "orders" } };
    local.faults.add({ operation: "createDeployment", fault: { kind: "data", data, acted: true } });
    const { id } = await create();
    expect(uids()).to.have.length(2).and.to.include(id);
    expect(id).not.to.equal(uid);
  });

  it("is not sent again when a new backend's name differs only in case", async () => {
    local.faults.add({ operation: "createDeployment", fault: { kind: "reset", acted: true } }, () => {
      const [account] = local.accounts;
      const made = local.cloud.createDeployment.bind(local.cloud);
      local.cloud.createDeployment = (_, input) => made(account!, { ...input, name: "Orders" });
    });
    const { message } = await create();
    const [uid = ""] = uids();
    expect(uids()).to.deep.equal([uid]);
    expect(message).to.contain("DGC311").and.to.contain(uid);
  });
});
