import { expect } from "chai";
import { startLocalCloud } from "dgraphcloud-local";
import { TestClock } from "../harness/clocks";
import { ProviderProcess } from "./providerProcess";

const hourMs = 3_600_000;

describe("a restore of four hours", () => {
  it("outlives the tokens of session and backend, and is sent once", async function () {
    this.timeout(60_000);
    const clock = new TestClock();
    const local = await startLocalCloud({ provisioningMs: 0, restoreMs: 4 * hourMs, now: () => clock.now() });
    try {
      const make = async (name: string): Promise<string> => {
        const asked = { name, zone: "us-east-1", deploymentType: "dedicated" };
        return (await local.cloud.createDeployment(local.accounts[0]!, asked)).uid;
      };
      const [source, target] = [await make("production"), await make("staging")];
      await local.cloud.get(source).takeBackup();
      const process = new ProviderProcess(clock, local, () => 0.5);
      const request = await process.provider("restoreRequest").create({ target, source });
      const { restoreId } = request.outs as { restoreId: number };
      // A poll in the fourth hour, after the session has expired.
      local.faults.add({ operation: "restoreStatus", calls: [1_250], fault: { kind: "slow", ms: 1 } }, () => {
        local.cloud.rotateToken(target);
      });
      const inputs = {
        request: request.id,
        target,
        restoreId,
        timeouts: { create: "5h" },
        __urn: "urn:pulumi:dev::test::test::wait",
      };
      const made = await process.provider("restoreCompletion").create(inputs);
      expect(made.outs).to.include({ status: "OK", confirmed: true });
      expect([local.journal.count("login"), local.journal.acted("restore")]).to.deep.equal([2, 1]);
    } finally {
      await local.close();
    }
  });
});
