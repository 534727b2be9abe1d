import { expect } from "chai";
import { chosen, reasons } from "./chosen";
import { EngineRun, type Seen } from "./engineRun";
import { engineDifferences } from "./engineVerdict";
import { type Part, partOf } from "./parts";
import { rows, titleOf } from "./rows";
import type { StepName } from "./steps";

const programs: readonly {
  readonly title: string;
  readonly steps: readonly StepName[];
  readonly furnished: boolean;
}[] = [
  { title: "backends", steps: ["create", "readiness", "update", "lambda", "delete"], furnished: false },
  { title: "restores", steps: ["listBackups", "restore", "restoreStatus"], furnished: true },
  { title: "drops", steps: ["schema", "drop all", "drop types", "drop fields", "export"], furnished: true },
];

describe("the fault matrix with the real engine: a fifth of it, many resources in one up", function () {
  this.timeout(600_000);
  const counts: Record<string, { rows: number; passed: number }> = {};

  after(() => {
    console.log("\nThe fault matrix with the real engine\n");
    console.table(counts);
    console.log(
      `${chosen.length} of ${rows.length} rows: one call of each step that belongs to one resource, two of a poll, but for`,
    );
    for (const { because } of reasons) console.log(`  ${because}`);
  });

  it("has at least a fifth of the rows", () => {
    expect(chosen.length / rows.length).to.be.at.least(0.2);
  });

  for (const { title, steps, furnished } of programs) {
    describe(title, () => {
      const parts = chosen.filter(({ step }) => steps.includes(step.name)).map(partOf);
      let run: EngineRun;
      let earlier: Map<Part, Seen>;
      let struck: Map<Part, Seen>;
      let next: Map<Part, Seen>;

      before(async () => {
        run = await EngineRun.start(parts);
        if (furnished) await run.furnish();
        earlier = await run.up("before");
        await run.age();
        struck = await run.up("then", { strike: true });
        next = await run.up("then");
      });
      after(async () => {
        await (run as EngineRun | undefined)?.close();
      });

      for (const part of parts) {
        it(titleOf(part.row), () => {
          const found = engineDifferences(part, earlier.get(part), struck.get(part)!, next.get(part)!);
          const count = (counts[part.row.step.name] ??= { rows: 0, passed: 0 });
          count.rows += 1;
          count.passed += found.length === 0 ? 1 : 0;
          expect(found).to.deep.equal([]);
        });
      }

      it("leaves no orphan, no duplicate, and no secret in what is printed or stored", () => {
        expect(run.orphans()).to.deep.equal([]);
        expect(run.duplicates()).to.deep.equal([]);
        expect(run.secrets()).to.deep.equal([]);
      });
    });
  }
});
