import { expect } from "chai";
import { unknownValue } from "../../provider/resource/fields";
import type { Fault } from "dgraphcloud-local";
import type { Made, Values } from "../harness/providerHost";
import { testedHost } from "../harness/testedHost";
import { failureOf, partialFailureOf, Fixture, urnOf } from "./fixture";

describe(`lifecycle: a DataDrop behind the real ${testedHost} host`, function () {
  this.timeout(60_000);
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await Fixture.begin();
  });
  afterEach(() => fixture.close());

  const inputs = (more: Values): Values => ({ backend: fixture.target, __urn: urnOf("DataDrop", "d"), ...more });
  const drop = (more: Values): Promise<Made> => fixture.drop.create(inputs(more));
  const sent = (): number => fixture.local.journal.count("dropData");
  const schema = (): Promise<string> => fixture.local.cloud.get(fixture.target).engine.schema();

  it("erases all data, with or without the schema", async () => {
    const { id, properties } = await drop({ allData: true });
    expect(id).to.match(new RegExp(`^${fixture.target}/drop/\\d{4}-`));
    expect(properties).to.deep.include({ messages: ["Done"], dropped: ["all data"] });
    expect(await fixture.authors(fixture.target)).to.deep.equal([]);
    expect(await schema()).not.to.equal("");
    await drop({ allDataAndSchema: true });
    expect(await schema()).to.equal("");
  });

  it("erases types and fields with one mutation each", async () => {
    const { properties } = await drop({ types: ["Author"], fields: ["Author.name"] });
    expect(properties["dropped"]).to.deep.equal(["type Author", "field Author.name"]);
    expect(properties["notFound"]).to.deep.equal([]);
    expect(sent()).to.equal(2);
    expect(await fixture.authors(fixture.target)).to.deep.equal([]);
  });

  it("drops only names that the backend stores, and suggests the right ones", async () => {
    const { engine } = fixture.local.cloud.get(fixture.target);
    await engine.setSchema(`
      interface Animal { id: ID! nick: String }
      type Dog implements Animal { breed: String }
      type Keeper @dgraph(type: "zoo.keeper") { full: String @dgraph(pred: "person.name") }`);
    const add =
      'addDog(input: [{ nick: "Rex", breed: "Pug" }]) { numUids } addKeeper(input: [{ full: "Ann" }]) { numUids }';
    expect((await engine.graphql({ query: `mutation { ${add} }` })).errors).to.equal(undefined);
    const left = async (): Promise<unknown> =>
      (await engine.graphql({ query: "{ queryDog { nick breed } queryKeeper { full } }" })).data;
    const asked = { types: ["Keeper", "Misspelt"], fields: ["Dog.nick"] };
    const { message } = await failureOf(drop(asked));
    for (const hint of ["Keeper is stored as zoo.keeper", "no type Misspelt", "Dog.nick is stored as Animal.nick"])
      expect(message).to.contain(hint);
    expect(sent()).to.equal(0);
    const allowed = await drop({ ...asked, allowUnknownNames: true });
    expect(allowed.properties).to.deep.include({
      dropped: [],
      notFound: ["type Keeper", "type Misspelt", "field Dog.nick"],
    });
    await fixture.waitForOutput("Dog.nick is stored as Animal.nick");
    expect(await left()).to.deep.equal({
      queryDog: [{ nick: "Rex", breed: "Pug" }],
      queryKeeper: [{ full: "Ann" }],
    });
    const { properties } = await drop({ types: ["zoo.keeper"], fields: ["Animal.nick"] });
    expect(properties["dropped"]).to.deep.equal(["type zoo.keeper", "field Animal.nick"]);
    expect(await left()).to.deep.equal({ queryDog: [{ nick: null, breed: "Pug" }], queryKeeper: [] });
  });

  it("drops names without a readable schema only with allowUnknownNames", async () => {
    fixture.injectFault(
      "getGQLSchema",
      { kind: "errors", messages: ["no accessJwt available"], acted: false },
      "every",
    );
    expect((await failureOf(drop({ types: ["Author"] }))).message).to.contain("DGC422");
    expect(sent()).to.equal(0);
    const { properties } = await drop({ types: ["Author"], allowUnknownNames: true });
    expect(properties).to.deep.include({ dropped: [], notFound: ["type Author"] });
    expect(await fixture.authors(fixture.target)).to.deep.equal([]);
    await drop({ allData: true });
    expect(sent(), "all data need no names").to.equal(2);
  });

  it("works on a shared backend, which has no restores", async () => {
    const shared = await fixture.dedicated("small", "shared");
    await drop({ backend: shared, allData: true });
    expect(fixture.local.journal.count("restoreStatus")).to.equal(0);
  });

  const lost: readonly Fault[] = [
    { kind: "reset", acted: true },
    { kind: "status", status: 504, acted: true },
    { kind: "cut-off", acted: true },
    { kind: "data", data: { dropData: null }, acted: true },
    { kind: "errors", messages: ["slow"], acted: true, withData: true },
    { kind: "errors", messages: ["transport is closing"], acted: true },
    { kind: "errors", messages: ["unauthorized"], acted: true },
    { kind: "data", data: { dropData: { response: { code: "Failure", message: "busy" } } }, acted: true },
    { kind: "data", data: { dropData: { response: {} } }, acted: false },
    { kind: "status", status: 408, acted: false },
  ];
  for (const [index, fault] of lost.entries()) {
    it(`never sends a drop again after an answer lost by ${fault.kind} (${index + 1})`, async () => {
      fixture.injectFault("dropData", fault);
      const unknown = await partialFailureOf(drop({ allData: true }));
      expect(unknown.message).to.contain(`acceptUnknown: "${unknown.id}"`).and.to.contain("all data");
      await fixture.restartHost();
      const news = inputs({ allData: true });
      const read = await fixture.drop.read(unknown.id, unknown.properties);
      expect((await fixture.drop.diff(unknown.id, read.properties, news)).changes).to.equal(true);
      await failureOf(fixture.drop.update(unknown.id, read.properties, news));
      const outs = await fixture.drop.update(unknown.id, read.properties, { ...news, acceptUnknown: unknown.id });
      expect((await fixture.drop.diff(unknown.id, outs, news)).changes).not.to.equal(true);
      expect(sent()).to.equal(1);
    });
  }

  it("sends the second mutation of an unfinished pair, and never the first one again", async () => {
    fixture.injectFault("dropData", { kind: "errors", messages: ["no such field"], acted: false }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partialFailureOf(drop(pair));
    expect(half.message).to.contain("no such field");
    expect(half.properties).to.deep.include({ dropped: ["type Author"] });
    await fixture.restartHost();
    const outs = await fixture.drop.update(half.id, half.properties, inputs(pair));
    expect(outs).to.deep.include({ dropped: ["type Author", "field Author.name"] });
    expect(sent()).to.equal(3);
    expect(fixture.local.journal.acted("dropData")).to.equal(2);
  });

  it("does not finish a pair after notAfter, or when confirm does not match", async () => {
    fixture.injectFault("dropData", { kind: "errors", messages: ["no such field"], acted: false }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"], confirm: "staging" };
    const half = await partialFailureOf(drop(pair));
    await fixture.restartHost();
    const update = (more: Values): Promise<Values> =>
      fixture.drop.update(half.id, half.properties, inputs({ ...pair, ...more }));
    expect((await failureOf(update({ notAfter: "2020-01-01T00:00:00Z" }))).message).to.contain("DGC413");
    expect((await failureOf(update({ confirm: "production" }))).message).to.contain('"staging"');
    expect(fixture.local.journal.acted("dropData")).to.equal(1);
    await update({});
    expect(fixture.local.journal.acted("dropData")).to.equal(2);
  });

  it("is not sent while an unknown restore runs", async () => {
    const backend = fixture.local.cloud.get(fixture.target);
    const source = fixture.local.cloud.get(fixture.source);
    backend.setRestoreOutcome({ status: "IN_PROGRESS" });
    await backend.startRestore(source, await source.findBackup("", 0));
    expect((await failureOf(drop({ allData: true }))).message).to.contain("DGC410");
    expect(sent()).to.equal(0);
  });

  it("completes a pair whose second answer was lost only after acceptUnknown", async () => {
    fixture.injectFault("dropData", { kind: "reset", acted: true }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partialFailureOf(drop(pair));
    await failureOf(fixture.drop.update(half.id, half.properties, inputs(pair)));
    await fixture.drop.update(half.id, half.properties, inputs({ ...pair, acceptUnknown: half.id }));
    expect(sent()).to.equal(2);
  });

  it("sends the second mutation of a pair after acceptUnknown for the lost first one", async () => {
    fixture.injectFault("dropData", { kind: "reset", acted: true });
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partialFailureOf(drop(pair));
    expect(sent()).to.equal(1);
    await fixture.drop.update(half.id, half.properties, inputs({ ...pair, acceptUnknown: half.id }));
    expect(sent()).to.equal(2);
  });

  it("exports first and keeps the URLs, and drops nothing when the export fails", async () => {
    const { properties } = await drop({ allData: true, exportFirst: true });
    expect(properties["exportUrls"]).to.have.length(1);
    await fixture.waitForOutput(`exported ${fixture.target} after`);
    fixture.injectFault("export", { kind: "errors", messages: ["disk full"], acted: false });
    expect((await failureOf(drop({ allData: true, exportFirst: true }))).message).to.contain("disk full");
    expect(sent()).to.equal(1);
  });

  it("refuses a wrong confirm in check and in create, and names both names", async () => {
    const wrong = inputs({ allData: true, confirm: "production" });
    const { failures } = await fixture.drop.check({}, wrong);
    expect(failures[0]?.property).to.equal("confirm");
    expect(failures[0]?.reason).to.contain('"production"').and.to.contain('"staging"');
    expect((await failureOf(fixture.drop.create(wrong))).message).to.contain('"staging"');
    const unchanged = await fixture.drop.check(inputs({ allData: true }), wrong);
    expect(unchanged.failures, "what has run is not asked again").to.deep.equal([]);
    const again = await fixture.drop.check(inputs({ allData: true }), { ...wrong, triggers: ["new"] });
    expect(again.failures[0]?.property).to.equal("confirm");
    await drop({ allData: true, confirm: "staging" });
    expect(sent()).to.equal(1);
  });

  it("compares confirm with the name of a backend that was created since the last list", async () => {
    await fixture.drop.check({}, inputs({ allData: true, confirm: "staging" }));
    const young = await fixture.dedicated("young");
    const { failures } = await fixture.drop.check({}, inputs({ backend: young, allData: true, confirm: "young" }));
    expect(failures).to.deep.equal([]);
  });

  it("refuses an expired notAfter, two selections, no selection, and an unknown uid", async () => {
    const past = inputs({ allData: true, notAfter: "2020-01-01T00:00:00Z" });
    expect((await fixture.drop.check({}, past)).failures[0]?.property).to.equal("notAfter");
    expect((await failureOf(fixture.drop.create(past))).message).to.contain("DGC413");
    for (const more of [{}, { allData: true, types: ["A"] }, { allData: false }, { types: [] }]) {
      expect((await fixture.drop.check({}, inputs(more))).failures, JSON.stringify(more)).not.to.have.length(0);
    }
    expect((await failureOf(drop({ backend: "0x999", allData: true }))).message).to.contain(
      "the account dev@example.com has no backend 0x999",
    );
    expect(sent()).to.equal(0);
  });

  it("accepts values that are unknown in a preview", async () => {
    for (const more of [
      { notAfter: unknownValue },
      { confirm: unknownValue },
      { backend: unknownValue, confirm: "x" },
    ]) {
      expect((await fixture.drop.check({}, inputs({ allData: true, ...more }))).failures).to.deep.equal([]);
    }
    const olds = inputs({ allData: true, confirm: "its name before", triggers: { at: "then" } });
    const news = { ...olds, triggers: { at: unknownValue } };
    expect((await fixture.drop.check(olds, news)).failures).to.deep.equal([]);
  });

  it("does not run again for another order of names, a removed trigger, or a delete", async () => {
    const before = inputs({ types: ["B", "A"], triggers: ["x", "y"], allowUnknownNames: true });
    const checked = (await fixture.drop.check({}, before)).inputs;
    const { id, properties } = await fixture.drop.create(checked);
    const after = (await fixture.drop.check(checked, inputs({ types: ["A", "B"], triggers: ["y"] }))).inputs;
    expect((await fixture.drop.diff(id, properties, after)).replaces).to.deep.equal([]);
    const more = (await fixture.drop.check(checked, inputs({ types: ["A", "C"], triggers: ["y"] }))).inputs;
    expect((await fixture.drop.diff(id, properties, more)).replaces).to.deep.equal(["types"]);
    fixture.local.journal.clear();
    await fixture.drop.delete(id, properties);
    expect(fixture.local.journal.count()).to.equal(0);
    await fixture.waitForOutput("no call is made");
  });
});
