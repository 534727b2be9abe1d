import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "dgraphcloud-local";
import { HostContext } from "../../provider/host/context";
import { type DynamicProvider, dynamicProvider } from "../../provider/host/dynamic";
import { restoreCompletion } from "../../provider/restore/completion";
import { TestClock } from "../unit/clock";
import { Stack } from "./stack";

describe("a restore that the engine has forgotten", () => {
  let clock: TestClock;
  let local: LocalCloud;
  let provider: DynamicProvider;
  let wait: Record<string, unknown>;
  const stack = new Stack();
  const up = (more: Record<string, unknown> = {}) => stack.up("copy", provider, { ...wait, ...more }, () => true);

  before(async () => {
    clock = new TestClock();
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 3_600_000, now: () => clock.now() });
    const [account] = local.accounts;
    const made = { name: "staging", zone: "us-east-1", deploymentType: "dedicated" };
    const { uid } = await local.cloud.createDeployment(account!, made);
    const backend = local.cloud.get(uid);
    const restoreId = await backend.startRestore(backend, await backend.takeBackup());
    wait = { request: `${uid}/${restoreId}/then`, target: uid, restoreId, __urn: "urn:pulumi:dev::test::test::copy" };
    const host = new HostContext(clock, () => ({ log: () => true, signal: new AbortController().signal }));
    const settings = { endpoint: local.endpoint, token: undefined, ...account };
    host.configure((name) => settings[name]);
    provider = dynamicProvider(restoreCompletion, host);
    await backend.restartEngine();
  });
  after(() => local.close());

  it("is polled for five minutes of UNKNOWN from a healthy backend, and then of unknown outcome, with the ways out", async () => {
    const begun = clock.now();
    const { error } = await up();
    expect(clock.now() - begun).to.be.within(300_000, 310_000);
    expect(error?.message).to.contain("UNKNOWN").and.to.contain("acceptUnknown").and.to.contain("triggers");
  });

  it("fails again with the next up, and is final without a poll once the user accepts", async () => {
    expect((await up()).error).to.be.instanceOf(Error);
    local.journal.clear();
    const accepted = await up({ acceptUnknown: wait["request"] });
    expect(accepted.error).to.equal(undefined);
    expect(stack.outputs("copy")).to.include({ status: "UNKNOWN", confirmed: false });
    expect(local.journal.count()).to.equal(0);
  });
});
