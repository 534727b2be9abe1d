import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { expect } from "chai";
import { Stack } from "../harness/engineStack";
import { account, program } from "./states/program";

const folder = join(__dirname, "states");
const states = readdirSync(folder).filter((file) => file.endsWith(".json"));

describe("engine: states that released versions wrote", function () {
  this.timeout(120_000);
  let stack: Stack;

  beforeEach(async () => {
    stack = await Stack.start({ accounts: [account] });
  });
  afterEach(() => stack.close());

  it("are recorded", () => {
    expect(states).not.to.have.length(0);
  });

  for (const state of states)
    it(`of ${parse(state).name} need no change and no request`, async () => {
      const imported = await stack.pulumi("stack", "import", "--file", join(folder, state));
      expect(imported.code, imported.output).to.equal(0);
      stack.program(program.all);
      const preview = await stack.preview("--expect-no-changes");
      expect(preview.code, preview.output).to.equal(0);
      const up = await stack.up("--expect-no-changes");
      expect(up.code, up.output).to.equal(0);
      expect(stack.local.journal.count()).to.equal(0);
    });
});
