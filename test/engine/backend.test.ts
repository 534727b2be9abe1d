import { expect } from "chai";
import { Stack } from "../harness/engineStack";

const orders = (more = ""): string =>
  `const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated", ${more} });
   exports.url = orders.url; exports.jwtToken = orders.jwtToken; exports.uid = orders.uid;`;

describe("engine: the life of a Backend", function () {
  this.timeout(180_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start();
  });
  afterEach(() => stack.close());

  it("creates, previews a rename and applies it, changes nothing in a second up, and destroys", async () => {
    stack.program(orders());
    const preview = await stack.preview();
    expect(preview.output).to.match(/name +: "orders-[0-9a-f]{7}"/);
    expect(stack.local.journal.count(), "a preview makes no call").to.equal(0);

    stack.local.faults.add({ operation: "ready", fault: { kind: "status", status: 503, acted: false } });
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const [deployment] = stack.local.cloud.all();
    expect(up.output, "the last line of the row").to.match(
      /Backend orders created \(\S+\) backend 0x\w+ answers after \d+s/,
    );
    expect(up.output).not.to.match(/ created \(.*waiting for/);
    expect(await stack.output("uid")).to.equal(deployment?.uid);
    expect(await stack.output("url")).to.equal(deployment?.url);
    expect(await stack.output("jwtToken")).to.equal(deployment?.jwtToken);
    expect(up.output).to.contain("jwtToken: [secret]").and.not.contain(deployment?.jwtToken);

    stack.local.journal.clear();
    const again = await stack.up("--expect-no-changes");
    expect(again.code, again.output).to.equal(0);
    expect(stack.local.journal.count(), "a no-op up makes no request").to.equal(0);

    stack.program(orders('name: "orders-eu"'));
    const rename = await stack.preview();
    expect(rename.output)
      .to.match(/~ name: "orders-[0-9a-f]{7}" => "orders-eu"/)
      .and.to.contain("~ 1 to update");
    expect((await stack.up()).code).to.equal(0);
    expect(stack.local.cloud.all().map(({ name, uid }) => ({ name, uid }))).to.deep.equal([
      { name: "orders-eu", uid: deployment?.uid },
    ]);

    expect((await stack.destroy()).code).to.equal(0);
    expect(stack.local.cloud.all()).to.deep.equal([]);
  });

  it("previews a change of zone as a replace that names the zone, and applies it", async () => {
    stack.program(orders());
    await stack.up();
    const [before] = stack.local.cloud.all();
    stack.program(orders().replace("us-east-1", "eu-west-1"));
    const preview = await stack.preview();
    expect(preview.output).to.contain('~ zone: "us-east-1" => "eu-west-1"').and.to.contain("+-1 to replace");
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const after = stack.local.cloud.all();
    expect(after.map(({ zone }) => zone)).to.deep.equal(["eu-west-1"]);
    expect(after[0]?.uid).not.to.equal(before?.uid);
  });

  it("shows an outside rename in a refresh, and restores a given name in the next up", async () => {
    stack.program(orders('name: "orders"'));
    await stack.up();
    const uid = await stack.output("uid");
    stack.local.cloud.get(uid).deployment.name = "renamed-outside";
    const refresh = await stack.refresh();
    expect(refresh.output).to.contain('~ name: "orders" => "renamed-outside"');
    expect((await stack.preview()).output).to.contain('~ name: "renamed-outside" => "orders"');
    await stack.up();
    expect(stack.local.cloud.get(uid).deployment.name).to.equal("orders");
  });

  it("shows an outside change of a given mode and reverts it, and reports no change for a rotated token", async () => {
    stack.program(orders('name: "orders", deploymentMode: "flexible"'));
    await stack.up();
    const uid = await stack.output("uid");
    stack.local.cloud.get(uid).deployment.deploymentMode = "readonly";
    expect((await stack.refresh()).output).to.contain('~ deploymentMode: "flexible" => "readonly"');
    expect((await stack.preview()).output).to.contain('~ deploymentMode: "readonly" => "flexible"');
    expect((await stack.up()).code).to.equal(0);
    expect(stack.local.cloud.get(uid).deployment.deploymentMode).to.equal("flexible");
    expect(stack.local.journal.acted("updateDeployment")).to.equal(1);

    const token = stack.local.cloud.rotateToken(uid);
    expect((await stack.refresh()).code).to.equal(0);
    const up = await stack.up("--expect-no-changes");
    expect(up.code, up.output).to.equal(0);
    expect(await stack.output("jwtToken")).to.equal(token);
  });

  it("deletes first in a replace that keeps the subdomain, and creates first in one that changes it", async () => {
    const acts = (): string[] =>
      stack.local.journal.entries
        .filter(({ acted }) => acted)
        .flatMap(({ operation }) => (["createDeployment", "deleteDeployment"].includes(operation) ? [operation] : []));
    const declare = ([subdomain, zone, type = "dedicated"]: readonly [string, string, string?]): void => {
      stack.program(orders(`subdomain: "${subdomain}"`).replace("us-east-1", zone).replace("dedicated", type));
    };
    declare(["shop", "us-east-1"]);
    await stack.up();
    for (const [change, shown, order] of [
      [["shop", "eu-west-1"], "~ zone", ["deleteDeployment", "createDeployment"]],
      [["store", "eu-west-1"], "~ subdomain", ["createDeployment", "deleteDeployment"]],
      [["store", "eu-west-1", "free"], "~ deploymentType", ["deleteDeployment", "createDeployment"]],
    ] as const) {
      declare(change);
      expect((await stack.preview()).output)
        .to.contain(shown)
        .and.to.contain("+-1 to replace");
      stack.local.journal.clear();
      const up = await stack.up();
      expect(up.code, up.output).to.equal(0);
      expect(acts()).to.deep.equal(order);
    }
    expect(stack.local.cloud.all()).to.have.length(1);
  });

  it("removes a backend that was deleted outside from the state, but not within five minutes of its create", async () => {
    stack.program(orders());
    await stack.up();
    await stack.local.cloud.remove(await stack.output("uid"));
    const early = await stack.refresh();
    expect(early.code).not.to.equal(0);
    expect(early.output).to.contain('Backend "orders"').and.to.contain("lists can lag behind");
    expect(await stack.backends()).to.have.length(1);

    await stack.ageBackends();
    const late = await stack.refresh();
    expect(late.code, late.output).to.equal(0);
    expect(await stack.backends()).to.have.length(0);
    await stack.up();
    expect(stack.local.cloud.all()).to.have.length(1);
  });

  for (const [what, wanted, updates] of [
    ["sends the rest with the next up", ["orders-2", "export default 1"], 1],
    ["takes it back when the program does", ["orders", ""], 2],
  ] as const)
    it(`keeps the applied half of a change, and ${what}`, async () => {
      const declare = ([name, script]: readonly [string, string]): void => {
        stack.program(orders(`name: "${name}", lambdaScript: "${script}"`));
      };
      declare(["orders", ""]);
      await stack.up();
      stack.local.faults.add({
        operation: "updateLambda",
        fault: { kind: "errors", messages: ["lambdas are full"], acted: false },
      });
      declare(["orders-2", "export default 1"]);
      const failed = await stack.up();
      expect(failed.code).not.to.equal(0);
      expect(failed.output).to.contain("lambdas are full");
      declare(wanted);
      expect((await stack.preview()).output).to.contain("~ 1 to update");
      const up = await stack.up();
      expect(up.code, up.output).to.equal(0);
      const [deployment] = stack.local.cloud.all();
      expect(deployment?.name).to.equal(wanted[0]);
      expect(Buffer.from(deployment?.lambdaScript ?? "", "base64").toString()).to.equal(wanted[1]);
      expect(stack.local.journal.acted("updateDeployment")).to.equal(updates);
      expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    });

  it("works in a component, and a new parent component does not rename it", async () => {
    const inComponent = (alias: string): string => `
      class Shop extends pulumi.ComponentResource {
        constructor(name) {
          super("test:index:Shop", name);
          const options = { parent: this${alias} };
          this.orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "free" }, options);
          this.registerOutputs();
        }
      }
      exports.uid = new Shop("shop").orders.uid;`;
    stack.program(orders().replace("dedicated", "free"));
    await stack.up();
    const before = stack.local.cloud.all();
    stack.program(inComponent(", aliases: [{ parent: pulumi.rootStackResource }]"));
    const moved = await stack.up();
    expect(moved.code, moved.output).to.equal(0);
    expect(stack.local.cloud.all()).to.deep.equal(before);
    expect((await stack.up("--expect-no-changes")).code).to.equal(0);
    await stack.destroy();
    stack.program(inComponent(""));
    const made = await stack.up();
    expect(made.code, made.output).to.equal(0);
    expect(stack.local.cloud.all()).to.have.length(1);
  });

  it("finds a backend of another stack with Backend.get and with functions", async () => {
    stack.program(orders('name: "orders"'));
    await stack.up();
    const uid = await stack.output("uid");
    stack.program(`
      ${orders('name: "orders"')}
      const found = dgraphcloud.Backend.get("found", "${uid}");
      exports.foundName = found.name; exports.foundToken = found.jwtToken;
      exports.byName = dgraphcloud.getBackend({ name: "orders" }).then((b) => b.uid);
      exports.all = dgraphcloud.getBackendsOutput().apply((list) => list.length);
    `);
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    expect(up.output).to.match(/foundToken *: \[secret\]/);
    expect(await stack.output("foundName")).to.equal("orders");
    expect(await stack.output("byName")).to.equal(uid);
    expect(await stack.output("all")).to.equal("1");
    stack.program(orders('name: "orders"'));
    await stack.up();
    expect(stack.local.cloud.all(), "what was only looked up is not deleted").to.have.length(1);
  });
});
