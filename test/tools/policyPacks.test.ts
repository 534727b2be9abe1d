import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { type Engine, prepareEngine } from "../../tools/engine";
import { withPolicyPacks } from "../../tools/policyPacks";
import { Sandbox } from "../harness/sandbox";

describe("withPolicyPacks", () => {
  let sandbox: Sandbox;
  let engine: Engine;
  beforeEach(async () => {
    sandbox = new Sandbox();
    sandbox.pulumi("a folder", "3.274.1");
    sandbox.languageHost("a folder");
    sandbox.script("a folder/other", "exit 0");
    engine = await prepareEngine({ environment: sandbox.environment("a folder", "b"), say: sandbox.say });
  });
  afterEach(() => {
    sandbox.remove();
  });

  it("leaves an engine of a release as it is", async () => {
    sandbox.script("a folder/pulumi-language-go", "exit 0");
    expect(await withPolicyPacks(engine, join(sandbox.folder, "copy"))).to.equal(engine);
  });

  it("copies a built engine beside another language host, and changes nothing where it was", async () => {
    const before = readdirSync(dirname(engine.pulumi));
    const host = readFileSync(engine.languageHost, "utf8");
    const copy = await withPolicyPacks(engine, join(sandbox.folder, "it's a copy"));
    expect(readdirSync(dirname(copy.pulumi))).to.have.members([
      "pulumi",
      "pulumi-resource-pulumi-nodejs",
      "pulumi-language-nodejs",
      "language-host",
    ]);
    expect(copy.env["PATH"]).to.equal([dirname(copy.pulumi), engine.path].join(":"));
    expect(execFileSync(copy.pulumi, ["version"], { encoding: "utf8" })).to.equal("v3.274.1\n");
    expect(readdirSync(dirname(engine.pulumi))).to.deep.equal(before);
    expect(readFileSync(engine.languageHost, "utf8")).to.equal(host);
  });

  it("ends with the language host that it stands in for, with the same code", async () => {
    sandbox.script("a folder/pulumi-language-nodejs", 'echo "$@"; exit 3');
    const copy = await withPolicyPacks(engine, join(sandbox.folder, "it's a copy"));
    expect(() => execFileSync(copy.languageHost, ["--root=x"], { stdio: "pipe" }))
      .to.throw()
      .with.property("status", 3);
  });
});
