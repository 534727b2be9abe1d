import { expect } from "chai";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { operationName } from "../../local/graphql/execute";
import { Journal, type JournalEntry } from "../../local/index";

describe("a long journal", () => {
  let journal: Journal;
  const record = (operation: string, connection = 1): JournalEntry =>
    journal.record({ time: 0, plane: "data", operation, connection });

  beforeEach(() => (journal = new Journal()));

  it("keeps the last 100,000 entries in order, and counts all requests", () => {
    const first = record("restore");
    for (let count = 1; count < 250_000; count++) journal.conclude(record("ready"), count % 2 === 0);
    expect(journal.entries.length).to.be.within(100_000, 110_000);
    const sequences = journal.entries.map(({ sequence }) => sequence);
    expect(sequences.at(-1)).to.equal(250_000);
    expect(sequences.every((sequence, index) => sequence === (sequences[0] ?? 0) + index)).to.equal(true);
    expect([journal.count(), journal.count("ready"), journal.count("restore")]).to.deep.equal([250_000, 249_999, 1]);
    expect(journal.acted("ready")).to.equal(124_999);
    expect(journal.acted("restore")).to.equal(0);
    journal.conclude(first, true);
    expect(journal.acted("restore"), "concluded long after it came").to.equal(1);
  });

  it("keeps all of the first 100,000", () => {
    for (let count = 0; count < 100_000; count++) record("ready", count);
    expect(journal.entries.map(({ connection }) => connection)).to.deep.equal([...Array(100_000).keys()]);
  });

  it("counts from 0 after clear, without the requests that are still running", () => {
    const before = record("restore");
    journal.clear();
    const after = record("restore");
    journal.conclude(before, true);
    expect([journal.count(), journal.count("restore"), journal.acted("restore")]).to.deep.equal([1, 1, 0]);
    journal.conclude(after, true);
    expect([journal.acted("restore"), after.sequence]).to.deep.equal([1, 2]);
  });

  it("counts the operations of the API exactly, however many names a caller invents later", () => {
    record("restore");
    for (let count = 0; count < 200_000; count++) record(`made${count}Up`);
    for (let count = 0; count < 3; count++) journal.conclude(record("restore"), true);
    expect([journal.count("restore"), journal.acted("restore")]).to.deep.equal([4, 3]);
    expect(journal.count("made199999Up"), "an entry that is kept").to.equal(1);
    expect(journal.count("made50000Up"), "an entry that is gone").to.equal(0);
    expect(journal.count()).to.equal(200_004);
  });

  it("keeps no document in memory by its operation name, and cuts long names", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed / 1_048_576;
    };
    const before = used();
    for (let count = 0; count < 200; count++) {
      const query = `{ anOperationOfSomeLength(secret: "${String(count).padEnd(1_048_576, "x")}") }`;
      record(operationName({ query }));
      const name = `a${count}`.padEnd(1_048_576, "x");
      journal.record({ time: 0, plane: "control", operation: name, deployment: name, connection: 1 });
    }
    expect(used() - before, "MiB for 200 documents of a megabyte").to.be.lessThan(50);
    expect(journal.entries.map(({ operation }) => operation.length)).to.include.members([23, 100]);
    expect(journal.count("anOperationOfSomeLength")).to.equal(200);
  });
});
