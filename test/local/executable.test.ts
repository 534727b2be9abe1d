import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { findDgraph } from "../../local/engines/dgraph/executable";

describe("the dgraph program", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dgraphcloud-executable-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const program = (output: string): string => {
    const file = join(folder, "dgraph");
    writeFileSync(file, `#!/bin/sh\necho '${output}'\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it("is taken from PATH if it has the required version or prints none", () => {
    for (const output of ["Dgraph version   : v25.0.0", "Dgraph version   : v25.1.0-rc1", "Dgraph version   : dev"]) {
      const file = program(output);
      expect(findDgraph(undefined, { PATH: folder })).to.equal(file);
    }
  });

  it("is refused if it has another version, with a remedy", () => {
    const file = program("Dgraph version   : v20.11.0");
    for (const find of [() => findDgraph(file, {}), () => findDgraph(undefined, { PATH: folder })])
      expect(find).to.throw(
        `${file} is Dgraph 20.11.0, and the local cloud needs Dgraph 25: name another program with --dgraph`,
      );
  });
});

describe("the search for the dgraph program", () => {
  let folder: string;
  let before: string;
  beforeEach(() => {
    before = process.cwd();
    folder = mkdtempSync(join(tmpdir(), "dgraphcloud-program-"));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it("ignores the working directory, and folders of that name", () => {
    writeFileSync("dgraph", "#!/bin/sh\n", { mode: 0o755 });
    mkdirSync(join("bin", "dgraph"), { recursive: true });
    for (const path of ["", delimiter, join(folder, "bin")])
      expect(() => findDgraph(undefined, { PATH: path }), path).to.throw("there is no dgraph on PATH");
    expect(() => findDgraph(join("bin", "dgraph"), {})).to.throw("is not an executable program");
    mkdirSync("tools");
    symlinkSync(join(folder, "dgraph"), join("tools", "dgraph"));
    expect(findDgraph(undefined, { PATH: join(folder, "tools") })).to.equal(join(folder, "tools", "dgraph"));
  });
});
