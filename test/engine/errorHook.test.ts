import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import * as dgraphcloud from "pulumi-dgraphcloud";
import { Stack, stackName } from "../harness/engineStack";

describe("engine: an error hook that retries until the engine gives up", function () {
  this.timeout(300_000);
  const path = process.env["PATH"];
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start();
    // Hooks work only in programs that the Automation API runs, and it finds the engine on PATH.
    process.env["PATH"] = stack.environment["PATH"];
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await stack.close();
  });

  /** Runs an up of a backend that never becomes ready, and returns how often the hook was called. */
  async function upInVain(name: string): Promise<number> {
    const fault = { kind: "status", status: 503, acted: false } as const;
    const rule = stack.local.faults.add({ operation: "ready", calls: "every", fault });
    let asked = 0;
    const program = (): Promise<void> => {
      const again = new pulumi.ErrorHook("again", () => {
        asked += 1;
        return true;
      });
      const timeouts = { create: "100ms", update: "100ms" };
      const args = { name, zone: "us-east-1", deploymentType: "dedicated", timeouts } as const;
      new dgraphcloud.Backend("orders", args, { hooks: { onError: [again] } });
      return Promise.resolve();
    };
    const workspace = { workDir: stack.project, envVars: stack.environment as Record<string, string> };
    const inline = await LocalWorkspace.selectStack({ stackName, projectName: "test", program }, workspace);
    const { stdout } = await inline.up();
    expect(stdout).to.contain("error: Backend").and.to.contain("exists and is in the state: run pulumi up to go on");
    rule.remove();
    return asked;
  }

  it("leaves one backend, and a state that the next up continues, after a create and after an update", async () => {
    expect(await upInVain("orders")).to.equal(99);
    const [created] = await stack.backends();
    const [live] = stack.local.cloud.all();
    expect(created?.id).to.be.a("string").and.equal(live?.uid);
    await finish("orders");

    expect(await upInVain("renamed")).to.equal(99);
    const [updated] = await stack.backends();
    expect(updated?.id).to.equal(live?.uid);
    expect(updated?.outputs).to.include({ name: "renamed", url: live?.url });
    expect(stack.local.journal.acted("updateDeployment")).to.equal(1);
    await finish("renamed");
    expect(stack.local.cloud.all()).to.have.length(1);
  });

  async function finish(name: string): Promise<void> {
    stack.program(
      `new dgraphcloud.Backend("orders", { name: "${name}", zone: "us-east-1", deploymentType: "dedicated" })`,
    );
    expect((await stack.preview()).output).to.contain("~ 1 to update");
    const refresh = await stack.refresh();
    expect(refresh.code, refresh.output).to.equal(0);
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const again = await stack.up("--expect-no-changes");
    expect(again.code, again.output).to.equal(0);
  }
});
