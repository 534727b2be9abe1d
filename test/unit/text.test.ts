import { expect } from "chai";
import { clean, listOf } from "../../provider/errors/text";

describe("clean", () => {
  const cases: readonly [what: string, text: string, expected: string][] = [
    [
      "leaves ordinary text alone",
      "the backend 0x42 is out of memory (75 %)",
      "the backend 0x42 is out of memory (75 %)",
    ],
    ["leaves letters of other scripts alone", "größer als 10 – 漢字", "größer als 10 – 漢字"],
    ["removes colours", "\u001b[1;31mred\u001b[0m alert", "red alert"],
    ["removes cursor movements and erasures", "a\u001b[2J\u001b[10;20Hb\u001b[?25lc", "a b c"],
    ["takes the power from other escape sequences", "\u001b]0;title\u0007rest", "]0;title rest"],
    ["takes the power from one-byte escape sequences", "a\u009b31mb", "a 31mb"],
    ["makes one line of several", "first\r\nsecond\n\nthird", "first second third"],
    ["removes zero bytes, tabs and deletes", "a\u0000b\tc\u007fd", "a b c d"],
    ["removes marks that turn the direction of writing", "abc\u202egnp.exe\u202c\u2066x\u2069", "abc gnp.exe x"],
    ["removes characters without a width", "a\u200bb\ufeffc\u2060d", "a b c d"],
    ["removes separators of lines and paragraphs", "a\u2028b\u2029c", "a b c"],
    ["trims, and joins blanks", "  a    b  ", "a b"],
    ["gives nothing for nothing", "", ""],
    ["gives nothing for what is all unprintable", "\u001b[0m\r\n\u0007", ""],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => {
      expect(clean(text)).to.equal(expected);
    });
  }

  it("cuts after 2,000 characters and says so", () => {
    expect(clean("x".repeat(2_000))).to.equal("x".repeat(2_000));
    expect(clean("x".repeat(2_001))).to.equal(`${"x".repeat(2_000)}…`);
    expect(clean("x".repeat(1_000_000))).to.have.lengthOf(2_001);
  });

  it("takes no longer for a hostile text", () => {
    const startedAt = performance.now();
    clean("\u001b[".repeat(500_000));
    clean(`\u001b[${"0;".repeat(500_000)}`);
    clean(" ".repeat(1_000_000));
    expect(performance.now() - startedAt).to.be.lessThan(500);
  });
});

describe("listOf", () => {
  const cases: readonly [readonly string[], string | undefined, string][] = [
    [[], undefined, ""],
    [["a"], undefined, '"a"'],
    [["a", "b"], undefined, '"a" or "b"'],
    [["a", "b", "c"], undefined, '"a", "b" or "c"'],
    [["a", "b", "c"], "and", '"a", "b" and "c"'],
  ];
  for (const [values, last, expected] of cases) {
    it(`lists ${values.length} values with "${last ?? "or"}"`, () => {
      expect(listOf(values, last)).to.equal(expected);
    });
  }
});
