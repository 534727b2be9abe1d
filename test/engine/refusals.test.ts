import { expect } from "chai";
import { Stack } from "../harness/engineStack";

const cases: readonly { title: string; args: string; property: string; says: string }[] = [
  {
    title: "an unknown deploymentType",
    args: '{ zone: "us-east-1", deploymentType: "enormous" }',
    property: "deploymentType",
    says: 'must be "free", "shared" or "dedicated"',
  },
  {
    title: "a size on a free backend",
    args: '{ zone: "us-east-1", deploymentType: "free", size: "large" }',
    property: "size",
    says: 'remove size or set deploymentType: "dedicated"',
  },
  { title: "an empty zone", args: '{ zone: "", deploymentType: "free" }', property: "zone", says: "not empty" },
  { title: "a missing zone", args: '{ deploymentType: "free" }', property: "zone", says: "is required" },
  {
    title: "a bad duration",
    args: '{ zone: "us-east-1", deploymentType: "free", timeouts: { create: "soon" } }',
    property: "timeouts",
    says: 'like "90s", "20m" or "1h30m"',
  },
  {
    title: "an unknown property",
    args: '{ zone: "us-east-1", deploymentType: "free", region: "x" }',
    property: "region",
    says: "no such property",
  },
];

describe("engine: refusals in the preview, before any request", function () {
  this.timeout(120_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start();
  });
  after(async () => {
    await stack.close();
  });

  for (const { title, args, property, says } of cases) {
    it(`refuses ${title}`, async () => {
      stack.program(`new dgraphcloud.Backend("orders", ${args});`);
      const preview = await stack.preview();
      expect(preview.code).not.to.equal(0);
      expect(preview.output).to.contain("orders").and.to.contain(property).and.to.contain(says);
      expect(stack.local.journal.count()).to.equal(0);
    });
  }

  it("prints no secret value of the program", async () => {
    const args = '{ zone: "us-east-1", deploymentType: "free", size: pulumi.secret("leaky-size") }';
    stack.program(`new dgraphcloud.Backend("orders", ${args});`);
    const preview = await stack.preview();
    expect(preview.code).not.to.equal(0);
    expect(preview.output).to.contain('"size": ').and.not.to.contain("leaky-size");
  });

  it("refuses an endpoint that would send credentials to another host without encryption", async () => {
    const endpoint = stack.environment["DGRAPHCLOUD_ENDPOINT"];
    stack.environment["DGRAPHCLOUD_ENDPOINT"] = "http://cerebro.example.com/graphql";
    stack.program('new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" });');
    const preview = await stack.preview();
    stack.environment["DGRAPHCLOUD_ENDPOINT"] = endpoint;
    expect(preview.code).not.to.equal(0);
    expect(preview.output).to.contain("without encryption").and.to.contain("dgraphcloud:endpoint");
  });
});
