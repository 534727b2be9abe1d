import { expect } from "chai";
import { dropFrom } from "../../local/engines/dgraph/drop";

describe("names in a drop", () => {
  const sent: string[] = [];
  const alpha = {
    query: (text: string) => {
      sent.push(text);
      return Promise.resolve(text.startsWith("schema") ? { types: [] } : { left: [] });
    },
    mutate: () => Promise.resolve(),
    alter: (operation: object) => {
      sent.push(JSON.stringify(operation));
      return Promise.resolve();
    },
    schema: () => Promise.resolve(""),
  };
  const drop = (what: "types" | "fields", names: string[]): Promise<string> =>
    dropFrom(alpha as never, { what, names }).then(() => "dropped", String);
  beforeEach(() => sent.splice(0));

  const leak = "A>), first: 1) { uid } leak(func: has(<dgraph.xid>)) { uid } x(func: type(<A";
  for (const name of [leak, "", "A B", "A>", "<A", 'A"', "A{", "A|", "A^", "A`", "A\\", "A\n", "A\u0000", "A\u2028"])
    it(`cannot be ${JSON.stringify(name)}, and then nothing at all is dropped`, async () => {
      for (const what of ["types", "fields"] as const)
        expect(await drop(what, ["Good", name])).to.contain("cannot be the name of a type or a field");
      expect(sent).to.deep.equal([]);
    });

  it("may be all other names", async () => {
    for (const name of ["Task", "Task.title", "dgraph.type", "über", "友達", "a-b", "~a", "http://xmlns.com/foaf#a"]) {
      expect(await drop("types", [name]), name).to.equal("dropped");
      expect(await drop("fields", [name]), name).to.equal("dropped");
    }
  });
});
