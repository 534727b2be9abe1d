import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { diagnostic, digest, step } from "../harness/previews";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";

const command = resolve(__dirname, "../../dist/cli/index.js");
const plan = { name: "orders", zone: "us-east-1", deploymentType: "dedicated" };
const deleted = step("delete", { old: plan });
const created = step("create", { next: plan });
const erased = step("create", { kind: "DataDrop", name: "wipe", next: { backend: "0x42", allData: true } });

interface Result {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function run(args: readonly string[], input?: string): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { input, encoding: "utf8" });
  return { code: status, output: stdout, errors: stderr };
}

const summary = (input: string, ...args: readonly string[]): Result => run(["summary", ...args], input);

describe("pulumi-dgraphcloud summary", () => {
  it("reads a file, or standard input", () => {
    const folder = makeTemporaryFolder("summary");
    const file = join(folder, "preview.json");
    writeFileSync(file, digest([deleted]));
    const fromFile = run(["summary", file]);
    expect(fromFile).to.include({ code: 0, errors: "" });
    expect(fromFile.output).to.match(/^### shop\/dev: Backend "orders" is deleted with its data\n/);
    expect(summary(digest([deleted]))).to.deep.equal(fromFile);
    expect(summary(digest([deleted]), "-")).to.deep.equal(fromFile);
    removeFolder(folder);
  });

  it("waits for standard input, as behind a preview in a pipe", () => {
    const script = `(sleep 0.3; cat) | "$0" "$1" summary`;
    const { status, stdout } = spawnSync("bash", ["-c", script, process.execPath, command], {
      input: digest([deleted]),
      encoding: "utf8",
    });
    expect(status).to.equal(0);
    expect(stdout).to.contain('Backend "orders" is deleted');
  });

  it("writes JSON", () => {
    expect(JSON.parse(summary(digest([deleted]), "--json").output)).to.include({ stack: "shop/dev" });
  });

  it("exits with 3 after it has printed, if a word of --fail-on fits", () => {
    const { code, output, errors } = summary(digest([deleted]), "--fail-on", "delete");
    expect(code).to.equal(3);
    expect(output).to.contain("What is destroyed");
    expect(errors).to.contain('stopped by --fail-on. shop/dev: Backend "orders" is deleted with its data');
  });

  it("lets each word mean only itself, and destructive all of them", () => {
    const codes = (steps: readonly object[], words: string): number | null =>
      summary(digest(steps), "--fail-on", words).code;
    expect(codes([deleted], "replace,restore,drop,schema")).to.equal(0);
    expect(codes([deleted], "drop, delete")).to.equal(3);
    expect(codes([erased], "delete,replace,restore,schema")).to.equal(0);
    expect(codes([erased], "drop")).to.equal(3);
    expect(codes([erased], "destructive")).to.equal(3);
    expect(codes([created], "destructive")).to.equal(0);
    expect(codes([], "destructive")).to.equal(0);
  });

  it("exits with 1 for a preview that failed, but only with --fail-on", () => {
    const failed = digest([deleted], { diagnostics: [diagnostic("error", "boom")] });
    expect(summary(failed).code).to.equal(0);
    const { code, output, errors } = summary(failed, "--fail-on", "delete");
    expect(code).to.equal(1);
    expect(output).to.contain("the preview failed").and.not.to.contain("boom");
    expect(errors).to.contain("boom");
  });

  it("exits with 2 for input that is no preview, and says what it is instead", () => {
    const stream = '{"sequence":0,"timestamp":1,"preludeEvent":{"config":{}}}\n{"sequence":1}';
    const inputs = {
      "": "the input is empty",
      "{}\n": "the input is empty",
      "error: no stack selected": "not JSON",
      [stream]: "PULUMI_ENABLE_STREAMING_JSON_PREVIEW",
      '{"version":3,"deployment":{}}': "neither steps nor diagnostics",
      "[]": "not the output of pulumi preview --json",
      '{"steps":[{"op":1,"urn":"the-value"}]}': '"steps.0.op" is not string',
      [digest([deleted]).slice(0, -20)]: "not JSON",
    };
    for (const [input, words] of Object.entries(inputs)) {
      const { code, output, errors } = summary(input, "--fail-on", "destructive");
      expect({ code, output }, input).to.deep.equal({ code: 2, output: "" });
      expect(errors, input).to.contain(words).and.not.to.contain("the-value");
      expect(errors.trim().split("\n"), input).to.have.length(1);
    }
  });

  it("exits with 2 for what it cannot do", () => {
    const wrong: readonly (readonly string[])[] = [
      ["summary", "--fail-on", "deletes"],
      ["summary", "--fail-on", ""],
      ["summary", "--failon", "delete"],
      ["summary", "--max-length", "many"],
      ["summary", "one", "two"],
      ["summarize"],
      [],
    ];
    for (const args of wrong) {
      const { code, output, errors } = run(args, digest([deleted]));
      expect({ code, output }, args.join(" ")).to.deep.equal({ code: 2, output: "" });
      expect(errors, args.join(" ")).to.match(/^pulumi-dgraphcloud summary: .+\n$/);
    }
    const { code, errors } = run(["summary", "no-such-file.json"]);
    expect(code).to.equal(2);
    expect(errors).to.contain("the file no-such-file.json cannot be read");
  });

  it("says how to use it", () => {
    const { code, output } = run(["--help"]);
    expect(code).to.equal(0);
    for (const word of ["--json", "--fail-on", "--data", "--max-length", "Exit codes"]) expect(output).to.contain(word);
  });

  it("shortens to --max-length", () => {
    const steps = Array.from({ length: 100 }, (_, index) => step("create", { name: `number-${index}`, next: plan }));
    expect(summary(digest(steps), "--max-length", "1000").output.length).to.be.within(500, 1000);
  });

  it("summarises 300 resources with secrets everywhere, and repeats none", () => {
    const secret = "a-secret-that-is-not-marked";
    const values = { ...plan, lambdaScript: secret, authorization: { verificationKey: secret }, password: secret };
    const bucket = { type: "aws:s3/bucket:Bucket", old: values, next: { ...values, [secret]: secret } };
    const steps = Array.from({ length: 100 }, (_, index) => [
      step("replace", {
        name: `b${index}`,
        old: values,
        outputs: { jwtToken: secret },
        next: { ...values, zone: "x" },
        diff: ["zone", "lambdaScript"],
        replace: ["zone"],
      }),
      step("update", { ...bucket, name: `c${index}`, diff: [`tags.${secret}`, `tags["${secret}"]`] }),
      step("create", {
        kind: "DataDrop",
        name: `d${index}`,
        next: { backend: "0x42", allData: true, triggers: { release: secret } },
      }),
    ]).flat();
    const diagnostics = [diagnostic("info", secret, { name: "b1" }), diagnostic("error", secret, { name: "b1" })];
    const text = digest(steps, { diagnostics });
    for (const args of [[], ["--json"]]) {
      const { code, output } = summary(text, ...args);
      expect(code).to.equal(0);
      expect(output).not.to.contain(secret);
    }
  });
});
