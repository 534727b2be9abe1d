import { expect } from "chai";
import { simulate } from "./hooks";
import { Network } from "./network";
import { rows, titleOf } from "./rows";
import { observe } from "./observe";
import { steps } from "./steps";
import { Table } from "./table";
import { differences } from "./differences";

describe("the fault matrix: every fault at every step", function () {
  this.timeout(20_000);
  const network = new Network();
  const table = new Table();
  const time = simulate(network);

  after(() => {
    table.print();
  });

  for (const step of steps) {
    describe(step.name, () => {
      for (const row of rows.filter((one) => one.step === step)) {
        it(titleOf(row), async () => {
          const seen = await observe(row, time(), network);
          const found = differences(row, seen);
          table.add(row, seen, found);
          expect(found).to.deep.equal([]);
        });
      }
    });
  }

  describe("in all", () => {
    it("has at least 400 rows, and accounts for every requested mutation", function () {
      const sum = table.sum();
      if (sum.rows < rows.length) this.skip();
      expect(rows.length).to.be.at.least(400);
      expect(sum.acted + sum.unknown + sum.gone).to.equal(sum.asked);
      expect([sum.orphans, sum.duplicates, sum.doubleWipes, sum.secrets]).to.deep.equal([0, 0, 0, 0]);
    });
  });
});
