import { expect } from "chai";
import { simulate } from "../hooks";
import { Network } from "../network";
import { differences } from "./differences";
import { mutationsOf } from "./expectations";
import { observe } from "./observe";
import { rows, rules, titleOf } from "./rows";
import { stepNames, steps } from "./steps";

describe("the fault matrix of a cluster: every fault at every step", function () {
  this.timeout(20_000);
  const network = new Network();
  const sum = { rows: 0, repeated: 0, secrets: 0 };
  const time = simulate(network);

  after(() => {
    console.log(`${sum.rows} rows. Left out by rule:`);
    for (const { because } of rules) console.log(`  ${because}`);
  });

  for (const step of steps) {
    describe(step.name, () => {
      for (const row of rows.filter((one) => one.step === step)) {
        it(titleOf(row), async () => {
          const seen = await observe(row, time(), network);
          const acts = [seen.run, seen.next, seen.accepted, seen.last].map((one) => one?.acts ?? 0);
          const isHarmless = step.kind === "update" || step.name === "schema check" || step.name === "counts";
          sum.rows += 1;
          sum.repeated += isHarmless ? 0 : Math.max(0, acts.reduce((one, other) => one + other) - mutationsOf(step));
          sum.secrets += seen.secrets.length;
          expect(differences(row, seen)).to.deep.equal([]);
        });
      }
    });
  }

  // After the rows: mocha runs the tests of a suite before its inner suites.
  describe("in all", () => {
    it("has at least 1,000 rows, and no mutation that acted twice", function () {
      if (sum.rows < rows.length) this.skip();
      expect(rows.length).to.be.at.least(1_000);
      expect(steps.map(({ name }) => name)).to.deep.equal([...stepNames]);
      expect([sum.repeated, sum.secrets]).to.deep.equal([0, 0]);
    });
  });
});
