import { expect } from "chai";
import { accountName, expiryOf, identityOf, sameAccount } from "../../provider/api/identity";

function jwt(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256" })}.${part(claims)}.signature`;
}

const opaque = "an-opaque-token";

describe("the identity of an account", () => {
  it("reveals neither e-mail nor token", () => {
    const identity = identityOf("me@example.com", jwt({ sub: "user-12345", email: "you@example.com" }));
    expect(identity).to.have.lengthOf(3);
    for (const mark of identity) expect(mark).to.match(/^[0-9a-f]{16}$/);
  });

  it("is the same in every version, since it is stored in states", () => {
    expect(identityOf("me@example.com", opaque)).to.deep.equal(["8c2a47d3bdb8d309"]);
  });

  it("is the same for every spelling of an e-mail", () => {
    expect(identityOf(" Me@Example.COM ", opaque)).to.deep.equal(identityOf("me@example.com", opaque));
  });

  it("contains each mark once", () => {
    expect(identityOf("me@example.com", jwt({ email: "me@example.com", sub: "me@example.com" }))).to.have.lengthOf(1);
  });

  it("is the same for any order of the claims", () => {
    expect(identityOf(undefined, jwt({ sub: "a", email: "b" }))).to.deep.equal(
      identityOf(undefined, jwt({ email: "a", sub: "b" })),
    );
  });

  const silent: readonly [what: string, token: string][] = [
    ["an opaque token", opaque],
    ["an empty token", ""],
    ["a token of parts that are no JSON", "a.b.c"],
    ["claims that are no object", jwt([1, 2])],
    ["claims that are null", jwt(null)],
    ["claims of other types", jwt({ sub: 42, email: { at: "x" } })],
    ["empty claims", jwt({ sub: "", email: "" })],
  ];
  for (const [what, token] of silent) {
    it(`is unknown for ${what}`, () => {
      expect(identityOf(undefined, token)).to.deep.equal([]);
      expect(identityOf("me@example.com", token)).to.have.lengthOf(1);
    });
  }

  const mine = identityOf("me@example.com", jwt({ sub: "user-1" }));
  const comparisons: readonly [
    what: string,
    recorded: readonly string[],
    current: readonly string[],
    same: boolean | undefined,
  ][] = [
    ["the same log-in", mine, mine, true],
    ["the same e-mail with an opaque token", mine, identityOf("me@example.com", opaque), true],
    ["a token of the same subject", mine, identityOf(undefined, jwt({ sub: "user-1" })), true],
    ["another e-mail", mine, identityOf("you@example.com", jwt({ sub: "user-2" })), false],
    ["a token of another subject", mine, identityOf(undefined, jwt({ sub: "user-2" })), false],
    ["an opaque token", mine, identityOf(undefined, opaque), undefined],
    ["anything, when nothing was recorded", [], mine, undefined],
  ];
  for (const [what, recorded, current, same] of comparisons) {
    it(`compared with ${what} is ${same === undefined ? "unknown" : same ? "the same" : "another one"}`, () => {
      expect(sameAccount(recorded, current)).to.equal(same);
    });
  }
});

describe("the name of an account in messages", () => {
  const cases: readonly [what: string, email: string | undefined, token: string, name: string | undefined][] = [
    ["the e-mail of the settings", "me@example.com", jwt({ email: "you@example.com" }), "me@example.com"],
    ["the e-mail of the token", undefined, jwt({ sub: "auth0|1", email: "you@example.com" }), "you@example.com"],
    ["the subject of the token", undefined, jwt({ sub: "auth0|1" }), "auth0|1"],
    ["nothing for an opaque token", undefined, opaque, undefined],
    ["nothing for claims of other types", undefined, jwt({ sub: 42, email: " " }), undefined],
  ];
  for (const [what, email, token, name] of cases) {
    it(`is ${what}`, () => {
      expect(accountName(email, token)).to.equal(name);
    });
  }
});

describe("the end of a token", () => {
  const cases: readonly [what: string, token: string, expiry: number | undefined][] = [
    ["is what its claim says, in milliseconds", jwt({ exp: 1_900_000_000 }), 1_900_000_000_000],
    ["is read from the URL-safe alphabet", jwt({ exp: 5, name: "???>>>~~~ÿÿÿ" }), 5_000],
    ["is unknown without a claim", jwt({ sub: "user" }), undefined],
    ["is unknown when the claim is a text", jwt({ exp: "1900000000" }), undefined],
    ["is unknown for an opaque token", opaque, undefined],
    ["is unknown for a token that is cut", `${jwt({}).split(".")[0] ?? ""}.eyJleHAiOjE5MDAwMDAw`, undefined],
  ];
  for (const [what, token, expiry] of cases) {
    it(what, () => {
      expect(expiryOf(token)).to.equal(expiry);
    });
  }
});
