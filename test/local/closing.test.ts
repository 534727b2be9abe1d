import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, startLocalCloud } from "../../local/index";
import { isAlive, readRecords } from "../../local/storage/processRecords";
import { make, session } from "./calls";
import { endpointOf, start as command } from "./command";
import { fakeDgraph } from "./fakeDgraph";

describe("closing a local cloud whose state cannot be saved", function () {
  this.timeout(20_000);
  let folder: string;
  let data: string;
  const running: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dgraphcloud-closing-"));
    data = join(folder, "data");
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const launched = async (): Promise<ReturnType<typeof readRecords>> => {
    const file = join(data, "backends", "0x42", "processes.json");
    for (let tries = 0; tries < 200; tries++) {
      const records = existsSync(file) ? readRecords(file) : [];
      if (records.length === 2) return records;
      await new Promise((later) => setTimeout(later, 25));
    }
    throw new Error("the pair was not launched");
  };
  /** Makes every further save fail, as a full disk does. */
  const fillDisk = (): void => {
    mkdirSync(join(data, "cloud.json.next"));
  };
  const dgraph = (): string => fakeDgraph(folder, "exec sleep 60");

  it("still stops the databases and releases the folder, and rejects each time", async () => {
    const local = await startLocalCloud({ data, engine: "dgraph", dgraph: dgraph(), say: () => undefined });
    const [account] = local.accounts;
    if (account === undefined) throw new Error("no account");
    await local.cloud.createDeployment(account, { name: "a", zone: "z" });
    const pair = await launched();
    fillDisk();
    const outcome = (): Promise<string> => local.close().then(() => "closed", String);
    const first = await outcome();
    expect(first).to.contain("the state could not be written to").and.to.contain("cloud.json");
    expect(pair.map(isAlive)).to.deep.equal([false, false]);
    expect(existsSync(join(data, "lock"))).to.equal(false);
    expect(await outcome()).to.equal(first);
  });

  it("happens once, however many calls are made at a time", async () => {
    const local: LocalCloud = await startLocalCloud({ data });
    await Promise.all([local.close(), local.close()]);
    expect(existsSync(join(data, "lock"))).to.equal(false);
  });

  it("makes the command exit with 1 and one line after a signal", async () => {
    const run = command(["--port", "0", "--data", data, "--engine", "dgraph", "--dgraph", dgraph()]);
    running.push(run.child);
    const local = { endpoint: endpointOf(await run.printed("Stop it with Ctrl-C.")) };
    await make(local, await session(local));
    const pair = await launched();
    fillDisk();
    run.child.kill("SIGTERM");
    const { code, out, err } = await run.ended;
    expect(code).to.equal(1);
    expect(err).to.match(/^dgraphcloud-local: the state could not be written to .*cloud\.json.*\n$/);
    expect(out).not.to.contain("Stopped.");
    expect(pair.map(isAlive)).to.deep.equal([false, false]);
    expect(readFileSync(join(data, "cloud.json"), "utf8"), "the previous state").to.contain('"0x42"');
  });
});
