import fc from "fast-check";
import { play } from "./play";
import { schemaHistories } from "./schemaSteps";
import { histories } from "./steps";
import { Tally } from "./tally";
import { seed } from "../harness/seed";

const runs = 1_000;
const schemaRuns = 250;

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
