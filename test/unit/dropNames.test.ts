import { expect } from "chai";
import type { StoredNames } from "../../provider/api/dataAnswers";
import type { Context } from "../../provider/resource/context";
import type { DataDropInputs } from "../../provider/dataDrop/inputs";
import { findMissing } from "../../provider/dataDrop/names";
import { namesIn } from "../../provider/dataDrop/storedNames";
import { ConflictError, DgraphCloudError } from "../../provider/errors/errors";
import { GraphqlError, NotSentError } from "../../provider/errors/requestErrors";
import { type Operation } from "../../provider/run/operation";

const zoo = `
  # Dgraph.Authorization {"Header":"X","Namespace":"n","Algo":"HS256","VerificationKey":"k"}
  interface Animal { id: ID! nick: String }
  interface Tagged @dgraph(type: "zoo.tagged") { tag: String @dgraph(pred: "tag") note: String }
  type Dog implements Animal & Tagged { nick: String @search breed: String owner: Keeper @hasInverse(field: dogs) }
  type Keeper @dgraph(type: "zoo.keeper") @secret(field: "pin") {
    full: String @dgraph(pred: "person.name")
    dogs: [Dog]
    age: Int
    friend: [Keeper] @dgraph(pred: "~zoo.keeper.likes")
    nameHi: String @dgraph(pred: "Keeper.name@hi")
    iri: String @dgraph(pred: "<http://xmlns.com/foaf/0.1/name>")
    bio: String @custom(http: { url: "http://127.0.0.1/", method: GET })
    loud: String @lambda
  }
  type Elsewhere @remote { x: Int }
  extend type Keeper { late: String }
  union Pet = Dog
  enum Size { BIG }
  input Given { x: Int }
  type Query { q: String @custom(dql: "") }
`;

describe("the names that Dgraph stores for a schema", () => {
  const { types, fields, storedAs } = namesIn(zoo);

  it("are those of the types and interfaces, or of @dgraph(type:)", () => {
    expect(types).to.have.members(["Animal", "zoo.tagged", "Dog", "zoo.keeper"]);
    expect([storedAs.get("Keeper"), storedAs.get("Tagged"), storedAs.get("Dog")]).to.deep.equal([
      "zoo.keeper",
      "zoo.tagged",
      undefined,
    ]);
  });

  it("are the field names below the defining type or interface, or those of @dgraph(pred:)", () => {
    const ofKeeper = ["dogs", "age", "pin", "late"].map((field) => `zoo.keeper.${field}`);
    const ofDog = ["Dog.breed", "Dog.owner"];
    const named = ["person.name", "tag", "zoo.keeper.likes", "Keeper.name", "http://xmlns.com/foaf/0.1/name"];
    expect(fields).to.have.members(["Animal.nick", "zoo.tagged.note", ...ofDog, ...ofKeeper, ...named]);
    expect(storedAs.get("Dog.nick"), "also when the type repeats it").to.equal("Animal.nick");
    expect(storedAs.get("Dog.tag")).to.equal("tag");
    expect(storedAs.get("Keeper.full")).to.equal("person.name");
  });

  it("are none without a schema, and an error for an invalid schema", () => {
    expect(namesIn(" \n").types).to.deep.equal([]);
    expect(() => namesIn("type A {")).to.throw("Syntax Error");
  });
});

describe("the names of a DataDrop", () => {
  const said: string[] = [];
  let asked: string[];
  let schema: () => Promise<string>;
  let stored: () => Promise<StoredNames>;
  const site = { operation: "x", host: "h" };
  const operation = { deadline: 600_000, signal: new AbortController().signal } as Operation;

  beforeEach(() => {
    asked = [];
    said.length = 0;
    schema = () => Promise.resolve(zoo);
    stored = () => Promise.resolve({ types: ["Loose"], fields: ["Loose.x"] });
  });

  const context = {
    clock: { now: () => 0 },
    warn: (text: string) => said.push(text),
    account: {
      data: {
        schema: () => {
          asked.push("schema");
          return schema();
        },
        storedNames: (_: string, { deadline }: Operation) => {
          asked.push(`stored within ${deadline}`);
          return stored();
        },
      },
    },
  } as unknown as Context;
  const find = (more: Partial<DataDropInputs>, steps = ["types", "fields"] as const): Promise<readonly string[]> =>
    findMissing(context, operation, { backend: "0x42", ...more }, steps);
  const refused = async (more: Partial<DataDropInputs>): Promise<DgraphCloudError> => {
    try {
      await find(more);
    } catch (error) {
      if (error instanceof DgraphCloudError) return error;
      throw error;
    }
    throw new Error("it was not refused");
  };

  it("are looked up once when the GraphQL schema has them all, and never for a drop of all data", async () => {
    expect(await find({ types: ["Animal", "zoo.keeper"], fields: ["Animal.nick", "person.name"] })).to.deep.equal([]);
    expect(asked).to.deep.equal(["schema"]);
    expect(await findMissing(context, operation, { backend: "0x42", allData: true }, ["allData"])).to.deep.equal([]);
    expect(asked).to.have.length(1);
  });

  it("are looked up only for mutations that are still to be sent", async () => {
    const pair = { types: ["Gone"], fields: ["Animal.nick"] };
    expect(await findMissing(context, operation, { backend: "0x42", ...pair }, ["fields"])).to.deep.equal([]);
  });

  it("are accepted when only Dgraph's own schema has them, which is queried for up to half a minute", async () => {
    expect(await find({ types: ["Loose"], fields: ["Loose.x", "Dog.breed"] })).to.deep.equal([]);
    expect(asked).to.deep.equal(["schema", "stored within 30000"]);
  });

  it("are refused when they are stored nowhere, with a suggestion for each", async () => {
    const error = await refused({
      types: ["Keeper", "Misspelt", "Dgo", "Animal.nick"],
      fields: ["Dog.nick", "Dog.bred", "Keeper.full", "Keeper.ful", "Dog", "Dog.id"],
    });
    expect(error).to.be.instanceOf(ConflictError);
    expect(error.code).to.equal("DGC421");
    for (const hint of [
      "Keeper is stored as zoo.keeper",
      "there is no type Misspelt; there is no type Dgo",
      "there is no type Dgo; the nearest is Dog",
      "Animal.nick is a field, not a type",
      "Dog.nick is stored as Animal.nick",
      "there is no field Dog.bred; the nearest is Dog.breed",
      "Keeper.full is stored as person.name",
      "there is no field Keeper.ful; the nearest is person.name",
      "Dog is a type, not a field",
    ])
      expect(error.why).to.contain(hint);
    expect(error.why).to.contain("Nothing was dropped");
    expect(error.next.join()).to.contain("allowUnknownNames: true");
  });

  it("are listed up to ten, without control characters of a terminal", async () => {
    const { why } = await refused({ types: Array.from({ length: 13 }, (_, at) => `Nowhere${at}\u001b[2J`) });
    expect(why).to.contain("and 3 more").and.not.to.contain("\u001b");
  });

  it("are refused with an explanation where Dgraph's own schema cannot be queried", async () => {
    stored = () => Promise.reject(new GraphqlError(site, ["closed"], null));
    expect((await refused({ types: ["Loose"] })).why)
      .to.contain("could not be looked up")
      .and.to.contain("closed");
    expect(await find({ types: ["Dog"] })).to.deep.equal([]);
  });

  it("are sent with a warning when they are missing and allowUnknownNames is true", async () => {
    const missing = await find({ types: ["Dog", "Misspelt"], fields: ["Dog.nick"], allowUnknownNames: true });
    expect(missing).to.deep.equal(["type Misspelt", "field Dog.nick"]);
    expect(said.join()).to.contain("Misspelt").and.to.contain("Dog.nick is stored as Animal.nick");
  });

  for (const [what, unreadable] of [
    ["is refused", () => Promise.reject(new GraphqlError(site, ["no accessJwt available"], null))],
    ["cannot be parsed", () => Promise.resolve("type A {")],
  ] as const)
    it(`are sent only with allowUnknownNames when the schema ${what}`, async () => {
      schema = unreadable;
      const error = await refused({ types: ["Dog"] });
      expect([error.code, error.next.join().includes("allowUnknownNames: true")]).to.deep.equal(["DGC422", true]);
      expect(await find({ types: ["Dog"], allowUnknownNames: true })).to.deep.equal(["type Dog"]);
      expect(said.join()).to.contain("could not be looked up");
    });

  it("are never sent when the backend is unreachable, even with allowUnknownNames", async () => {
    schema = () => Promise.reject(new NotSentError(site, new Error("refused")));
    const error = await refused({ types: ["Dog"], allowUnknownNames: true });
    expect(error).to.be.instanceOf(NotSentError);
    expect(error.message).to.contain("nothing was dropped");
  });
});
