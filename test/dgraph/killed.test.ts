import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Stack } from "../harness/engineStack";
import { prepareDgraph } from "../../tools/dgraph";
import { endpointOf, type Run, start } from "../local/command";
import { databasesIn } from "../harness/processes";

const program = (more = ""): string => `
  const args = { zone: "us-east-1", deploymentType: "dedicated" };
  const production = new dgraphcloud.Backend("production", args);
  const staging = new dgraphcloud.Backend("staging", args);
  exports.production = production.uid;
  ${more}
`;
const restore = (trigger: string, timeout: string): string => `
  const copy = new dgraphcloud.Restore("copy", { target: staging, source: production, triggers: { asked: "${trigger}" }, timeouts: { create: "${timeout}" } });
  exports.status = copy.status;
`;

describe("a local cloud that is killed during a restore", function () {
  this.timeout(300_000);
  let data: string;
  let stack: Stack;
  let cloud: Run;
  let port = "0";

  async function startCloud(): Promise<void> {
    const { executable } = await prepareDgraph();
    cloud = start([
      "--engine",
      "dgraph",
      "--dgraph",
      executable,
      "--port",
      port,
      "--data",
      data,
      "--provisioning",
      "0s",
    ]);
    const endpoint = endpointOf(await cloud.printed("Stop it with Ctrl-C."));
    port = new URL(endpoint).port;
    stack.environment["DGRAPHCLOUD_ENDPOINT"] = endpoint;
  }

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-killed-"));
    stack = await Stack.start();
    await startCloud();
  });
  after(async () => {
    await stack.close();
    cloud.child.kill("SIGTERM");
    await cloud.ended;
    expect(databasesIn(data), "processes left").to.deep.equal([]);
    rmSync(data, { recursive: true, force: true });
  });

  it("makes the wait fail with a remedy; the restore is not sent again, and a new trigger runs it once the cloud is back", async () => {
    stack.program(program());
    const made = await stack.up();
    expect(made.code, made.output).to.equal(0);
    const production = await stack.output("production");
    const backup = await start(["backup", production], { ...stack.environment }).ended;
    expect(backup.code, backup.err).to.equal(0);

    // Less than the 15 s after which a closed port of a local cloud ends a wait, so that always the limit ends this one.
    stack.program(program(restore("first", "10s")));
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await new Promise<void>((resolve) => {
      child.stdout?.on("data", (chunk) => {
        if (String(chunk).includes("has begun")) resolve();
      });
      void ended.then(() => {
        resolve();
      });
    });
    cloud.child.kill("SIGKILL");
    await cloud.ended;
    const failed = await ended;
    expect(failed.code, failed.output).not.to.equal(0);
    expect(failed.output).to.contain("timeouts.create (10s)").and.to.contain("Is the local cloud running");
    const { resources } = await stack.state();
    expect(resources.find(({ type }) => type.endsWith("RestoreRequest"))?.outputs).to.include({ restoreId: 1 });

    await startCloud();
    stack.program(program(restore("first", "20s")));
    const resumed = await stack.up();
    expect(resumed.code, "the id is no longer known").not.to.equal(0);
    expect(resumed.output).to.contain("UNKNOWN");
    stack.program(program(restore("second", "2m")));
    const again = await stack.up();
    expect(again.code, again.output).to.equal(0);
    expect(await stack.output("status")).to.equal("OK");
  });
});
