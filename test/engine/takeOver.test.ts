import { expect } from "chai";
import { Stack } from "../harness/engineStack";

const args = '{ name: "orders", zone: "us-east-1", deploymentType: "dedicated", adoptExisting: true }';
const account = { email: "dev@example.com", password: "local-password" };
const sameAccount = `const same = new dgraphcloud.Provider("same", ${JSON.stringify(account)});`;

describe("engine: a backend that one resource adopts from another", function () {
  this.timeout(180_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ accounts: [account] });
  });
  afterEach(() => stack.close());

  const uids = (): string[] => stack.local.cloud.all().map(({ uid }) => uid);
  const states = async (): Promise<string[]> =>
    (await stack.backends()).map(({ urn, id }) => `${urn.split("::").at(-1) ?? ""} ${id ?? ""}`);

  async function succeeds(...command: string[]): Promise<string> {
    const run = await stack.pulumi(...command, "--yes", "--skip-preview");
    expect(run.code, run.output).to.equal(0);
    return run.output;
  }

  /** Fails every create of the backend with this name. */
  const refuse = (name: string): { remove(): void } =>
    stack.local.faults.add({
      ...{ operation: "createDeployment", calls: "every", name },
      fault: { kind: "errors", acted: false, messages: ["no room"] },
    });

  it("outlives the old resource when the new one has a provider of its own", async () => {
    stack.program(`new dgraphcloud.Backend("a", ${args});`);
    await succeeds("up");
    const before = uids();
    stack.program(`${sameAccount} new dgraphcloud.Backend("b", ${args}, { provider: same });`);
    expect(await succeeds("up"), "the adoption is visible")
      .to.contain('takes over the backend "orders" (dedicated, us-east-1) if the account has it already')
      .and.to.match(new RegExp(`Backend b created .*took over ${before[0] ?? ""}`));
    expect(uids()).to.deep.equal(before);
    expect(await states()).to.deep.equal([`b ${before[0] ?? ""}`]);
    await succeeds("destroy");
    expect(uids()).to.deep.equal([]);
  });

  it("outlives the old entry when a forced replace changes the provider", async () => {
    stack.program(`${sameAccount} new dgraphcloud.Backend("a", ${args}, { provider: same });`);
    await succeeds("up");
    const before = uids();
    stack.program(`new dgraphcloud.Backend("a", ${args});`);
    await succeeds("up", "--replace", (await stack.backends())[0]?.urn ?? "");
    expect(uids()).to.deep.equal(before);
    expect(await states()).to.deep.equal([`a ${before[0] ?? ""}`]);
  });

  for (const [how, command, program] of [
    ["destroy --refresh", "destroy", undefined],
    ["an up --refresh without it", "up", ""],
  ] as const)
    it(`is deleted by ${how}, even while its old entry is still in the state`, async () => {
      stack.program(`new dgraphcloud.Backend("a", ${args});`);
      await succeeds("up");
      stack.program(
        `new dgraphcloud.Backend("a", ${args}); new dgraphcloud.Backend("c", ${args.replace("orders", "c")});`,
      );
      const refusal = refuse("c");
      expect((await stack.up("--replace", (await stack.backends())[0]?.urn ?? "")).code).not.to.equal(0);
      refusal.remove();
      expect(await states(), "the new entry and the old one").to.have.length(2);
      if (program !== undefined) stack.program(program);
      await succeeds(command, "--refresh");
      expect(uids()).to.deep.equal([]);
      expect(await states()).to.deep.equal([]);
    });

  it("can be refreshed and updated while the old resource is still in the state", async () => {
    stack.program(`new dgraphcloud.Backend("a", ${args});`);
    await succeeds("up");
    const before = uids();
    stack.program(
      `new dgraphcloud.Backend("b", ${args}); new dgraphcloud.Backend("c", ${args.replace("orders", "c")});`,
    );
    const refusal = refuse("c");
    expect((await stack.up()).code).not.to.equal(0);
    refusal.remove();
    expect(await states(), "the new resource and the old one").to.have.length(2);
    await succeeds("refresh");
    await succeeds("up", "--refresh");
    expect(uids()).to.include(before[0]).and.to.have.length(2);
    expect(await states()).to.have.length(2);
  });
});
