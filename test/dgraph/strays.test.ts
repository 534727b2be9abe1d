import { expect } from "chai";
import { lambdasOfThisProcess } from "../local/lambdas";
import { databasesOfThisProcess } from "../harness/processes";

// For all tests of the run: whichever of them has left one.
after("no database and no lambda outlives the tests", () => {
  expect([...databasesOfThisProcess(), ...lambdasOfThisProcess()]).to.deep.equal([]);
});

describe("what the tests leave", () => {
  it("is looked for after the last of them", () => {
    expect(databasesOfThisProcess()).to.be.an("array");
  });
});
