import fc from "fast-check";
import { play } from "./play";
import { schemaHistories } from "./schemaSteps";
import { histories } from "./steps";
import { Tally } from "./tally";
import { seed } from "../harness/seed";
import { testedHost } from "../harness/testedHost";

/** On the plugin, a part is enough for every run of the tests: MODEL_RUNS=all plays all. */
const isPart = testedHost === "plugin" && process.env["MODEL_RUNS"] !== "all";
const runs = isPart ? 200 : 1_000;
const schemaRuns = isPart ? 50 : 250;

describe("model: nothing is duplicated, lost, or wiped twice", function () {
  this.timeout(600_000);
  it(`over ${runs} random programs with faults, crashes and changes from outside (seed ${seed})`, () =>
    fc.assert(
      fc.asyncProperty(histories, (history) => play(history, new Tally())),
      { numRuns: runs },
    ));

  it(`over ${schemaRuns} random programs with a schema, which only consent lets hide data (seed ${seed})`, () =>
    fc.assert(
      fc.asyncProperty(schemaHistories, (history) => play(history, new Tally())),
      { numRuns: schemaRuns },
    ));
});
