import { expect } from "chai";
import { kindOf, shortChildUrn, shortUrn, typeIn, wholeUrn } from "../../provider/resource/typeTokens";

describe("a type token", () => {
  const kinds = ["Backend", "RestoreRequest", "RestoreCompletion", "DataDrop", "GraphqlSchema", "Backup"];

  it("has the same kind for the dynamic provider and for the plugin", () => {
    for (const kind of kinds) {
      expect(kindOf(`pulumi-nodejs:dynamic/dgraphcloud:${kind}`)).to.equal(kind);
      expect(kindOf(`dgraphcloud:index:${kind}`)).to.equal(kind);
    }
  });

  it("has no kind in another package", () => {
    const others = [
      "pulumi-nodejs:dynamic:Resource",
      "pulumi-nodejs:dynamic/other:Backend",
      "other:index:Backend",
      "mydgraphcloud:index:Backend",
      "dgraphcloud:other:Backend",
      "dgraphcloud:index:Backend:more",
      "dgraphcloud:index:",
      "pulumi:providers:dgraphcloud",
      "",
    ];
    for (const type of others) expect(kindOf(type), type).to.equal(undefined);
  });

  it("is the last type in a URN, whatever the parents and the name are", () => {
    const stack = "urn:pulumi:dev::shop::";
    expect(typeIn(`${stack}dgraphcloud:index:Backend::orders`)).to.equal("dgraphcloud:index:Backend");
    expect(typeIn(`${stack}shop:index:Shop$dgraphcloud:index:Backend::a::other:index:Thing::b`)).to.equal(
      "dgraphcloud:index:Backend",
    );
    expect(typeIn(`${stack}dgraphcloud:index:Restore$aws:s3/bucket:Bucket::backups`)).to.equal("aws:s3/bucket:Bucket");
    expect(typeIn("")).to.equal("");
  });
});

describe("the short form of a URN", () => {
  const type = "pulumi-nodejs:dynamic/dgraphcloud:Backend";
  const urns: readonly [what: string, urn: string, short: string][] = [
    ["without a parent", `urn:pulumi:dev::shop::${type}::orders`, "dev::shop::::orders"],
    ["with parents", `urn:pulumi:dev::shop::a:b:C$d:e:F$${type}::orders`, "dev::shop::a:b:C$d:e:F$::orders"],
    ["of a name with colons", `urn:pulumi:dev::shop::a:b:C$${type}::or::ders`, "dev::shop::a:b:C$::or::ders"],
    ["of a name with a dollar", `urn:pulumi:dev::shop::${type}::or$ders`, "dev::shop::::or$ders"],
  ];
  for (const [what, urn, short] of urns)
    it(`leads back to the URN of a resource ${what}`, () => {
      expect(shortUrn(urn)).to.equal(short);
      expect(wholeUrn(short, type)).to.equal(urn);
      expect(wholeUrn(urn, type), "in an older state").to.equal(urn);
    });

  it("follows from the URN of the parent", () => {
    const of = (parent: string): string => shortChildUrn(`urn:pulumi:dev::shop::${parent}`, "orders");
    expect(of("a:b:C::parent")).to.equal("dev::shop::a:b:C$::orders");
    expect(of("a:b:C$d:e:F::par::ent")).to.equal("dev::shop::a:b:C$d:e:F$::orders");
    expect(of("pulumi:pulumi:Stack::shop-dev")).to.equal("dev::shop::::orders");
  });
});
