import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Pair } from "../../local/engines/dgraph/pair";
import { isAlive, recordOf } from "../../local/storage/processRecords";
import { fakeDgraph } from "./fakeDgraph";

describe("the two processes of a database", () => {
  let folder: string;
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dgraphcloud-pair-"));
    folder = join(root, "0x42");
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const start = (body: string): Promise<Pair> => {
    const options = {
      executable: fakeDgraph(root, body),
      folder,
      adminToken: "t",
      acl: false,
      lambdaUrl: "http://127.0.0.1:1/",
    };
    const none = (): void => undefined;
    return Pair.start(
      { ...options, onAlphaLine: none, onPlainHttp: none, onDeath: none },
      new AbortController().signal,
    );
  };

  it("are killed when they cannot be recorded", async () => {
    mkdirSync(join(folder, "processes.json"), { recursive: true });
    const pidFile = join(root, "pid");
    const refused = await start(`echo $$ > ${pidFile}; exec sleep 20`).catch(String);
    expect(refused).to.contain("EISDIR");
    for (let tries = 0; tries < 20 && !existsSync(pidFile); tries++)
      await new Promise((later) => setTimeout(later, 25));
    // It may have been killed before it wrote its id.
    if (existsSync(pidFile)) expect(isAlive(recordOf(Number(readFileSync(pidFile, "utf8"))))).to.equal(false);
  });

  it("fail to start with Zero's last error when Zero ends before an Alpha with proposals is started", async () => {
    mkdirSync(join(folder, "w"), { recursive: true });
    const calls = join(root, "calls");
    const refused = await start(`echo $1 >> ${calls}; echo 'E0101 the disk is full'; exit 3`).catch(String);
    expect(refused).to.equal("Error: Zero ended (exit code 3): E0101 the disk is full");
    expect(readFileSync(calls, "utf8")).to.equal("zero\n");
  });
});
