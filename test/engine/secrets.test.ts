import { expect } from "chai";
import { Stack } from "../harness/engineStack";

interface WithProvider {
  readonly inputs?: { readonly __provider?: string };
  readonly outputs?: { readonly __provider?: string };
}

describe("engine: the state", function () {
  this.timeout(120_000);
  let stack: Stack;

  before(async () => {
    stack = await Stack.start();
  });
  after(async () => {
    await stack.close();
  });

  it("contains no token and no password in clear, also after a failure, and a short, constant delegate", async () => {
    const hold = stack.local.faults.add({
      operation: "ready",
      calls: "every",
      fault: { kind: "status", status: 503, acted: false },
    });
    const args = '{ zone: "us-east-1", deploymentType: "free", timeouts: { create: "1s" } }';
    stack.program(`new dgraphcloud.Backend("a", ${args}); new dgraphcloud.Backend("b", ${args});`);
    const failed = await stack.up();
    expect(failed.code).not.to.equal(0);
    const afterFailure = await stack.state();
    hold.remove();
    const up = await stack.up();
    expect(up.code, up.output).to.equal(0);
    const refresh = await stack.refresh();
    const { text, resources } = await stack.state();

    const secrets = [...stack.local.cloud.all().map(({ jwtToken }) => jwtToken), "local-password"];
    for (const secret of secrets) {
      for (const seen of [failed.output, afterFailure.text, up.output, refresh.output, text]) {
        expect(seen).not.to.contain(secret);
      }
    }
    const backends = resources.filter(({ type }) => type.endsWith(":Backend")) as readonly WithProvider[];
    expect(backends).to.have.length(2);
    const delegates = new Set(backends.flatMap(({ inputs, outputs }) => [inputs?.__provider, outputs?.__provider]));
    expect([...delegates]).to.have.length(1);
    expect(Buffer.byteLength([...delegates][0] ?? "")).to.be.within(1, 200);
  });
});
