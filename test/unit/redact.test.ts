import { expect } from "chai";
import { keepSecret, scrub } from "../../provider/errors/redact";

describe("secrets", () => {
  it("are blanked out wherever they stand, each time", () => {
    keepSecret("correct-horse-battery");
    expect(scrub("correct-horse-battery, twice: xcorrect-horse-batteryx")).to.equal("[secret], twice: x[secret]x");
  });

  it("are all blanked out", () => {
    keepSecret("first-of-two-secrets");
    keepSecret("second-of-two-secrets");
    expect(scrub("first-of-two-secrets and second-of-two-secrets")).to.equal("[secret] and [secret]");
  });

  it("are taken as they are, and not as patterns", () => {
    keepSecret("a.c*(x)[y]$&");
    expect(scrub("a.c*(x)[y]$& abc(x)y")).to.equal("[secret] abc(x)y");
  });

  it("are tokens by their looks, though this process has never met them, whole or cut off", () => {
    const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIweDQyIn0.c2lnbmF0dXJl";
    expect(scrub(`the token ${token} is bad`)).to.equal("the token [secret] is bad");
    expect(scrub(`the token ${token.slice(0, 30)}`)).to.equal("the token [secret]");
    expect(scrub("eyJust a word")).to.equal("eyJust a word");
  });

  it("of fewer than six characters would blank out ordinary words, and stay", () => {
    keepSecret("qzjxv");
    keepSecret("qzjxvk");
    expect(scrub("a qzjxv beside a qzjxvk")).to.equal("a qzjxv beside a [secret]");
  });

  it("that are missing blank out nothing", () => {
    keepSecret(undefined);
    keepSecret(null);
    keepSecret("");
    expect(scrub("undefined null nothing")).to.equal("undefined null nothing");
  });

  it("are known as a service would quote them from a request: in JSON, in JSON once more, in a URL", () => {
    const secret = 'say "friend" \\ + ö';
    keepSecret(secret);
    const quoted = JSON.stringify({ password: secret });
    for (const text of [quoted, JSON.stringify(quoted), `?p=${encodeURIComponent(secret)}`]) {
      expect(scrub(text)).to.contain("[secret]").and.not.to.contain("friend");
    }
  });

  it("of the form of a JWT are known without having been met, and other dotted words stay", () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const jwt = `${part({ alg: "HS256" })}.${part({ sub: "0x42" })}.c2lnbmF0dXJlLW9mLWl0`;
    expect(scrub(`the token ${jwt}, twice "${jwt}"`)).to.equal('the token [secret], twice "[secret]"');
    expect(scrub("polished-violet.us-east-1.aws.cloud.dgraph.io")).to.contain("dgraph.io");
  });

  it("are looked for in as much as a message has room for, however many they are and however long the text is", () => {
    for (let index = 0; index < 2_000; index++) keepSecret(`one-of-two-thousand-${index}`);
    const found = scrub(`one-of-two-thousand-1999 ${"token ".repeat(4_000_000)}`);
    expect(found.slice(0, 20)).to.equal("[secret] token token");
    expect(found.length).to.be.within(4_000, 100_000);
  });

  it("do not show their beginnings where a long text is cut", () => {
    for (const [length, step] of [
      [60, 1],
      [1_000, 61],
    ] as const) {
      const secret = `half-of-me-is-too-much-${"s".repeat(length)}`;
      keepSecret(secret);
      // Each look costs time for every secret that the other tests have kept.
      for (let phase = 0; phase < secret.length; phase += step) {
        expect(scrub("x".repeat(phase) + secret.repeat(1_000))).not.to.contain("half");
      }
    }
  });
});
