import { expect } from "chai";
import { quoted, resourceName } from "../../provider/resource/messages";

const stack = "urn:pulumi:dev::shop::";
const own = "pulumi-nodejs:dynamic/dgraphcloud:";

const names: readonly [what: string, urn: string, name: string][] = [
  ["a Backend", `${stack}${own}Backend::orders`, 'Backend "orders"'],
  [
    "the part of a Restore that sends",
    `${stack}dgraphcloud:index:Restore$${own}RestoreRequest::undo-request`,
    'Restore "undo"',
  ],
  [
    "the part of a Restore that waits",
    `${stack}dgraphcloud:index:Restore$${own}RestoreCompletion::undo-completion`,
    'Restore "undo"',
  ],
  [
    "a Restore whose own name ends like that of a part",
    `${stack}dgraphcloud:index:Restore$${own}RestoreRequest::my-request-request`,
    'Restore "my-request"',
  ],
  [
    "a DataDrop in a component",
    `${stack}shop:index:Environment$${own}DataDrop::stage-request`,
    'DataDrop "stage-request"',
  ],
  ["a name with colons", `${stack}${own}Backend::shop::orders`, 'Backend "shop::orders"'],
  ["a name with control characters", `${stack}${own}Backend::x\u001b[2J`, 'Backend "x"'],
];

describe("the name of a resource in messages", () => {
  for (const [what, urn, name] of names) {
    it(`is the logical name of ${what}`, () => {
      expect(resourceName(urn)).to.equal(name);
    });
  }

  it("is its kind alone when there is no URN", () => {
    expect(resourceName(undefined, "RestoreRequest")).to.equal("Restore");
    expect(resourceName(undefined, "Backend")).to.equal("Backend");
  });

  it("is a URN quoted for a shell in a command", () => {
    expect(quoted(`${stack}shop:index:Environment$${own}Backend::it's`)).to.equal(
      `'${stack}shop:index:Environment$${own}Backend::it'\\''s'`,
    );
  });
});
