import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { holdPorts, portsOf, releasePorts } from "../../local/engines/dgraph/ports";

describe("the ports of databases", function () {
  this.timeout(20_000);
  let root: string;
  const folder = (name: string): string => join(root, name);
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "dgraphcloud-ports-"))));
  afterEach(() => {
    for (const name of ["a", "b", "c"]) releasePorts(folder(name));
    rmSync(root, { recursive: true });
  });

  it("are five for each database and never shared, even if several are reserved at the same time", async () => {
    const made = await Promise.all(["a", "b", "c"].map((name) => portsOf(folder(name))));
    const all = made.flatMap(({ offset }) => [5_080, 6_080, 7_080, 8_080, 9_080].map((port) => port + offset));
    expect(new Set(all).size).to.equal(15);
  });

  it("stay the same, even after they were held and released", async () => {
    const first = await portsOf(folder("a"));
    expect(await portsOf(folder("a"))).to.deep.equal(first);
    releasePorts(folder("a"));
    holdPorts(folder("a"));
    expect(await portsOf(folder("a"))).to.deep.equal(first);
  });

  it("are waited for while another program uses one for a moment", async () => {
    const first = await portsOf(folder("a"));
    const holder = createServer();
    await new Promise<void>((listening) => holder.listen(first.alphaHttp, "127.0.0.1", listening));
    const again = portsOf(folder("a"));
    await new Promise((later) => setTimeout(later, 300));
    await new Promise((closed) => holder.close(closed));
    expect(await again).to.deep.equal(first);
  });
});
