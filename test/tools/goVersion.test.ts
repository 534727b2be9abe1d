import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { goVersionFor } from "../../tools/goBuild";

const root = join(__dirname, "../..");

describe("the Go version for the builds", () => {
  it("is the one in README and docs", () => {
    const tools = readdirSync(join(root, "tools")).filter((name) => existsSync(join(root, "tools", name, "go.mod")));
    const needed = goVersionFor(tools.map((module) => ({ module })));
    for (const page of ["README.md", "docs/local-cloud.md", "docs/decisions/0005-engine-and-test-tools.md"]) {
      const named = readFileSync(join(root, page), "utf8").match(/\bGo \d+\.\d+\.\d+/g);
      expect(named, page).to.deep.equal([`Go ${needed}`]);
    }
  });
});
