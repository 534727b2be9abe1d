import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local";
import { FakeCluster } from "../harness/fakeCluster";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { make, type Made, session, setSchema } from "./calls";

const command = resolve(__dirname, "../../dist/cli/index.js");

interface Result {
  readonly code: number | string | null | undefined;
  readonly output: string;
  readonly errors: string;
}

interface Entry {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

const run = (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Result> => {
  const env = { PATH: process.env["PATH"], ...environment };
  return new Promise((done) => {
    execFile(process.execPath, [command, "import-file", ...args], { env }, (error, output, errors) => {
      done({ code: error === null ? 0 : error.code, output, errors });
    });
  });
};

/** "Backend orders 0x42" for each entry of a file. */
const entriesIn = (text: string): string[] =>
  (JSON.parse(text) as { resources: Entry[] }).resources.map(
    ({ type, name, id }) => `${type.replace("dgraphcloud:index:", "")} ${name} ${id}`,
  );

/** One line on standard error. */
const complaint = /^pulumi-dgraphcloud import-file: [^\n]+\n$/;

describe("pulumi-dgraphcloud import-file", () => {
  let local: LocalCloud;
  let folder: string;
  let users: Made;
  let orders: Made;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    folder = makeTemporaryFolder("import");
    const account = await session(local);
    users = await make(local, account, { name: "users" });
    orders = await make(local, account, { name: "orders" });
    await setSchema(orders, 'type Order { total: Int }\n# Dgraph.Secret key "S3CR3T"');
    local.journal.clear();
  });
  afterEach(async () => {
    removeFolder(folder);
    await local.close();
  });

  const credentials = (): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_ENDPOINT: local.endpoint,
    DGRAPHCLOUD_EMAIL: local.accounts[0]?.email,
    DGRAPHCLOUD_PASSWORD: local.accounts[0]?.password,
  });
  const sent = (): string[] => local.journal.entries.map(({ operation }) => operation).sort();

  it("writes the backends of the account, sorted by name, and asks for nothing but their list", async () => {
    const { code, output, errors } = await run([], credentials());
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(JSON.parse(output)).to.deep.equal({
      resources: [
        { type: "dgraphcloud:index:Backend", name: "orders", id: orders.uid },
        { type: "dgraphcloud:index:Backend", name: "users", id: users.uid },
      ],
    });
    expect(sent()).to.deep.equal(["deployments", "login"]);
    expect(await run(["-"], credentials())).to.deep.equal({ code, output, errors });
  });

  it("adds the schema of each backend that has one, and no secret", async () => {
    const { code, output, errors } = await run(["--schemas"], credentials());
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(entriesIn(output)).to.deep.equal([
      `Backend orders ${orders.uid}`,
      `GraphqlSchema orders ${orders.uid}`,
      `Backend users ${users.uid}`,
    ]);
    expect(new Set(sent())).to.deep.equal(new Set(["deployments", "getGQLSchema", "login"]));
    for (const secret of [local.accounts[0]?.password ?? "", orders.jwtToken, users.jwtToken, "S3CR3T"])
      expect(output).not.to.contain(secret);
  });

  it("writes a file, and never replaces one", async () => {
    const file = join(folder, "import.json");
    expect(await run([file, "--schemas"], credentials())).to.deep.equal({ code: 0, output: "", errors: "" });
    const text = readFileSync(file, "utf8");
    expect(entriesIn(text)).to.have.length(3);
    const again = await run([file], credentials());
    expect(again).to.deep.include({ code: 2, output: "" });
    expect(again.errors).to.match(complaint).and.to.contain(`the file ${file} exists already`);
    expect(readFileSync(file, "utf8")).to.equal(text);
    const nowhere = await run([join(folder, "none", "import.json")], credentials());
    expect(nowhere).to.deep.include({ code: 2, output: "" });
    expect(nowhere.errors).to.match(complaint).and.to.contain("cannot be written: ENOENT");
  });

  it("leaves out backends by name or uid, and says when nothing is left", async () => {
    const without = await run(["--schemas", "--exclude", "users"], credentials());
    expect(entriesIn(without.output)).to.deep.equal([
      `Backend orders ${orders.uid}`,
      `GraphqlSchema orders ${orders.uid}`,
    ]);
    const none = await run(["--exclude", "users", "--exclude", orders.uid], credentials());
    expect(none.code).to.equal(0);
    expect(entriesIn(none.output)).to.deep.equal([]);
    expect(none.errors).to.match(complaint).and.to.contain("there is nothing to import");
    const unknown = await run(["--exclude", "user"], credentials());
    expect(unknown).to.deep.include({ code: 2, output: "" });
    expect(unknown.errors).to.match(complaint).and.to.contain('there is no backend "user"');
  });

  it("names the provider that the import uses", async () => {
    const urn = "urn:pulumi:dev::shop::shop:index:Shop$pulumi:providers:dgraphcloud::production";
    const { code, output } = await run(["--provider", `orders=${urn}`, "--exclude", "users"], credentials());
    expect(code).to.equal(0);
    expect(JSON.parse(output)).to.deep.equal({
      nameTable: { orders: urn },
      resources: [
        { type: "dgraphcloud:index:Backend", name: `orders-${orders.uid}`, id: orders.uid, provider: "orders" },
      ],
    });
  });

  it("exits with 2 for wrong options, and asks for nothing", async () => {
    const urn = "urn:pulumi:dev::shop::pulumi:providers:dgraphcloud::production";
    const wrong: readonly (readonly string[])[] = [
      ["one.json", "two.json"],
      ["--schema"],
      ["--exclude"],
      ["--provider", urn],
      ["--provider", `=${urn}`],
      ["--provider", "production=production"],
      ["--provider", `production=${urn}::0e1f6a1c-5f0a-4ad5-9e3a-111122223333`],
      ["--provider", "production=urn:pulumi:dev::shop::pulumi:providers:aws::production"],
      ["--provider", "a b=urn:pulumi:dev::shop::pulumi:providers:dgraphcloud::production"],
    ];
    for (const args of wrong) {
      const { code, output, errors } = await run(args, credentials());
      expect({ code, output }, args.join(" ")).to.deep.equal({ code: 2, output: "" });
      expect(errors, args.join(" ")).to.match(complaint);
    }
    expect(sent()).to.deep.equal([]);
  });

  it("exits with 1 and writes nothing where the account cannot be read", async () => {
    const file = join(folder, "import.json");
    const { DGRAPHCLOUD_ENDPOINT } = credentials();
    const cases: readonly (readonly [environment: NodeJS.ProcessEnv, words: string])[] = [
      [{ DGRAPHCLOUD_ENDPOINT }, "credentials are missing; set DGRAPHCLOUD_TOKEN"],
      [{ ...credentials(), DGRAPHCLOUD_PASSWORD: "S3CR3T" }, "the log-in was refused"],
      [{ ...credentials(), DGRAPHCLOUD_CLUSTER_URL: "http://127.0.0.1:1" }, "settings of an account and of a cluster"],
    ];
    for (const [environment, words] of cases) {
      const { code, output, errors } = await run([file], environment);
      expect({ code, output }, words).to.deep.equal({ code: 1, output: "" });
      expect(errors).to.match(complaint).and.to.contain(words).and.not.to.contain("S3CR3T");
    }
    local.faults.add({
      operation: "deployments",
      calls: "every",
      fault: { kind: "errors", messages: ["S3CR3T"], acted: false },
    });
    const failed = await run([file], credentials());
    expect(failed).to.deep.include({ code: 1, output: "" });
    expect(failed.errors).to.match(complaint).and.to.contain("DGC205").and.not.to.contain("S3CR3T");
    expect(existsSync(file)).to.equal(false);
  });

  it("exits with 3 and leaves out a schema that cannot be read", async () => {
    await setSchema(users, "type User { name: String }");
    const fault = { kind: "errors", messages: ["S3CR3T"], acted: false } as const;
    local.faults.add({ operation: "getGQLSchema", deployment: orders.uid, calls: "every", fault });
    const { code, output, errors } = await run(["--schemas"], credentials());
    expect(code).to.equal(3);
    expect(entriesIn(output)).to.deep.equal([
      `Backend orders ${orders.uid}`,
      `Backend users ${users.uid}`,
      `GraphqlSchema users ${users.uid}`,
    ]);
    expect(errors).to.match(complaint);
    expect(errors).to.contain(`the schema of Backend "orders" (${orders.uid}) is left out`);
    expect(errors).not.to.contain("S3CR3T");
  });

  it("says how to use it", async () => {
    const { code, output } = await run(["--help"], {});
    expect(code).to.equal(0);
    for (const word of ["--schemas", "--exclude", "--provider", "Exit codes"]) expect(output).to.contain(word);
    expect(output).not.to.contain("--fail-on");
  });
});

describe("pulumi-dgraphcloud import-file, of a cluster", () => {
  let cluster: FakeCluster;

  beforeEach(async () => {
    cluster = await FakeCluster.start();
  });
  afterEach(() => cluster.close());

  const settings = (): NodeJS.ProcessEnv => ({ DGRAPHCLOUD_CLUSTER_URL: cluster.url });

  it("writes its schema, by the id of the cluster", async () => {
    cluster.database.namespace(0).update("type Order { total: Int }", 0);
    const { code, output, errors } = await run([], settings());
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(entriesIn(output)).to.deep.equal([`GraphqlSchema schema ${cluster.id}`]);
    expect(await run(["--schemas"], settings())).to.deep.equal({ code, output, errors });
  });

  it("says that a cluster without a schema has nothing to import", async () => {
    const { code, output, errors } = await run([], settings());
    expect(code).to.equal(0);
    expect(entriesIn(output)).to.deep.equal([]);
    expect(errors).to.match(complaint).and.to.contain("the cluster has no GraphQL schema");
  });

  it("has no backends to leave out", async () => {
    const { code, errors } = await run(["--exclude", "orders"], settings());
    expect(code).to.equal(2);
    expect(errors).to.match(complaint).and.to.contain('there is no backend "orders"');
  });

  it("exits with 1 where the cluster cannot be read", async () => {
    const fault = { kind: "errors", messages: ["S3CR3T"], acted: false } as const;
    cluster.faults.add({ operation: "state", calls: "every", fault });
    const { code, output, errors } = await run([], settings());
    expect({ code, output }).to.deep.equal({ code: 1, output: "" });
    expect(errors).to.match(complaint).and.to.contain("the schema of the cluster cannot be read");
    expect(errors).not.to.contain("S3CR3T");
  });
});
