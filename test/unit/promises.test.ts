import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { rows as clusterRows } from "../faults/cluster/rows";
import { rows } from "../faults/rows";

const folder = join(__dirname, "..");
const lines = readFileSync(join(folder, "README.md"), "utf8").split("\n");
const promises = lines
  .filter((line) => line.startsWith("| ") && !/^\| (When|---) /.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));

describe("the promises of test/README.md", () => {
  it("are listed", () => {
    expect(promises).to.have.length.above(40);
  });

  for (const [when = "", , tests = ""] of promises)
    it(`are kept by tests that exist: ${when}`, () => {
      const named = tests.split("; ").map((test) => /^`([^`]+)` (.+)$/.exec(test)?.slice(1) ?? [test, ""]);
      expect(named).not.to.have.length(0);
      for (const [file = "", words = ""] of named) {
        const matrix = matrices[file];
        if (matrix !== undefined) expect(missingRows(matrix, words), words).to.deep.equal([]);
        else expect(source(file), `${file}: ${words}`).to.contain(words);
      }
    });
});

interface MatrixRow {
  readonly step: { readonly name: string };
  readonly kind: { readonly name: string };
}

/** The fault matrices, by the name that the promises give them. */
const matrices: Readonly<Record<string, readonly MatrixRow[] | undefined>> = {
  faults: rows,
  "cluster faults": clusterRows,
};

/** The named combinations that are missing from a matrix. */
function missingRows(matrix: readonly MatrixRow[], words: string): string[] {
  const [step = "", faults = ""] = words.split(" × ");
  return faults.split(", ").filter((fault) => !matrix.some((row) => row.step.name === step && row.kind.name === fault));
}

function source(file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
