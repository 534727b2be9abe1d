import { expect } from "chai";
import { type Importable, type Provider, textOf } from "../../cli/importFile/text";

const backend = (id: string, name: string): Importable => ({ id, name, kinds: ["Backend"] });
const provider: Provider = {
  name: "production",
  urn: "urn:pulumi:dev::shop::pulumi:providers:dgraphcloud::production",
};

interface Entry {
  readonly name: string;
}

const namesIn = (importable: readonly Importable[], ofProvider?: Provider): string[] =>
  (JSON.parse(textOf(importable, ofProvider)) as { resources: Entry[] }).resources.map(({ name }) => name);

describe("the text of an import file", () => {
  it("has the type, the name and the id of each resource", () => {
    const text = textOf([{ id: "0x42", name: "orders", kinds: ["Backend", "GraphqlSchema"] }], undefined);
    expect(text).to.match(/^\{\n {2}"resources": \[\n[^]*\n\}\n$/);
    expect(JSON.parse(text)).to.deep.equal({
      resources: [
        { type: "dgraphcloud:index:Backend", name: "orders", id: "0x42" },
        { type: "dgraphcloud:index:GraphqlSchema", name: "orders", id: "0x42" },
      ],
    });
  });

  it("is valid without resources", () => {
    expect(JSON.parse(textOf([], undefined))).to.deep.equal({ resources: [] });
  });

  it("names the provider of each resource, and its URN once", () => {
    expect(JSON.parse(textOf([backend("0x42", "orders"), backend("0x43", "users")], provider))).to.deep.equal({
      nameTable: { production: provider.urn },
      resources: [
        { type: "dgraphcloud:index:Backend", name: "orders", id: "0x42", provider: "production" },
        { type: "dgraphcloud:index:Backend", name: "users", id: "0x43", provider: "production" },
      ],
    });
  });

  it("makes names of variables out of names that anybody chose", () => {
    const names = {
      "orders-eu_2": "orders-eu_2",
      "My Orders (EU)": "My-Orders-EU",
      'a"b\n${c}': "a-b-c",
      "shop.orders": "shop-orders",
      "2nd": "backend-2nd",
      "--x--": "x",
      Bücher: "B-cher",
      注文: "backend",
      "": "backend",
    };
    expect(namesIn(Object.keys(names).map((name, index) => backend(`0x${index}`, name)))).to.deep.equal(
      Object.values(names).map((name, index) => (name === "backend" ? `backend-0x${index}` : name)),
    );
    expect(namesIn([backend("0x1", "注文")])).to.deep.equal(["backend"]);
  });

  it("adds the uid to names that are equal, or that would be", () => {
    expect(
      namesIn([backend("0x1", "orders"), backend("0x2", "users"), backend("0x3", "orders"), backend("0x4", "orders ")]),
    ).to.deep.equal(["orders-0x1", "users", "orders-0x3", "orders-0x4"]);
  });

  it("never gives a name twice, also where another backend has that of a uid", () => {
    const names = namesIn([
      backend("0x1", "orders"),
      backend("0x2", "orders"),
      backend("0x3", "orders-0x1"),
      backend("0x1!", "orders"),
      backend("0x1?", "orders"),
    ]);
    expect(names[2]).to.equal("orders-0x1");
    expect(new Set(names).size).to.equal(names.length);
  });

  it("gives no resource the name of the provider", () => {
    expect(namesIn([backend("0x1", "production"), backend("0x2", "users")], provider)).to.deep.equal([
      "production-0x1",
      "users",
    ]);
  });
});
