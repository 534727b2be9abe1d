import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { TestClock } from "../harness/clocks";
import { ProviderCalls } from "./providerCalls";
import { CrashInjector } from "./crashInjector";
import { Invariants } from "./invariants";
import { ProviderProcess } from "./providerProcess";
import { Secrets } from "./secrets";
import { SimulatedStack } from "./simulatedStack";
import type { Failed, Values } from "./state";
import { Tally } from "./tally";

describe("a restore that the backend has forgotten", () => {
  let clock: TestClock;
  let local: LocalCloud;
  let wait: Values;
  const stack = new SimulatedStack();

  async function up(more: Values = {}): Promise<Failed | undefined> {
    const process = new ProviderProcess(clock, local, () => 0.5);
    const invariants = new Invariants(local, new Secrets(local), new Tally());
    stack.begin(new ProviderCalls(process, new CrashInjector(undefined, local, process), invariants));
    const inputs = { ...wait, ...more };
    return (await stack.up([{ name: "copy", kind: "restoreCompletion", dependsOn: [], inputs: () => inputs }]))[0];
  }

  before(async () => {
    clock = new TestClock();
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 3_600_000, now: () => clock.now() });
    const made = { name: "staging", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await local.cloud.createDeployment(local.accounts[0]!, made);
    const backend = local.cloud.get(uid);
    const restoreId = await backend.startRestore(backend, await backend.takeBackup());
    wait = { request: `${uid}/${restoreId}/then`, target: uid, restoreId, __urn: "urn:pulumi:dev::test::test::copy" };
    await backend.restartEngine();
  });
  after(() => local.close());

  it("is polled for five minutes of UNKNOWN from a healthy backend, and then has an unknown outcome with ways out", async () => {
    const begun = clock.now();
    const failed = await up();
    expect(clock.now() - begun).to.be.within(300_000, 310_000);
    expect(failed?.error.message).to.contain("UNKNOWN").and.to.contain("acceptUnknown").and.to.contain("triggers");
  });

  it("fails again in the next up, and is final without a poll after acceptUnknown", async () => {
    expect((await up())?.error).to.be.instanceOf(Error);
    local.journal.clear();
    expect(await up({ acceptUnknown: wait["request"] })).to.equal(undefined);
    expect(stack.live("copy")?.outputs).to.include({ status: "UNKNOWN", confirmed: false });
    expect(local.journal.count()).to.equal(0);
  });
});
