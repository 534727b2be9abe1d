import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import { SharedSiblings } from "../../provider/run/siblingProcesses";
import { makeTemporaryFolder } from "../harness/folders";

const endpoint = "https://cloud.example.com/graphql";

function isUsed(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

describe("the records that provider processes of one run share", () => {
  let base: string;
  let folder: string;
  let mine: SharedSiblings;

  beforeEach(() => {
    base = makeTemporaryFolder("siblings");
    mine = new SharedSiblings(endpoint, "127.0.0.1:4000", base);
    mine.shareResource("0x1", "here", true);
    folder = join(base, readdirSync(base)[0] ?? "");
  });
  afterEach(() => {
    rmSync(base, { recursive: true });
  });

  /** Writes a line as another process would. */
  function told(by: number, ...line: [endpoint: string, uid: string, incarnation: string, isLive: boolean]): void {
    appendFileSync(join(folder, String(by)), `${JSON.stringify(line)}\n`);
  }

  it("contain what running processes have recorded", () => {
    told(process.ppid, endpoint, "0x1", "there", true);
    told(process.ppid, endpoint, "0x2", "elsewhere", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["there"]);
  });

  it("contain facts that do not tell which resource refers to a backend", () => {
    appendFileSync(join(folder, String(process.ppid)), `${JSON.stringify([endpoint, "0x1", "declared"])}\n`);
    expect(mine.hasFact("0x1", "declared")).to.equal(true);
    expect(mine.hasFact("0x1", "created")).to.equal(false);
    expect(mine.hasFact("0x2", "declared")).to.equal(false);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
    mine.shareFact("0x3", "protected");
    expect(mine.hasFact("0x3", "protected"), "what this process knows itself is no news").to.equal(false);
    const elsewhere = new SharedSiblings("http://127.0.0.1:4001/graphql", "127.0.0.1:4000", base);
    expect(elsewhere.hasFact("0x1", "declared")).to.equal(false);
  });

  it("do not contain what this process recorded itself", () => {
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
  });

  it("do not contain what was withdrawn", () => {
    told(process.ppid, endpoint, "0x1", "there", true);
    told(process.ppid, endpoint, "0x1", "there", false);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
  });

  it("contain what another process adds later, also when it is read in the middle of a line", () => {
    const file = join(folder, String(process.ppid));
    const line = JSON.stringify([endpoint, "0x1", "größer", true]);
    const bytes = Buffer.from(`${line}\n`);
    told(process.ppid, endpoint, "0x1", "there", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["there"]);
    for (const byte of bytes) {
      appendFileSync(file, Buffer.from([byte]));
      expect(mine.incarnationsElsewhere("0x1")).to.contain("there");
    }
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["there", "größer"]);
    told(process.ppid, endpoint, "0x1", "there", false);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["größer"]);
  });

  it("do not contain what an earlier process with the same id recorded", () => {
    told(process.ppid, endpoint, "0x1", "there", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["there"]);
    rmSync(join(folder, String(process.ppid)));
    told(process.ppid, endpoint, "0x2", "there", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
    expect(mine.incarnationsElsewhere("0x2")).to.deep.equal(["there"]);
  });

  it("do not contain records of another endpoint, where a uid is another backend", () => {
    told(process.ppid, "http://127.0.0.1:4001/graphql", "0x1", "there", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
  });

  it("do not contain records of another run of the engine", () => {
    told(process.ppid, endpoint, "0x1", "there", true);
    expect(new SharedSiblings(endpoint, "127.0.0.1:4001", base).incarnationsElsewhere("0x1")).to.deep.equal([]);
  });

  it("do not contain records of an ended process, whose file the next writer removes", () => {
    const ended = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
    told(ended, endpoint, "0x1", "there", true);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
    new SharedSiblings(endpoint, "127.0.0.1:4001", base).shareResource("0x3", "now", true);
    expect(existsSync(join(folder, String(ended)))).to.equal(false);
  });

  it("ignore files that another user could have written, and do not remove them", () => {
    const ended = "999999";
    told(Number(ended), endpoint, "0x9", "then", true);
    told(process.ppid, endpoint, "0x1", "there", true);
    chmodSync(base, 0o777);
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
    new SharedSiblings(endpoint, "127.0.0.1:4001", base).shareResource("0x3", "now", true);
    expect(readdirSync(base)).to.deep.equal([basename(folder)]);
    expect(readdirSync(folder)).to.include(ended);
  });

  it("are cleaned up without following links or removing other files", () => {
    const elsewhere = join(base, "elsewhere");
    mkdirSync(elsewhere, { mode: 0o700 });
    for (const place of [folder, elsewhere]) for (const name of ["id_rsa", "12"]) writeFileSync(join(place, name), "");
    symlinkSync(elsewhere, join(base, "0123456789abcdef"));
    new SharedSiblings(endpoint, "127.0.0.1:4001", base).shareResource("0x3", "now", true);
    expect(readdirSync(folder)).to.have.members(["id_rsa", String(process.pid)].concat(isUsed(12) ? ["12"] : []));
    expect(readdirSync(elsewhere)).to.have.members(["id_rsa", "12"]);
  });

  it("contain the readable lines when a full disk cut off the last one", () => {
    told(process.ppid, endpoint, "0x1", "there", true);
    appendFileSync(join(folder, String(process.ppid)), '["https://cloud');
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal(["there"]);
  });

  it("are written once, and again after a change", () => {
    mine.shareResource("0x1", "here", true);
    mine.shareResource("0x1", "here", false);
    mine.shareResource("0x1", "here", false);
    mine.shareResource("0x1", "here", true);
    const lines = readFileSync(join(folder, String(process.pid)), "utf8")
      .split("\n")
      .slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as unknown[])[3])).to.deep.equal([true, false, true]);
  });

  it("are written to a new file when the file was removed", () => {
    for (const removed of [join(folder, String(process.pid)), folder]) {
      rmSync(removed, { recursive: true });
      mine.shareResource("0x1", `after the end of ${basename(removed)}`, true);
      expect(readFileSync(join(folder, String(process.pid)), "utf8")).to.contain(basename(removed));
    }
  });

  it("are readable by their owner only", () => {
    const modes = [folder, join(folder, String(process.pid))].map((path) => statSync(path).mode & 0o777);
    expect(modes).to.deep.equal([0o700, 0o600]);
  });

  it("are empty, without a failure, where files cannot be written or read", () => {
    writeFileSync(join(base, "file"), "");
    const nowhere = new SharedSiblings(endpoint, "127.0.0.1:4000", join(base, "file", "below"));
    nowhere.shareResource("0x1", "here", true);
    expect(nowhere.incarnationsElsewhere("0x1")).to.deep.equal([]);
    appendFileSync(join(folder, String(process.ppid)), "no JSON\n");
    expect(mine.incarnationsElsewhere("0x1")).to.deep.equal([]);
  });
});
