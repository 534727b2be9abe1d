import { expect } from "chai";
import { type AtStake, textOfStake } from "../../cli/summary/atStake/text";

describe("what is at stake, in words", () => {
  const now = new Date("2026-11-27T12:00:00Z");

  const stake = (counts: Readonly<Record<string, number>>, more: Partial<AtStake> = {}): AtStake => ({
    nodes: Object.entries(counts).map(([type, count]) => ({ type, stored: type, count })),
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counted: "all",
    newestBackup: undefined,
    unknown: [],
    ...more,
  });
  const textOf = (one: AtStake): string[] => textOfStake(one, now);
  const ofBackup = (timestamp: string, type = "full"): string[] =>
    textOf(stake({}, { nodes: undefined, newestBackup: { timestamp, type } }));

  const many = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`T${index + 1}`, 30 - index]));

  const rows: readonly [title: string, stake: AtStake, line: string][] = [
    ["several types", stake({ Order: 800, Product: 404 }), "1,204 nodes: Order 800, Product 404"],
    ["one node", stake({ Order: 1 }), "1 node: Order 1"],
    ["nothing", stake({}), "no nodes"],
    [
      "the types of the schema, in GraphQL",
      stake({ Order: 1_200_000 }, { counted: "types of the schema" }),
      "1,200,000 nodes of the types in its schema: Order 1,200,000",
    ],
    ["nothing, in GraphQL", stake({}, { counted: "types of the schema" }), "no nodes of the types in its schema"],
    ["a part", stake({ Order: 2 }, { counted: "a part" }), "at least 2 nodes: Order 2"],
    ["nothing in a part", stake({}, { counted: "a part" }), "no nodes of the types that can be counted"],
    ["nodes with several types", stake({ Order: 5, Old: 3 }, { total: 6 }), "6 nodes; by type: Order 5, Old 3"],
    ["nodes that have an interface as their only type", stake({}, { total: 3 }), "3 nodes"],
    [
      "many types",
      stake(many),
      "429 nodes: T1 30, T2 29, T3 28, T4 27, T5 26, T6 25, T7 24, T8 23, T9 22, T10 21 and 12 more types",
    ],
  ];
  for (const [title, one, line] of rows)
    it(`${title}: ${line}`, () => {
      expect(textOf(one)).to.deep.equal([line]);
    });

  it("eleven types: the last one is counted, not named", () => {
    const eleven = Object.fromEntries(Object.entries(many).slice(0, 11));
    expect(textOf(stake(eleven))[0]).to.match(/T10 21 and 1 more type$/);
    const ten = Object.fromEntries(Object.entries(many).slice(0, 10));
    expect(textOf(stake(ten))[0]).to.match(/T10 21$/);
  });

  const ages: readonly [timestamp: string, age: string][] = [
    ["2026-11-27T12:00:30Z", "less than an hour old"],
    ["2026-11-27T11:00:01Z", "less than an hour old"],
    ["2026-11-27T11:00:00Z", "1 hour old"],
    ["2026-11-27T09:00:00Z", "3 hours old"],
    ["2026-11-25T12:00:01Z", "47 hours old"],
    ["2026-11-25T12:00:00Z", "2 days old"],
    ["2026-10-01T00:00:00Z", "57 days old"],
    ["last week", "of unknown age"],
  ];
  for (const [timestamp, age] of ages)
    it(`a backup of ${timestamp} is ${age}`, () => {
      expect(ofBackup(timestamp)).to.deep.equal([`newest backup: ${age} (full, ${timestamp})`]);
    });

  it("no backup, an incremental one, and one that is not known", () => {
    expect(textOf(stake({}, { nodes: undefined, newestBackup: null }))).to.deep.equal(["no backup"]);
    expect(ofBackup("2026-11-27T09:00:00Z", "incremental")[0]).to.contain("(incremental, ");
    const reason = "the backups cannot be listed: the service throttles requests (HTTP 429)";
    expect(textOf(stake({ Order: 1 }, { unknown: [reason] }))).to.deep.equal(["1 node: Order 1", reason]);
  });

  it("says first what is known, and then why the rest is not", () => {
    const newestBackup = { timestamp: "2026-11-27T09:00:00Z", type: "full" };
    const unknown = ["Order cannot be counted: its @auth rules hide nodes"];
    expect(textOf(stake({ Product: 404 }, { counted: "a part", newestBackup, unknown }))).to.deep.equal([
      "at least 404 nodes: Product 404",
      "newest backup: 3 hours old (full, 2026-11-27T09:00:00Z)",
      "Order cannot be counted: its @auth rules hide nodes",
    ]);
  });
});
