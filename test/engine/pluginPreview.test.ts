import { expect } from "chai";
import { Stack, succeeds } from "../harness/engineStack";
import type { HostName } from "../harness/testedHost";

/** What the preview of each host says when one backend gets another name, and ten resources depend on it. */
const expected: Readonly<Record<HostName, { readonly counts: RegExp; readonly unknown: number }>> = {
  plugin: { counts: /~ 1 to update\n\s+\d+ unchanged/, unknown: 0 },
  // Every output of a dynamic resource is unknown in the preview of its update, and so is what is made of it.
  dynamic: { counts: /~ 11 to update\n\s+\d+ unchanged/, unknown: 10 },
};

/** Ten other backends that have the address of the first one in their lambda script. */
const program = (name: string): string => `
  const at = { zone: "us-east-1", deploymentType: "dedicated" };
  const orders = new dgraphcloud.Backend("orders", { ...at, name: "${name}" });
  for (let i = 1; i <= 10; i++)
    new dgraphcloud.Backend("shop-" + i, { ...at, name: "shop-" + i, lambdaScript: pulumi.interpolate\`// \${orders.url}\` });
  exports.url = orders.url;`;

describe("engine: the preview of a rename with ten dependents", function () {
  this.timeout(120_000);

  for (const host of ["plugin", "dynamic"] as const)
    it(`shows ${host === "plugin" ? "one change and nothing unknown" : "what may change"} on the ${host} host`, async () => {
      const stack = await Stack.start({ provisioningMs: 0 });
      try {
        stack.use(host);
        stack.program(program("orders"));
        await succeeds(stack.up());
        stack.program(program("orders-2"));
        const preview = await succeeds(stack.preview());
        expect(preview).to.match(expected[host].counts);
        expect(preview).to.contain('~ name: "orders" => "orders-2"');
        expect(preview.split("[unknown]").length - 1, preview).to.equal(expected[host].unknown);
        stack.local.journal.clear();
        await succeeds(stack.up());
        // Whatever the preview said, nothing but the name changes.
        expect(stack.local.journal.acted("updateDeployment")).to.equal(1);
        expect(stack.local.journal.acted("updateLambda")).to.equal(0);
      } finally {
        await stack.close();
      }
    });
});
