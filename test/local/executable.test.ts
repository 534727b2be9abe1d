import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findDgraph } from "../../local/engines/dgraph/executable";

describe("the dgraph program", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dgraphcloud-executable-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const program = (says: string): string => {
    const file = join(folder, "dgraph");
    writeFileSync(file, `#!/bin/sh\necho '${says}'\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it("is taken from PATH when it is of the version that is needed, or tells none", () => {
    for (const says of ["Dgraph version   : v25.0.0", "Dgraph version   : v25.1.0-rc1", "Dgraph version   : dev"]) {
      const file = program(says);
      expect(findDgraph(undefined, { PATH: folder })).to.equal(file);
    }
  });

  it("is refused when it is of another version, with what to do", () => {
    const file = program("Dgraph version   : v20.11.0");
    for (const find of [() => findDgraph(file, {}), () => findDgraph(undefined, { PATH: folder })])
      expect(find).to.throw(
        `${file} is Dgraph 20.11.0, and the local cloud needs Dgraph 25: name another program with --dgraph`,
      );
  });
});
