import { expect } from "chai";
import type { Deployment } from "../../provider/api/deployment";
import { adoptExisting } from "../../provider/backend/adopt";
import { ConflictError } from "../../provider/errors/errors";
import { thrown } from "../harness/errors";

const inputs = { name: "shop", zone: "us-east-1", deploymentType: "dedicated" } as const;
const deployment = (uid: string): Deployment => ({
  ...{ uid, ...inputs, url: "", jwtToken: "", owner: "", deploymentMode: "", lambdaScript: "" },
});

describe("a backend of the name that is there already", () => {
  const refusal = (...uids: string[]): ConflictError => {
    const error = thrown(() => adoptExisting({ ...inputs, adoptExisting: uids.length > 1 }, uids.map(deployment)));
    if (error instanceof ConflictError) return error;
    throw error;
  };

  it("is taken over with consent", () => {
    expect(adoptExisting({ ...inputs, adoptExisting: true }, [deployment("0x45")]).uid).to.equal("0x45");
  });

  it("is first said to be perhaps another stack's or person's", () => {
    expect(refusal("0x45").why).to.match(
      /^there is a backend "shop" \(dedicated, us-east-1\) already: 0x45\. It may belong to another stack or another person/,
    );
  });

  it("is left with the ways on in the order of their safety: another name first, taking over last, after a look", () => {
    const { next } = refusal("0x45");
    expect(next[0]).to.contain("set another name");
    expect(next.at(-1)).to.match(/^Only after you have looked .* set adoptUid: "0x45" or adoptExisting: true\./);
    expect(next.slice(0, -1).join("\n")).not.to.contain("adopt");
  });

  it("of which there are two are both named, and adoptExisting is no way on", () => {
    const { why, next } = refusal("0x45", "0x46");
    expect(why).to.contain("0x45 and 0x46");
    expect(next.join("\n")).to.contain("adoptUid").and.not.to.contain("adoptExisting");
  });
});
