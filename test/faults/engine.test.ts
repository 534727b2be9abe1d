import { expect } from "chai";
import { engineRows, reasons } from "./engineRows";
import { EngineRun, type EngineResult } from "./engineRun";
import { engineDifferences } from "./engineDifferences";
import { type Part, partOf } from "./programParts";
import { rows, titleOf } from "./rows";
import type { StepName } from "./steps";

const programs: readonly {
  readonly title: string;
  readonly steps: readonly StepName[];
  readonly needsBackends: boolean;
}[] = [
  { title: "backends", steps: ["create", "readiness", "update", "lambda", "delete"], needsBackends: false },
  { title: "restores", steps: ["listBackups", "restore", "restoreStatus"], needsBackends: true },
  { title: "drops", steps: ["schema", "drop all", "drop types", "drop fields", "export"], needsBackends: true },
  { title: "schemas", steps: ["live schema", "schema update", "first schema", "schema check"], needsBackends: true },
];

describe("the fault matrix with the real engine: a fifth of the rows, many resources in one up", function () {
  this.timeout(600_000);
  const counts: Record<string, { rows: number; passed: number }> = {};

  after(() => {
    console.log("\nThe fault matrix with the real engine\n");
    console.table(counts);
    console.log(
      `${engineRows.length} of ${rows.length} rows: one call of each step that belongs to one resource, two of a poll, but for`,
    );
    for (const { because } of reasons) console.log(`  ${because}`);
  });

  it("has at least a fifth of the rows", () => {
    expect(engineRows.length / rows.length).to.be.at.least(0.2);
  });

  for (const { title, steps, needsBackends } of programs) {
    describe(title, () => {
      const parts = engineRows.filter(({ step }) => steps.includes(step.name)).map(partOf);
      let run: EngineRun;
      let earlier: Map<Part, EngineResult>;
      let during: Map<Part, EngineResult>;
      let next: Map<Part, EngineResult>;

      before(async () => {
        run = await EngineRun.start(parts);
        if (needsBackends) await run.createBackends();
        earlier = await run.up("before");
        await run.age();
        during = await run.up("then", { injectFaults: true });
        next = await run.up("then");
      });
      after(async () => {
        await (run as EngineRun | undefined)?.close();
      });

      for (const part of parts) {
        it(titleOf(part.row), () => {
          const found = engineDifferences(part, earlier.get(part), during.get(part)!, next.get(part)!);
          const count = (counts[part.row.step.name] ??= { rows: 0, passed: 0 });
          count.rows += 1;
          count.passed += found.length === 0 ? 1 : 0;
          expect(found).to.deep.equal([]);
        });
      }

      it("leaves no orphan, no duplicate, and no secret in output or state", () => {
        expect(run.orphans()).to.deep.equal([]);
        expect(run.duplicates()).to.deep.equal([]);
        expect(run.secrets()).to.deep.equal([]);
      });
    });
  }
});
