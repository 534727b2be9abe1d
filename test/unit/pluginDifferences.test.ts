import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import { expect } from "chai";
import { detailsOf } from "../../provider/host/plugin/differences";
import type { Values } from "../../provider/resource/values";

const { ADD, DELETE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;

function details(olds: Values, news: Values, replaces: string[] = [], secrets: readonly string[] = []): object {
  const response = detailsOf({ changed: Object.keys(news), replaces }, olds, news, secrets);
  const found: Record<string, PropertyDiff.Kind> = {};
  response.getDetaileddiffMap().forEach((detail, path) => {
    found[path] = detail.getKind();
  });
  return found;
}

describe("a difference as the plugin tells it", () => {
  it("names the part of an object that differs, as replaceOnChanges names it", () => {
    const olds = { triggers: { a: "1", b: "1", "c.d": "1" } };
    const news = { triggers: { a: "2", b: "1", e: "1" } };
    expect(details(olds, news)).to.deep.equal({ "triggers.a": UPDATE, 'triggers["c.d"]': DELETE, "triggers.e": ADD });
    expect(details({ triggers: { a: "1" } }, { triggers: { a: "2" } }, ["triggers"])).to.deep.equal({
      "triggers.a": UPDATE_REPLACE,
    });
  });

  it("names the part of a list that differs", () => {
    expect(details({ types: ["A", "B"] }, { types: ["A", "C", "D"] })).to.deep.equal({
      "types[1]": UPDATE,
      "types[2]": ADD,
    });
  });

  it("names the whole property where the kind of value changes, where the engine could not read the path, and for a secret", () => {
    expect(details({ triggers: ["1"] }, { triggers: { a: "1" } })).to.deep.equal({ triggers: UPDATE });
    expect(details({ triggers: { 'a"': "1" } }, { triggers: { 'a"': "2" } })).to.deep.equal({ triggers: UPDATE });
    const [olds, news] = [{ credentials: { secretKey: "1" } }, { credentials: { secretKey: "2" } }];
    expect(details(olds, news, [], ["credentials"])).to.deep.equal({ credentials: UPDATE });
  });

  it("is none without a change", () => {
    expect(detailsOf({ changes: false }, {}, {}, []).getChanges()).to.equal(DiffResponse.DiffChanges.DIFF_NONE);
  });
});
