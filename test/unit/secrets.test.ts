import { expect } from "chai";
import { keepSecret, scrub } from "../../provider/secrets";

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
});
