import { expect } from "chai";
import { keepSecret, scrub } from "../../provider/errors/redact";

describe("the redaction of secrets", () => {
  it("covers every occurrence in a text", () => {
    keepSecret("correct-horse-battery");
    expect(scrub("correct-horse-battery, twice: xcorrect-horse-batteryx")).to.equal("[secret], twice: x[secret]x");
  });

  it("covers every secret of a text", () => {
    keepSecret("first-of-two-secrets");
    keepSecret("second-of-two-secrets");
    expect(scrub("first-of-two-secrets and second-of-two-secrets")).to.equal("[secret] and [secret]");
  });

  it("treats secrets as plain text, not as patterns", () => {
    keepSecret("a.c*(x)[y]$&");
    expect(scrub("a.c*(x)[y]$& abc(x)y")).to.equal("[secret] abc(x)y");
  });

  it("recognises unknown tokens by their form, whole or cut off", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIweDQyIn0.c2lnbmF0dXJl";
    expect(scrub(`the token ${token} is bad`)).to.equal("the token [secret] is bad");
    expect(scrub(`the token ${token.slice(0, 30)}`)).to.equal("the token [secret]");
    expect(scrub("eyJust a word")).to.equal("eyJust a word");
  });

  it("skips secrets of fewer than six characters, which would match ordinary words", () => {
    keepSecret("qzjxv");
    keepSecret("qzjxvk");
    expect(scrub("a qzjxv beside a qzjxvk")).to.equal("a qzjxv beside a [secret]");
  });

  it("changes nothing for an undefined secret", () => {
    keepSecret(undefined);
    keepSecret(null);
    keepSecret("");
    expect(scrub("undefined null nothing")).to.equal("undefined null nothing");
  });

  it("covers secrets in JSON, in JSON inside JSON, and in a URL", () => {
    const secret = 'say "friend" \\ + ö';
    keepSecret(secret);
    const quoted = JSON.stringify({ password: secret });
    for (const text of [quoted, JSON.stringify(quoted), `?p=${encodeURIComponent(secret)}`]) {
      expect(scrub(text)).to.contain("[secret]").and.not.to.contain("friend");
    }
  });

  it("covers unknown JWTs, but no other words with dots", () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const jwt = `${part({ alg: "HS256" })}.${part({ sub: "0x42" })}.c2lnbmF0dXJlLW9mLWl0`;
    expect(scrub(`the token ${jwt}, twice "${jwt}"`)).to.equal('the token [secret], twice "[secret]"');
    expect(scrub("polished-violet.us-east-1.aws.cloud.dgraph.io")).to.contain("dgraph.io");
  });

  it("searches only the part of a long text that a message can show, for any number of secrets", () => {
    for (let index = 0; index < 2_000; index++) keepSecret(`one-of-two-thousand-${index}`);
    const found = scrub(`one-of-two-thousand-1999 ${"token ".repeat(4_000_000)}`);
    expect(found.slice(0, 20)).to.equal("[secret] token token");
    expect(found.length).to.be.within(4_000, 100_000);
  });

  it("does not show the beginning of a secret where a long text is cut", () => {
    for (const [length, step] of [
      [60, 1],
      [1_000, 61],
    ] as const) {
      const secret = `half-of-me-is-too-much-${"s".repeat(length)}`;
      keepSecret(secret);
      // Each search takes time for every secret that other tests registered.
      for (let phase = 0; phase < secret.length; phase += step) {
        expect(scrub("x".repeat(phase) + secret.repeat(1_000))).not.to.contain("half");
      }
    }
  });
});
