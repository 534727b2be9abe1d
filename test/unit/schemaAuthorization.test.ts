import { expect } from "chai";
import { scrub } from "../../provider/errors/redact";
import { unknownValue } from "../../provider/resource/fields";
import {
  authorizationProblem,
  hasAuthorization,
  keepSecretLines,
  splitText,
  textOf,
} from "../../provider/schema/authorization";
import { holdsSecret } from "../../provider/schema/secretLines";

const schema = "type User { id: ID! name: String }\n";
const withKey = { header: "X-Auth", namespace: "https://a/b", algo: "HS256", verificationKey: "key-of-the-unit-tests" };
const withSet = { header: "X-Auth", namespace: "https://a/b", jwkUrl: "https://keys", audience: ["app"] };

describe("the authorization of a schema", () => {
  const cases: readonly [what: string, value: unknown, says: RegExp | undefined][] = [
    ["a key with its algorithm", withKey, undefined],
    ["a key set with an audience", withSet, undefined],
    ["several key sets", { ...withSet, jwkUrl: undefined, jwkUrls: ["https://a", "https://b"] }, undefined],
    ["closedByDefault", { ...withKey, closedByDefault: true }, undefined],
    ["values that are not known yet", { ...withKey, verificationKey: unknownValue }, undefined],
    ["a text", "X-Auth", /^must be an object/],
    ["a misspelt name", { ...withKey, algorithm: "HS256" }, /^has no "algorithm"; there are "header"/],
    ["no header", { ...withKey, header: undefined }, /^"header" is required$/],
    ["an empty namespace", { ...withKey, namespace: "" }, /^"namespace" must be a string that is not empty$/],
    ["a key without its algorithm", { ...withKey, algo: undefined }, /^needs "verificationKey" and "algo", or/],
    ["a key set without an audience", { ...withSet, audience: undefined }, /^needs "verificationKey" and "algo", or/],
    [
      "a key and a key set",
      { ...withKey, ...withSet },
      /^has "verificationKey" and "jwkUrl": Dgraph takes one of them$/,
    ],
    ["an audience that is no list", { ...withSet, audience: "app" }, /^"audience" must be a list/],
    ["a flag that is a text", { ...withKey, closedByDefault: "true" }, /^"closedByDefault" must be true or false$/],
  ];
  for (const [what, value, says] of cases)
    it(`${says === undefined ? "accepts" : "refuses"} ${what}`, () => {
      const problem = authorizationProblem(value);
      if (says === undefined) expect(problem).to.equal(undefined);
      else expect(problem).to.match(says);
    });

  it("is a line of JSON at the end of the text, whatever its last line ends with", () => {
    for (const text of [schema, schema.trimEnd()]) {
      const whole = textOf({ schema: text, authorization: withKey });
      expect(whole).to.equal(
        `${schema}# Dgraph.Authorization {"Header":"X-Auth","Namespace":"https://a/b","Algo":"HS256","VerificationKey":"key-of-the-unit-tests"}\n`,
      );
    }
    expect(textOf({ schema })).to.equal(schema);
  });

  it("is read back from a live text, in any case of its names", () => {
    for (const authorization of [withKey, withSet]) {
      const live = textOf({ schema, authorization }).replace('"Header"', '"HEADER"');
      expect(splitText(live, { schema, authorization })).to.deep.equal({ schema, authorization });
    }
  });

  it("shows that somebody else wrote another key, and not the key", () => {
    const foreign = textOf({ schema, authorization: { ...withKey, verificationKey: "a-foreign-key" } });
    const split = splitText(foreign, { schema, authorization: withKey });
    expect(split.authorization).to.deep.equal({ ...withKey, verificationKey: "(not the one of the program)" });
    expect(splitText(foreign, { schema }).schema).to.equal(
      `${schema}# Dgraph.Authorization (not the one of the program)\n`,
    );
    expect(splitText(`${schema}# Dgraph.Secret NAME "abcdef"\n`, { schema }).schema).not.to.contain("abcdef");
  });

  it("keeps lines that the program has in its text", () => {
    const own = textOf({ schema, authorization: withKey });
    expect(splitText(own, { schema: own })).to.deep.equal({ schema: own });
  });

  it("knows Dgraph's lines from ordinary comments", () => {
    expect(hasAuthorization("#Dgraph.Authorization {}")).to.equal(true);
    expect(hasAuthorization("#   Dgraph.Authorization {}")).to.equal(true);
    expect(hasAuthorization("# dgraph.authorization {}")).to.equal(false);
    expect(hasAuthorization("# see Dgraph.Authorization")).to.equal(false);
    expect(holdsSecret('# Dgraph.Allow-Origin "https://a"')).to.equal(false);
    expect(holdsSecret('# Dgraph.Secret NAME "value"')).to.equal(true);
    expect(holdsSecret('   # Dgraph.Secret NAME "value"'), "Dgraph trims the line").to.equal(true);
    expect(hasAuthorization("\t#Dgraph.Authorization {}")).to.equal(true);
  });

  it("is kept out of what Dgraph quotes in an error", () => {
    const line = '# Dgraph.Secret NAME "quoted-secret-value"';
    keepSecretLines(`${schema}${line}\r\n`);
    textOf({ schema, authorization: withKey });
    expect(scrub(`found second mention: ${line}`)).to.equal("found second mention: [secret]");
    expect(scrub("wrong quoted-secret-value")).to.equal("wrong [secret]");
    expect(scrub("wrong key-of-the-unit-tests")).to.equal("wrong [secret]");
    keepSecretLines('# Dgraph.Authorization {"Header":"Ordinary","VerificationKey":"malformed-key"');
    expect(scrub("type Header, Ordinary, VerificationKey: malformed-key")).to.equal(
      "type Header, Ordinary, VerificationKey: [secret]",
    );
  });
});
