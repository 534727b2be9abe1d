import { expect } from "chai";
import { unknownValue } from "../../provider/resource/fields";
import type { Fault } from "dgraphcloud-local";
import type { Made, Values } from "../harness/providerHost";
import { failing, partial, Scene, urnOf } from "./scene";

describe("lifecycle: a DataDrop behind the real dynamic-provider host", function () {
  this.timeout(60_000);
  let scene: Scene;

  beforeEach(async () => {
    scene = await Scene.begin();
  });
  afterEach(() => scene.close());

  const inputs = (more: Values): Values => ({ backend: scene.target, __urn: urnOf("DataDrop", "d"), ...more });
  const drop = (more: Values): Promise<Made> => scene.drop.create(inputs(more));
  const sent = (): number => scene.local.journal.count("dropData");
  const schema = (): Promise<string> => scene.local.cloud.get(scene.target).engine.schema();

  it("erases all data and keeps the schema, or both", async () => {
    const { id, properties } = await drop({ allData: true });
    expect(id).to.match(new RegExp(`^${scene.target}/drop/\\d{4}-`));
    expect(properties).to.deep.include({ messages: ["Done"], dropped: ["all data"] });
    expect(await scene.authors(scene.target)).to.deep.equal([]);
    expect(await schema()).not.to.equal("");
    await drop({ allDataAndSchema: true });
    expect(await schema()).to.equal("");
  });

  it("erases types and fields with a mutation each", async () => {
    const { properties } = await drop({ types: ["Author"], fields: ["Author.name"] });
    expect(properties["dropped"]).to.deep.equal(["type Author", "field Author.name"]);
    expect(properties["notFound"]).to.deep.equal([]);
    expect(sent()).to.equal(2);
    expect(await scene.authors(scene.target)).to.deep.equal([]);
  });

  it("drops only what the backend stores, and says which names are meant", async () => {
    const { engine } = scene.local.cloud.get(scene.target);
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
    const { message } = await failing(drop(asked));
    for (const hint of ["Keeper is stored as zoo.keeper", "no type Misspelt", "Dog.nick is stored as Animal.nick"])
      expect(message).to.contain(hint);
    expect(sent()).to.equal(0);
    const allowed = await drop({ ...asked, allowUnknownNames: true });
    expect(allowed.properties).to.deep.include({
      dropped: [],
      notFound: ["type Keeper", "type Misspelt", "field Dog.nick"],
    });
    await scene.says("Dog.nick is stored as Animal.nick");
    expect(await left()).to.deep.equal({
      queryDog: [{ nick: "Rex", breed: "Pug" }],
      queryKeeper: [{ full: "Ann" }],
    });
    const { properties } = await drop({ types: ["zoo.keeper"], fields: ["Animal.nick"] });
    expect(properties["dropped"]).to.deep.equal(["type zoo.keeper", "field Animal.nick"]);
    expect(await left()).to.deep.equal({ queryDog: [{ nick: null, breed: "Pug" }], queryKeeper: [] });
  });

  it("drops no names when the schema cannot be read, but on the user's word", async () => {
    scene.strike("getGQLSchema", { kind: "errors", messages: ["no accessJwt available"], acted: false }, "every");
    expect((await failing(drop({ types: ["Author"] }))).message).to.contain("DGC422");
    expect(sent()).to.equal(0);
    const { properties } = await drop({ types: ["Author"], allowUnknownNames: true });
    expect(properties).to.deep.include({ dropped: [], notFound: ["type Author"] });
    expect(await scene.authors(scene.target)).to.deep.equal([]);
    await drop({ allData: true });
    expect(sent(), "all data need no names").to.equal(2);
  });

  it("works on a shared backend, where there are no restores to look for", async () => {
    const shared = await scene.dedicated("small", "shared");
    await drop({ backend: shared, allData: true });
    expect(scene.local.journal.count("restoreStatus")).to.equal(0);
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
    it(`never sends again after an answer lost by ${fault.kind} (${index + 1})`, async () => {
      scene.strike("dropData", fault);
      const unknown = await partial(drop({ allData: true }));
      expect(unknown.message).to.contain(`acceptUnknown: "${unknown.id}"`).and.to.contain("all data");
      await scene.restartHost();
      const news = inputs({ allData: true });
      const read = await scene.drop.read(unknown.id, unknown.properties);
      expect((await scene.drop.diff(unknown.id, read.properties, news)).changes).to.equal(true);
      await failing(scene.drop.update(unknown.id, read.properties, news));
      const outs = await scene.drop.update(unknown.id, read.properties, { ...news, acceptUnknown: unknown.id });
      expect((await scene.drop.diff(unknown.id, outs, news)).changes).not.to.equal(true);
      expect(sent()).to.equal(1);
    });
  }

  it("finishes a half-done pair and does not repeat it", async () => {
    scene.strike("dropData", { kind: "errors", messages: ["no such field"], acted: false }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partial(drop(pair));
    expect(half.message).to.contain("no such field");
    expect(half.properties).to.deep.include({ dropped: ["type Author"] });
    await scene.restartHost();
    const outs = await scene.drop.update(half.id, half.properties, inputs(pair));
    expect(outs).to.deep.include({ dropped: ["type Author", "field Author.name"] });
    expect(sent()).to.equal(3);
    expect(scene.local.journal.acted("dropData")).to.equal(2);
  });

  it("finishes no half-done pair after notAfter or against confirm", async () => {
    scene.strike("dropData", { kind: "errors", messages: ["no such field"], acted: false }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"], confirm: "staging" };
    const half = await partial(drop(pair));
    await scene.restartHost();
    const update = (more: Values): Promise<Values> =>
      scene.drop.update(half.id, half.properties, inputs({ ...pair, ...more }));
    expect((await failing(update({ notAfter: "2020-01-01T00:00:00Z" }))).message).to.contain("DGC413");
    expect((await failing(update({ confirm: "production" }))).message).to.contain('"staging"');
    expect(scene.local.journal.acted("dropData")).to.equal(1);
    await update({});
    expect(scene.local.journal.acted("dropData")).to.equal(2);
  });

  it("is not sent while a restore runs that this stack does not know", async () => {
    const backend = scene.local.cloud.get(scene.target);
    const source = scene.local.cloud.get(scene.source);
    backend.setRestoreOutcome({ status: "IN_PROGRESS" });
    await backend.startRestore(source, await source.findBackup("", 0));
    expect((await failing(drop({ allData: true }))).message).to.contain("DGC410");
    expect(sent()).to.equal(0);
  });

  it("finishes a pair whose second answer was lost only once that is accepted", async () => {
    scene.strike("dropData", { kind: "reset", acted: true }, [2]);
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partial(drop(pair));
    await failing(scene.drop.update(half.id, half.properties, inputs(pair)));
    await scene.drop.update(half.id, half.properties, inputs({ ...pair, acceptUnknown: half.id }));
    expect(sent()).to.equal(2);
  });

  it("sends the second of a pair once the lost first one is accepted", async () => {
    scene.strike("dropData", { kind: "reset", acted: true });
    const pair = { types: ["Author"], fields: ["Author.name"] };
    const half = await partial(drop(pair));
    expect(sent()).to.equal(1);
    await scene.drop.update(half.id, half.properties, inputs({ ...pair, acceptUnknown: half.id }));
    expect(sent()).to.equal(2);
  });

  it("exports first, keeps the URLs, and drops nothing when the export fails", async () => {
    const { properties } = await drop({ allData: true, exportFirst: true });
    expect(properties["exportUrls"]).to.have.length(1);
    await scene.says(`exported ${scene.target} after`);
    scene.strike("export", { kind: "errors", messages: ["disk full"], acted: false });
    expect((await failing(drop({ allData: true, exportFirst: true }))).message).to.contain("disk full");
    expect(sent()).to.equal(1);
  });

  it("refuses a wrong confirm in check and in create, and names both", async () => {
    const wrong = inputs({ allData: true, confirm: "production" });
    const { failures } = await scene.drop.check({}, wrong);
    expect(failures[0]?.property).to.equal("confirm");
    expect(failures[0]?.reason).to.contain('"production"').and.to.contain('"staging"');
    expect((await failing(scene.drop.create(wrong))).message).to.contain('"staging"');
    const unchanged = await scene.drop.check(inputs({ allData: true }), wrong);
    expect(unchanged.failures, "what has run is not asked again").to.deep.equal([]);
    const again = await scene.drop.check(inputs({ allData: true }), { ...wrong, triggers: ["new"] });
    expect(again.failures[0]?.property).to.equal("confirm");
    await drop({ allData: true, confirm: "staging" });
    expect(sent()).to.equal(1);
  });

  it("compares confirm with the name of a backend that was created since the last list", async () => {
    await scene.drop.check({}, inputs({ allData: true, confirm: "staging" }));
    const young = await scene.dedicated("young");
    const { failures } = await scene.drop.check({}, inputs({ backend: young, allData: true, confirm: "young" }));
    expect(failures).to.deep.equal([]);
  });

  it("refuses a passed notAfter, two kinds of drop, none at all, and an unknown uid", async () => {
    const past = inputs({ allData: true, notAfter: "2020-01-01T00:00:00Z" });
    expect((await scene.drop.check({}, past)).failures[0]?.property).to.equal("notAfter");
    expect((await failing(scene.drop.create(past))).message).to.contain("DGC413");
    for (const more of [{}, { allData: true, types: ["A"] }, { allData: false }, { types: [] }]) {
      expect((await scene.drop.check({}, inputs(more))).failures, JSON.stringify(more)).not.to.have.length(0);
    }
    expect((await failing(drop({ backend: "0x999", allData: true }))).message).to.contain(
      "the account dev@example.com has no backend 0x999",
    );
    expect(sent()).to.equal(0);
  });

  it("refuses nothing for values that a preview does not know yet", async () => {
    for (const more of [
      { notAfter: unknownValue },
      { confirm: unknownValue },
      { backend: unknownValue, confirm: "x" },
    ]) {
      expect((await scene.drop.check({}, inputs({ allData: true, ...more }))).failures).to.deep.equal([]);
    }
    const olds = inputs({ allData: true, confirm: "its name before", triggers: { at: "then" } });
    const news = { ...olds, triggers: { at: unknownValue } };
    expect((await scene.drop.check(olds, news)).failures).to.deep.equal([]);
  });

  it("is not run again by another order of names, a removed trigger or a deletion", async () => {
    const before = inputs({ types: ["B", "A"], triggers: ["x", "y"], allowUnknownNames: true });
    const checked = (await scene.drop.check({}, before)).inputs;
    const { id, properties } = await scene.drop.create(checked);
    const after = (await scene.drop.check(checked, inputs({ types: ["A", "B"], triggers: ["y"] }))).inputs;
    expect((await scene.drop.diff(id, properties, after)).replaces).to.deep.equal([]);
    const more = (await scene.drop.check(checked, inputs({ types: ["A", "C"], triggers: ["y"] }))).inputs;
    expect((await scene.drop.diff(id, properties, more)).replaces).to.deep.equal(["types"]);
    scene.local.journal.clear();
    await scene.drop.delete(id, properties);
    expect(scene.local.journal.count()).to.equal(0);
    await scene.says("no call is made");
  });
});
