import { expect } from "chai";
import { gte } from "semver";
import { prepareEngine } from "../../tools/engine";
import { Stack } from "../harness/engineStack";

/** The first engine version with this flag. */
const since = "3.256.0";
const urn = "urn:pulumi:engine-test::test::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders";

describe("engine: --ignore-protect and a backend with deletionProtection", function () {
  this.timeout(240_000);
  let stack: Stack | undefined;
  let uid: string;

  before(async function () {
    if (!gte((await prepareEngine()).version, since)) this.skip();
    stack = await Stack.start({ provisioningMs: 0 });
    stack.program(program());
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    uid = stack.local.cloud.all()[0]?.uid ?? "";
  });
  after(() => stack?.close());

  const program = (name = "orders", options = "{}"): string =>
    `new dgraphcloud.Backend("orders", {
       name: "${name}", zone: "us-east-1", deploymentType: "dedicated", deletionProtection: true,
     }, ${options});`;

  /** Runs the engine with a program, and expects a failure with this code and no delete. */
  async function refuses(code: string, statements: string, ...args: string[]): Promise<void> {
    if (stack === undefined) throw new Error("there is no stack");
    stack.program(statements);
    const run = await stack.pulumi(...args, "--yes", "--skip-preview", "--ignore-protect");
    expect(run.code, run.output).not.to.equal(0);
    expect(run.output).to.contain(code).and.to.contain(uid);
    expect(stack.local.journal.count("deleteDeployment"), run.output).to.equal(0);
    expect(stack.local.cloud.all().map((one) => one.uid)).to.include(uid);
  }
  const made = (): number => stack?.local.journal.count("createDeployment") ?? 0;

  it("refuses a destroy", () => refuses("DGC304", program(), "destroy"));

  it("refuses to delete it after it was removed from the program", () => refuses("DGC304", "", "up"));

  it("refuses a forced replace, and creates no second backend of the name", async () => {
    await refuses("DGC307", program(), "up", "--replace", urn);
    expect(made()).to.equal(1);
  });

  it("refuses a forced replace that would delete first", async () => {
    await refuses("DGC304", program("orders", "{ deleteBeforeReplace: true }"), "up", "--replace", urn);
    expect(made()).to.equal(1);
  });

  it("refuses the replace of a tainted backend", async () => {
    const taint = await stack?.pulumi("state", "taint", urn, "--yes");
    expect(taint?.code, taint?.output).to.equal(0);
    await refuses("DGC304", program("orders", "{ deleteBeforeReplace: true }"), "up");
    expect(made()).to.equal(1);
  });

  it("keeps it when a forced replace under another name has created its successor", () =>
    refuses("DGC304", program("renamed"), "up", "--replace", urn));
});
