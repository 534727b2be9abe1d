import fc from "fast-check";
import { play } from "./play";
import { histories } from "./steps";
import { Tally } from "./tally";
import { seed } from "../harness/seed";

const runs = 1_000;

describe("model: nothing is duplicated, lost, or wiped twice", function () {
  this.timeout(600_000);
  it(`over ${runs} random programs with faults, crashes and changes from outside (seed ${seed})`, () =>
    fc.assert(
      fc.asyncProperty(histories, (history) => play(history, new Tally())),
      { numRuns: runs },
    ));
});
