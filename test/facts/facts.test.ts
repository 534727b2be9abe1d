import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { facts, worldOf } from "./facts";

describe("facts of the API, on the local cloud", () => {
  let local: LocalCloud;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 0 });
  });
  afterEach(() => local.close());

  it("are numbered without repetition", () => {
    expect(new Set(facts.map(({ id }) => id)).size).to.equal(facts.length);
  });

  for (const { id, source, says, holds } of facts) {
    it(`${id} ${says} (${source})`, async () => holds(await worldOf(local)));
  }
});
