import { expect } from "chai";
import { unknownValue } from "../../provider/resource/fields";
import { previewedCreate, previewedUpdate } from "../../provider/resource/previews";
import type { State } from "../../provider/resource/resource";

const fields = { name: { onChange: "update" }, waits: { onChange: "state" }, zone: { onChange: "replace" } } as const;
const outputs = ["name", "waits", "zone", "address", "sentAt"];
const known = { name: "one", zone: "z", address: "a", sentAt: "yesterday" };

function preview(news: object, status: State["__state"]["status"] = "ready") {
  const state = { ...known, __state: { version: 1, status, given: [] } };
  const shown = previewedUpdate({ fields, recomputed: ["sentAt"] }, { state, news: { ...news } }, outputs);
  return Object.fromEntries(Object.entries(shown).filter(([name]) => name !== "__state"));
}

describe("the preview of an update", () => {
  it("makes only those outputs unknown that the update computes anew", () => {
    expect(preview({ name: "two", zone: "z" })).to.deep.equal({ ...known, name: "two", sentAt: unknownValue });
  });

  it("makes no output unknown when only the state is written", () => {
    expect(preview({ name: "one", zone: "z", waits: true })).to.deep.equal({ ...known, waits: true });
  });

  it("makes every output unknown while an earlier operation is not complete", () => {
    expect(preview({ name: "one", zone: "z" }, "pending")).to.deep.equal({
      ...known,
      address: unknownValue,
      sentAt: unknownValue,
    });
  });

  it("keeps the old value of an input that the program leaves out", () => {
    expect(preview({ zone: "z" })).to.deep.equal(known);
  });

  it("drops an input that the program leaves out where the update drops it too", () => {
    const before = { ...known, __state: { version: 1, status: "ready", given: [] } } as const;
    const storeInputs = (state: State): State => ({ ...state, name: undefined }) as State;
    const shown = previewedUpdate<State>({ fields, storeInputs }, { state: before, news: { zone: "z" } }, outputs);
    expect(shown).to.have.property("address", "a");
    expect(shown).not.to.have.property("name");
  });
});

describe("the preview of a create", () => {
  it("knows the inputs and nothing else", () => {
    const unknown = { name: unknownValue, waits: unknownValue, address: unknownValue, sentAt: unknownValue };
    expect(previewedCreate({ zone: "z" }, outputs)).to.deep.equal({ ...unknown, zone: "z" });
  });
});
