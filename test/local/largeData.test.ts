import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultAccount, type LocalCloud, startLocalCloud } from "../../local/index";
import { add, countOf, make, type Made, post, session, setSchema } from "./calls";

describe("a backend in memory with 150,000 nodes", function () {
  this.timeout(30_000);
  const count = 150_000;
  let data: string;
  let local: LocalCloud;
  let backend: Made;

  const start = async (): Promise<void> => {
    local = await startLocalCloud({ provisioningMs: 0, restoreMs: 0, data });
  };
  const uids = (): string[] => Array.from({ length: count }, (_, index) => `0x${(index + 1).toString(16)}`);

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "dgraphcloud-volume-"));
    await start();
    backend = await make(local, await session(local));
    await setSchema(backend, "type A { id: ID! x: Int }");
    await add(
      backend,
      "A",
      Array.from({ length: count }, (_, x) => ({ x })),
    );
  });
  after(async () => {
    await local.close();
    rmSync(data, { recursive: true });
  });

  it("can be restored, and is there after a restart", async () => {
    await local.cloud.get(backend.uid).takeBackup();
    const { text } = await post(
      backend.slash,
      `mutation { restore(uid: "${backend.uid}") { response { restoreId } errors { message } } }`,
      {},
      backend.auth,
    );
    expect(text).to.contain('"restoreId":1');
    expect(await countOf(backend, "A")).to.equal(count);
    await local.close();
    await start();
    expect(await countOf(backend, "A")).to.equal(count);
    const { data: added } = await post(
      backend.graphql,
      "mutation { addA(input: [{ x: 1 }]) { a { id } } }",
      {},
      backend.auth,
    );
    expect(added).to.deep.equal({ addA: { a: [{ id: `0x${(count + 1).toString(16)}` }] } });
  });

  it("finds and deletes nodes by all their ids", async () => {
    const wanted = "query($ids: [ID!]) { aggregateA(filter: { id: $ids }) { count } }";
    const found = await post(backend.graphql, wanted, { ids: uids().reverse() }, backend.auth);
    expect(found.data).to.deep.equal({ aggregateA: { count } });
    const gone = "mutation($ids: [ID!]) { deleteA(filter: { id: $ids }) { numUids } }";
    const { data: deleted } = await post(backend.graphql, gone, { ids: uids().reverse() }, backend.auth);
    expect(deleted).to.deep.equal({ deleteA: { numUids: count } });
    expect(await countOf(backend, "A")).to.equal(1);
  });

  it("keeps the last 1,000 lines of its lambda's log", () => {
    for (let line = 0; line < 1_100; line++)
      local.cloud.updateLambda(defaultAccount, backend.uid, line < 1_099 ? "eA==" : "");
    const lines = local.cloud.lambdaLogs(defaultAccount, backend.uid);
    expect([lines.length, lines[0], lines.at(-1)]).to.deep.equal([1_000, "lambda loaded", "lambda removed"]);
  });
});
