import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { readProperties, writeProperties } from "../../provider/host/plugin/properties";
import { unknownValue } from "../../provider/resource/fields";

const signature = "4dabf18193072939515e22adb298388d";
const secretOf = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const outputOf = (more: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
const resourceOf = (id: unknown) => ({ [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id });

type Sent = Parameters<typeof Struct.fromJavaScript>[0];
const read = (values: object) => readProperties(Struct.fromJavaScript(values as Sent));

describe("properties of the engine", () => {
  it("are plain values: texts, numbers, lists, objects", () => {
    const values = { text: "a", count: 3, on: false, list: ["a", { b: 1 }], empty: "" };
    expect(read(values)).to.deep.equal({ values, secrets: [] });
    expect(readProperties(undefined)).to.deep.equal({ values: {}, secrets: [] });
  });

  it("name a secret, wherever in the property it stands", () => {
    const { values, secrets } = read({
      token: secretOf("t"),
      nested: { list: ["a", secretOf({ deep: "s" })] },
      inOutput: outputOf({ value: "o", secret: true }),
      plain: "p",
    });
    expect(values).to.deep.equal({
      token: "t",
      nested: { list: ["a", { deep: "s" }] },
      inOutput: "o",
      plain: "p",
    });
    expect(secrets).to.have.members(["token", "nested", "inOutput"]);
  });

  for (const [type, placeholder] of Object.entries({
    text: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    list: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  }))
    it(`are unknown where the engine has a placeholder for the type ${type}`, () => {
      expect(read({ one: placeholder, list: ["a", placeholder] }).values).to.deep.equal({
        one: unknownValue,
        list: ["a", unknownValue],
      });
    });

  it("are unknown where an output has no value yet, and a secret all the same", () => {
    expect(read({ one: outputOf({ secret: true, dependencies: ["urn:x"] }) })).to.deep.equal({
      values: { one: unknownValue },
      secrets: ["one"],
    });
  });

  it("have the id of a resource in its place", () => {
    const { values } = read({ known: resourceOf("0x42"), unknown: resourceOf(""), later: resourceOf(unknownValue) });
    expect(values).to.deep.equal({ known: "0x42", unknown: unknownValue, later: unknownValue });
  });

  it("are written without what is undefined, and secret as a whole", () => {
    const struct = writeProperties(
      { token: "t", gone: undefined, none: null, deep: { gone: undefined, kept: 1 }, plain: "p" },
      ["token", "absent"],
    );
    expect(struct.toJavaScript()).to.deep.equal({ token: secretOf("t"), deep: { kept: 1 }, plain: "p" });
  });
});
