import { expect } from "chai";
import { kindOf, typeIn } from "../../provider/resource/typeTokens";

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
