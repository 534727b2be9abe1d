import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { runAll } from "../../tools/check";
import { Sandbox } from "../harness/sandbox";

describe("npm run check", () => {
  let sandbox: Sandbox;
  beforeEach(() => (sandbox = new Sandbox()));
  afterEach(() => {
    sandbox.remove();
  });

  /** A command that runs a script. */
  const node = (name: string, script: string): string => {
    const file = join(sandbox.folder, `${name}.cjs`);
    writeFileSync(file, script);
    return `"${process.execPath}" "${file}"`;
  };

  it("runs its checks at the same time", async () => {
    // Each waits for the other, which would never begin if they ran one after the other.
    const meet = (own: string, other: string): string =>
      node(
        own,
        `const { existsSync, writeFileSync } = require("node:fs");
         writeFileSync(${JSON.stringify(join(sandbox.folder, own))}, "");
         const seen = setInterval(() => existsSync(${JSON.stringify(join(sandbox.folder, other))}) && clearInterval(seen), 20);
         setTimeout(() => process.exit(1), 10_000).unref();`,
      );
    expect(await runAll({ one: meet("one", "two"), two: meet("two", "one") }, sandbox.say)).to.deep.equal([]);
  });

  it("prints the output of each as a whole, and names those that failed", async () => {
    const commands = {
      bad: node(
        "bad",
        'console.log("a.ts"); setTimeout(() => { console.error("1 problem"); process.exitCode = 2; }, 300);',
      ),
      good: node("good", 'console.log("all is well");'),
    };
    expect(await runAll(commands, sandbox.say)).to.deep.equal(["bad"]);
    expect(sandbox.said).to.deep.equal([`> ${commands.good}\nall is well\n`, `> ${commands.bad}\na.ts\n1 problem\n`]);
  });
});
