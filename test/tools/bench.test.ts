import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { CandidateName } from "../../bench/candidates";
import { cpu, type Figures, isMet, limitsOf, median, ratioOf } from "../../bench/figures";
import type { Sample } from "../../bench/operations";

const docs = resolve(__dirname, "../../docs");

function sample(candidate: CandidateName, round: number, cpuSeconds: number, more: Partial<Sample> = {}): Sample {
  return {
    ...{ candidate, round, cpuSeconds, size: 100, operation: "up", wallSeconds: 1, peakKb: 1 },
    ...{ requests: 0, lists: 0, logins: 0, stateBytes: 1_000, providerBytes: 40 },
    ...more,
  };
}

describe("the figures of the benchmark", () => {
  it("are medians", () => {
    expect([median([3, 1, 10]), median([4, 1, 3, 2]), median([])]).to.deep.equal([3, 2.5, NaN]);
  });

  it("compare candidates round by round, within one size and one operation", () => {
    const samples = [
      ...[sample("floor", 0, 1), sample("ours", 0, 2)],
      // A busy round: both are slow, and the ratio is the same.
      ...[sample("floor", 1, 10), sample("ours", 1, 20)],
      ...[sample("floor", 2, 8), sample("ours", 2, 8)],
      ...[sample("floor", 0, 100, { size: 10 }), sample("floor", 0, 100, { operation: "destroy" })],
    ];
    expect(ratioOf(samples, { size: 100, operation: "up", candidate: "ours" }, "floor", cpu)).to.equal(2);
  });

  it("are held against the limits that they reach, and no others", () => {
    const figures: Figures = {
      ...{ machine: "a machine", date: "2030-01-01", waits: undefined },
      samples: [sample("floor", 0, 2), sample("ours", 0, 2.2)],
      imports: { program: [{ wallMs: 8.004, cpuMs: 20 }], provider: [{ wallMs: 10.1, cpuMs: 1 }], pluginMs: [] },
    };
    expect(limitsOf(figures).map((limit) => [limit.what, isMet(limit)])).to.deep.equal([
      ["up of 100: CPU, times the floor's", false],
      ["up of 100: bytes of state, times the floor's", true],
      ["import in a program, ms", true],
      ["import in the provider, ms", false],
    ]);
  });

  it("are the same in the chart and in the tables of the page", () => {
    const page = readFileSync(join(docs, "performance.md"), "utf8");
    const chart = readFileSync(join(docs, "pictures/performance.svg"), "utf8");
    const tables = page
      .split(/^### (?=One backend|[\d,]+ backends)/m)
      .slice(1)
      .slice(-2);
    const inTables = tables.flatMap((table) =>
      [...table.split("\n### ")[0]!.matchAll(/^\| [\w -]+ \| (?:ours|plugin|guide) \| \S+ \| (\S+) \|/gm)].map(
        ([, ratio]) => ratio,
      ),
    );
    expect(inTables).to.have.length.above(10);
    expect([...chart.matchAll(/font-size="11"[^>]*>([\d.]+)</g)].map(([, ratio]) => ratio)).to.deep.equal(inTables);
  });
});
