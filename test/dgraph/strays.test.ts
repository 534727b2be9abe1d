import { expect } from "chai";
import { databasesOfThisProcess } from "./strays";

// For all tests of the run: whichever of them has left one.
after("no database outlives the tests", () => {
  expect(databasesOfThisProcess()).to.deep.equal([]);
});

describe("what the tests leave", () => {
  it("is looked for after the last of them", () => {
    expect(databasesOfThisProcess()).to.be.an("array");
  });
});
