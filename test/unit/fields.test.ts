import { expect } from "chai";
import {
  both,
  changedFields,
  checkFields,
  effectiveFields,
  durations,
  type FieldTable,
  flag,
  givenNames,
  isHidden,
  notEmpty,
  oneOf,
  text,
  unknownValue,
  wholeNumber,
} from "../../provider/resource/fields";

interface Inputs {
  readonly title: string;
  readonly place: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  readonly origin?: string;
}

const fields: FieldTable<Inputs> = {
  title: { onChange: "update", required: true, check: notEmpty },
  place: { onChange: "replace", required: true, check: oneOf(["here", "there"]) },
  tags: { onChange: "update" },
  note: { onChange: "state", check: text },
  origin: { onChange: "nothing" },
};
const good = { title: "t", place: "here" };

describe("checks of single values", () => {
  const table: readonly [
    what: string,
    reason: string | undefined,
    good: readonly unknown[],
    bad: readonly unknown[],
  ][] = [
    ["text", text("", {}) ?? text(1, {}), ["", "a"], [1, true, {}, []]],
    ["notEmpty", notEmpty("", {}), ["a", " a "], ["", " ", "\n", 1, true, {}, []]],
    ["flag", flag("", {}), [true, false], ["true", 1, 0, {}]],
    ["wholeNumber", wholeNumber(0, {}), [1, 10, 1e6], [0, -1, 1.5, "10", NaN, Infinity, true, {}]],
  ];
  const checks = { text, notEmpty, flag, wholeNumber };
  for (const [name, reason, accepted, refused] of table) {
    const check = checks[name as keyof typeof checks];
    it(`${name} accepts ${accepted.map((value) => JSON.stringify(value)).join(", ")}`, () => {
      for (const value of accepted) expect(check(value, {})).to.equal(undefined);
    });
    it(`${name} refuses any other value: ${reason ?? ""}`, () => {
      expect(reason).to.match(/^must be /);
      for (const value of refused) expect(check(value, {}), String(value)).to.equal(reason);
    });
  }

  it("oneOf lists the valid values when it refuses one", () => {
    const check = oneOf(["a", "b"]);
    expect(check("b", {})).to.equal(undefined);
    expect(check("c", {})).to.equal('must be "a" or "b"');
    expect(check(1, {})).to.equal('must be "a" or "b"');
  });

  it("both reports the first failure", () => {
    const check = both(flag, (_, inputs) => (inputs["place"] === "here" ? "not here" : undefined));
    expect(check("x", { place: "here" })).to.equal("must be true or false");
    expect(check(true, { place: "here" })).to.equal("not here");
    expect(check(true, { place: "there" })).to.equal(undefined);
  });

  describe("durations", () => {
    const check = durations(["create", "delete"]);
    const cases: readonly [what: string, value: unknown, says: RegExp | undefined][] = [
      ["accepts one of each", { create: "20m", delete: "90s" }, undefined],
      ["accepts an empty object", {}, undefined],
      ["accepts what is not known yet", { create: unknownValue }, undefined],
      ["refuses a text", "20m", /^must be an object like \{ create: "20m" \}$/],
      ["refuses a list", ["20m"], /^must be an object/],
      ["refuses a number", 20, /^must be an object/],
      ["refuses another step", { update: "20m" }, /^has no "update"; there are "create" and "delete"$/],
      ["refuses a number of minutes", { create: 20 }, /^"create" must be a duration above zero like "90s"/],
      ["refuses a text that is no duration", { delete: "soon" }, /^"delete" must be a duration/],
      ["refuses zero", { create: "0s" }, /^"create" must be a duration above zero/],
    ];
    for (const [what, value, says] of cases) {
      it(what, () => {
        const reason = check(value, {});
        if (says === undefined) expect(reason).to.equal(undefined);
        else expect(reason).to.match(says);
      });
    }
  });
});

describe("checks of all fields", () => {
  const cases: readonly [what: string, inputs: Record<string, unknown>, failures: readonly [string, RegExp][]][] = [
    ["find nothing wrong with good inputs", good, []],
    [
      "name each missing field",
      {},
      [
        ["title", /"title" is required/],
        ["place", /"place" is required/],
      ],
    ],
    ["take null for missing", { ...good, title: null }, [["title", /required/]]],
    ["take what is left open for fine", { ...good, note: undefined }, []],
    [
      "name each wrong value",
      { title: "", place: "nowhere" },
      [
        ["title", /not empty/],
        ["place", /"here" or "there"/],
      ],
    ],
    ["leave unknown values alone", { title: unknownValue, place: unknownValue, note: unknownValue }, []],
    [
      "name a misspelt field and list those there are",
      { ...good, titel: "x" },
      [["titel", /no such property.*"title", .* and "origin"/]],
    ],
    [
      "name a misspelt field although its value is unknown",
      { ...good, titel: unknownValue },
      [["titel", /no such property/]],
    ],
    ["leave hidden fields alone", { ...good, __urn: "urn:x" }, []],
  ];
  for (const [what, inputs, failures] of cases) {
    it(what, () => {
      const found = checkFields(fields, inputs);
      expect(found.map(({ property }) => property)).to.deep.equal(failures.map(([property]) => property));
      failures.forEach(([, says], index) => expect(found[index]!.reason).to.match(says));
    });
  }
});

describe("changes of fields", () => {
  const olds = { title: "t", place: "here", tags: ["a", "b"], note: "n", origin: "o" };
  const cases: readonly [what: string, news: Record<string, unknown>, changed: readonly string[]][] = [
    ["are none when all is the same", { ...olds, tags: ["a", "b"] }, []],
    ["are none where a field is left out", {}, []],
    ["are none where a field is undefined", { title: undefined }, []],
    ["are found in depth", { tags: ["a", "c"] }, ["tags"]],
    ["see the order of a list", { tags: ["b", "a"] }, ["tags"]],
    ["see a type", { title: 1 }, ["title"]],
    ["see an unknown value", { place: unknownValue }, ["place"]],
    ["are never of a field whose change does nothing", { origin: "elsewhere" }, []],
    ["are never of a hidden or misspelt field", { __urn: "x", titel: "y" }, []],
    ["come in the order of the table", { note: "m", place: "there", title: "s" }, ["title", "place", "note"]],
  ];
  for (const [what, news, changed] of cases) {
    it(what, () => {
      expect(changedFields(fields, olds, news)).to.deep.equal(changed);
    });
  }

  it("include a field that was unset before", () => {
    expect(changedFields(fields, good, { ...good, note: "" })).to.deep.equal(["note"]);
  });

  it("are grouped by their effect", () => {
    const news = { title: "s", place: "there", note: "m" };
    expect(effectiveFields(fields, olds, news, "update")).to.deep.equal(["title"]);
    expect(effectiveFields(fields, olds, news, "replace")).to.deep.equal(["place"]);
  });

  it("have no effect where the field says so, and are still changes when a value is left out", () => {
    const table = { title: { onChange: "update", hasEffect: (value: unknown) => value !== undefined } } as const;
    expect(effectiveFields(table, olds, { title: "s" }, "update")).to.deep.equal(["title"]);
    expect(effectiveFields(table, olds, {}, "update")).to.deep.equal([]);
    expect(changedFields(table, olds, {})).to.deep.equal(["title"]);
  });

  it("include every value that the user set, also empty and false ones", () => {
    expect(givenNames(fields, { title: "", note: undefined, origin: false, titel: 1, __urn: "x" })).to.deep.equal([
      "title",
      "origin",
    ]);
  });

  it("recognise hidden inputs", () => {
    expect(["__urn", "__state", "_urn", "urn__"].map(isHidden)).to.deep.equal([true, true, false, false]);
  });
});
