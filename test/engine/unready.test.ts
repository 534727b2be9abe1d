import { expect } from "chai";
import type { ActiveFault } from "dgraphcloud-local";
import { delegate } from "../../provider/host/delegate";
import { pause } from "../harness/clocks";
import { Stack } from "../harness/engineStack";

const orders = (create: string, zone = "us-east-1"): string =>
  `new dgraphcloud.Backend("orders", { name: "orders", zone: "${zone}", deploymentType: "dedicated", timeouts: { create: "${create}", update: "${create}" } });`;

describe("engine: a backend that does not become ready", function () {
  this.timeout(180_000);
  let stack: Stack;
  let unready: ActiveFault;

  beforeEach(async () => {
    stack = await Stack.start();
    unready = stack.local.faults.add({
      ...{ operation: "ready", calls: "every" },
      fault: { kind: "status", status: 503, acted: false },
    });
  });
  afterEach(() => stack.close());

  const uids = (): string[] => stack.local.cloud.all().map(({ uid }) => uid);

  /** Runs an up until its deadline passes. */
  async function late(): Promise<string> {
    stack.program(orders("2s"));
    const up = await stack.up();
    expect(up.code).not.to.equal(0);
    expect(uids()).to.have.length(1);
    return uids()[0] ?? "";
  }

  async function settled(uid: string): Promise<void> {
    expect(uids()).to.deep.equal([uid]);
    expect((await stack.backends()).map(({ id }) => id)).to.deep.equal([uid]);
    const up = await stack.up("--expect-no-changes");
    expect(up.code, up.output).to.equal(0);
  }

  it("is in the state with its provider and the reason", async () => {
    const uid = await late();
    const [entry] = await stack.backends();
    expect(entry?.id).to.equal(uid);
    expect(entry?.outputs?.["__provider"]).to.equal(delegate("backend"));
    expect(entry?.initErrors).to.have.length(1);
    expect(entry?.initErrors?.[0]).to.contain("timeouts.create (2s)");
  });

  it("is awaited by up --refresh, which fails while it is not ready", async () => {
    const uid = await late();
    const again = await stack.up("--refresh");
    expect(again.code).not.to.equal(0);
    expect(again.output).to.contain("HTTP 503");
    unready.remove();
    const up = await stack.up("--refresh");
    expect(up.code, up.output).to.equal(0);
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
    await settled(uid);
  });

  it("is replaced like any other backend", async () => {
    const old = await late();
    unready.remove();
    stack.program(orders("2m", "eu-west-1"));
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const [uid = ""] = uids();
    expect(uid).not.to.equal(old);
    await settled(uid);
  });

  it("is destroyed like any other backend", async () => {
    await late();
    const destroy = await stack.destroy();
    expect(destroy.code, destroy.output).to.equal(0);
    expect(uids()).to.deep.equal([]);
    expect(await stack.backends()).to.deep.equal([]);
  });

  it("is awaited until its deadline after Ctrl-C, and is then in the state", async () => {
    stack.program(orders("8s"));
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation }) => operation === "ready", 60_000);
    child.kill("SIGINT");
    const up = await ended;
    expect(up.code).not.to.equal(0);
    const [entry] = await stack.backends();
    expect(entry?.id).to.equal(uids()[0]);
    expect(entry?.initErrors?.[0], "it was the deadline that ended it").to.contain("timeouts.create (8s)");
    unready.remove();
    stack.program(orders("2m"));
    const next = await stack.up();
    expect(next.code, next.output).to.equal(0);
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
    await settled(uids()[0] ?? "");
  });

  it("is not created twice after a second Ctrl-C, which leaves no state, and the next up names it", async () => {
    stack.program(orders("2m"));
    const { child, ended } = stack.begin("up", "--yes", "--skip-preview");
    await stack.local.journal.waitFor(({ operation }) => operation === "ready", 60_000);
    child.kill("SIGINT");
    await pause(500);
    child.kill("SIGINT");
    expect((await ended).code).not.to.equal(0);
    expect(await stack.backends()).to.deep.equal([]);
    const [uid = ""] = uids();
    unready.remove();
    const refused = await stack.up();
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.contain(`adoptUid: "${uid}"`);
    stack.program(orders("2m").replace("timeouts", `adoptUid: "${uid}", timeouts`));
    const adopted = await stack.up();
    expect(adopted.code, adopted.output).to.equal(0);
    expect(stack.local.journal.count("createDeployment")).to.equal(1);
    await settled(uid);
  });
});
