import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { makeFolderOnce } from "../../tools/once";
import { withHeartbeat } from "../../tools/progress";
import { Sandbox } from "../harness/sandbox";
import { failure } from "../harness/errors";

describe("makeFolderOnce", () => {
  let sandbox: Sandbox;
  let folder: string;
  beforeEach(() => {
    sandbox = new Sandbox();
    folder = join(sandbox.cache, "tool-1");
  });
  afterEach(() => {
    sandbox.remove();
  });

  const make = (into: string): Promise<string> => {
    writeFileSync(join(into, "made"), "");
    return Promise.resolve("made");
  };

  it("makes the folder once for two concurrent calls, and the second one reports that it waits", async () => {
    let made = 0;
    const slow = async (into: string): Promise<string> => {
      made += 1;
      await sleep(50);
      return make(into);
    };
    const results = await Promise.all([1, 2].map(() => makeFolderOnce(folder, slow, sandbox.say)));
    expect(results).to.have.members(["made", undefined]);
    expect(made).to.equal(1);
    expect(sandbox.said).to.deep.equal(["waiting for another process that is making tool-1"]);
    expect(readdirSync(sandbox.cache)).to.deep.equal(["tool-1"]);
  });

  it("leaves nothing after a failure, and the next call tries again", async () => {
    const failing = async (into: string): Promise<string> => {
      await make(into);
      throw new Error("broke");
    };
    expect(await failure(makeFolderOnce(folder, failing, sandbox.say))).to.equal("broke");
    expect(readdirSync(sandbox.cache)).to.deep.equal([]);
    expect(await makeFolderOnce(folder, make, sandbox.say)).to.equal("made");
  });

  it("respects a fresh lock and takes over a stale one", async () => {
    mkdirSync(`${folder}.lock`, { recursive: true });
    const making = makeFolderOnce(folder, make, sandbox.say);
    await sleep(100);
    expect(existsSync(folder)).to.equal(false);
    utimesSync(`${folder}.lock`, 0, 0);
    expect(await making).to.equal("made");
    expect(readdirSync(sandbox.cache)).to.deep.equal(["tool-1"]);
  });

  it("takes over from a killed process, and removes its files", async () => {
    const script = join(sandbox.folder, "killed.ts");
    writeFileSync(
      script,
      `import { writeFileSync } from "node:fs";
       import { makeFolderOnce } from ${JSON.stringify(join(__dirname, "../../tools/once"))};
       void makeFolderOnce(${JSON.stringify(folder)}, (into) => {
         writeFileSync(into + "/half", "");
         process.send?.("making");
         return new Promise(() => setInterval(() => {}, 1_000));
       }, () => {});`,
    );
    const child = fork(script, { execArgv: ["--import", require.resolve("tsx")] });
    await once(child, "message");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(folder)).to.equal(false);
    expect(readdirSync(sandbox.cache)).to.have.length(2);
    utimesSync(`${folder}.lock`, 0, 0);
    expect(await makeFolderOnce(folder, make, sandbox.say)).to.equal("made");
    expect(readdirSync(sandbox.cache)).to.deep.equal(["tool-1"]);
    expect(readdirSync(folder)).to.deep.equal(["made"]);
  });

  it("does not touch the files of a running process", async () => {
    const other = `${folder}.making-${process.ppid}-x`;
    mkdirSync(other, { recursive: true });
    await makeFolderOnce(folder, make, sandbox.say);
    expect(existsSync(other)).to.equal(true);
  });

  it("uses the result of a faster process after its lock was lost", async () => {
    const overtaken = (into: string): Promise<string> => {
      mkdirSync(folder);
      writeFileSync(join(folder, "made"), "first");
      return make(into);
    };
    await makeFolderOnce(folder, overtaken, sandbox.say);
    expect(readFileSync(join(folder, "made"), "utf8")).to.equal("first");
    expect(readdirSync(sandbox.cache)).to.deep.equal(["tool-1"]);
  });
});

describe("withHeartbeat", () => {
  it("reports regularly that the work continues, and stops when it ends", async () => {
    const said: string[] = [];
    await withHeartbeat(
      (line) => said.push(line),
      "building",
      () => sleep(60),
      20,
    );
    const lines = said.length;
    expect(lines).to.be.within(1, 3);
    expect(said[0]).to.equal("building, 0 s so far");
    await sleep(40);
    expect(said).to.have.length(lines);
  });
});
