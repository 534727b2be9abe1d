import { expect } from "chai";
import { cleanText } from "../../local/text/cleanText";
import { type LocalCloud, parseFaults, startLocalCloud } from "../../local/index";
import { parseSaved } from "../../local/storage/savedCloud";
import { post } from "./calls";

describe("log lines and messages", () => {
  for (const [text, shown] of [
    ["\u001b]0;pwned\u0007\u001b[2J\u001b[31mred text\r overwritten", "red text overwritten"],
    ["\u001b]8;;http://evil\u001b\\link\u009b1m\u202etfel", "link 1m tfel"],
    ["two\nlines\u0000", "two lines"],
    ["as it is: é 漢 ✔", "as it is: é 漢 ✔"],
    ["x".repeat(5_000), `${"x".repeat(1_000)}…`],
  ] as const)
    it(`are safe to print on a terminal: ${shown.slice(0, 30)}`, () => {
      expect(cleanText(text)).to.equal(shown);
    });

  const secret = "eyJhbGciOiJIUzI1NiJ9";
  for (const [text, place] of [
    [`{"key": "a",\n "jwtToken": ${secret}, "more": 1}`, ": see line 2, near column 14"],
    [`{"jwtToken": "${secret}" "more"}`, ": see line 1, near column 37"],
    [`{"jwtToken": "${secret}`, /^: see line 1, near column \d+$/],
    [`{"jwtToken": "${secret}\n"}`, ": see line 1, near column 35"],
    [secret, ": see line 1, near column 1"],
    [`{"jwtToken": "${secret}",`, /^: (see line 1, near column \d+|it ends too early)$/],
    ["", ": it ends too early"],
  ] as const)
    it(`name the place in a damaged file, without quoting it: ${text.replaceAll(secret, "…")}`, () => {
      for (const parse of [parseSaved, parseFaults]) {
        let error: unknown;
        try {
          parse(text);
        } catch (thrown) {
          error = thrown;
        }
        const { message, cause } = error as Error;
        expect(message.slice(0, 11)).to.equal("is not JSON");
        if (typeof place === "string") expect(message.slice(11)).to.equal(place);
        else expect(message.slice(11)).to.match(place);
        expect(message).not.to.contain(secret.slice(0, 8));
        expect(cause).to.equal(undefined);
      }
    });
});

describe("an invalid log-in", () => {
  let local: LocalCloud;
  beforeEach(async () => (local = await startLocalCloud()));
  afterEach(() => local.close());

  const withVariables = "query($e: String!, $p: String!) { login(email: $e, password: $p) { token } }";
  for (const [what, query, variables] of [
    ["a number", withVariables, { e: "a", p: 271_828 }],
    ["a list", withVariables, { e: "a", p: ["x", "271828"] }],
    ["an object", withVariables, { e: "a", p: { "271828": "271828\n271828" } }],
    ["a literal", '{ login(email: "a", password: 271828) { token } }', {}],
    ["a literal object", '{ login(email: "a", password: { a: "271828" }) { token } }', {}],
    ["a default", 'query($p: String! = 271828) { login(email: "a", password: $p) { token } }', {}],
    ["a literal in a fragment", '{ ...f } fragment f on Query { login(email: "a", password: 271828) { token } }', {}],
  ] as const)
    it(`is refused without quoting its values: ${what}`, async () => {
      const { status, text, errors } = await post(local.endpoint, query, variables);
      expect([status, errors !== undefined]).to.deep.equal([200, true]);
      expect(text).not.to.contain("271828");
      expect(text).to.contain("not shown");
    });
});
