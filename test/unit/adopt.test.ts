import { expect } from "chai";
import type { Deployment } from "../../provider/api/deployment";
import { adoptExisting } from "../../provider/backend/adopt";
import { ConflictError } from "../../provider/errors/errors";
import { thrown } from "../harness/errors";

const inputs = { name: "shop", zone: "us-east-1", deploymentType: "dedicated" } as const;
const deployment = (uid: string): Deployment => ({
  ...{ uid, ...inputs, url: "", jwtToken: "", owner: "", deploymentMode: "", lambdaScript: "" },
});

describe("an existing backend with the name of a new one", () => {
  const refusal = (...uids: string[]): ConflictError => {
    const error = thrown(() => adoptExisting({ ...inputs, adoptExisting: uids.length > 1 }, uids.map(deployment)));
    if (error instanceof ConflictError) return error;
    throw error;
  };

  it("is adopted when adoptExisting is true", () => {
    expect(adoptExisting({ ...inputs, adoptExisting: true }, [deployment("0x45")]).uid).to.equal("0x45");
  });

  it("is described first as possibly owned by another stack or person", () => {
    expect(refusal("0x45").why).to.match(
      /^there is a backend "shop" \(dedicated, us-east-1\) already: 0x45\. It may belong to another stack or another person/,
    );
  });

  it("is refused with the safest way out first: another name, then a look at it, then adoption", () => {
    const { next } = refusal("0x45");
    expect(next[0]).to.contain("set another name");
    expect(next.at(-1)).to.match(/^Only after you have looked .* set adoptUid: "0x45" or adoptExisting: true\./);
    expect(next.slice(0, -1).join("\n")).not.to.contain("adopt");
  });

  it("is refused without suggesting adoptExisting when there are two, and both are named", () => {
    const { why, next } = refusal("0x45", "0x46");
    expect(why).to.contain("0x45 and 0x46");
    expect(next.join("\n")).to.contain("adoptUid").and.not.to.contain("adoptExisting");
  });
});
