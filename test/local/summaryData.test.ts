import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { type LocalCloud, startLocalCloud } from "../../local";
import { makeTemporaryFolder, removeFolder } from "../harness/folders";
import { digest, step } from "../harness/previews";
import { add, make, type Made, session, setSchema } from "./calls";

const command = resolve(__dirname, "../../dist/cli/index.js");
const plan = { name: "orders", zone: "us-east-1", deploymentType: "dedicated" };

interface Result {
  readonly code: number | string | null | undefined;
  readonly output: string;
  readonly errors: string;
}

/** The command with `--data`, against the local cloud. */
describe("pulumi-dgraphcloud summary --data", () => {
  let local: LocalCloud;
  let folder: string;
  /** A backend that is deleted, in the mode graphql, and one whose schema changes, in the mode flexible. */
  let deleted: Made;
  let changed: Made;

  const before = "type Order { total: Int note: String } type Product { name: String }";
  const after = "type Order { total: Int } type Product { name: String }";

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    folder = makeTemporaryFolder("summary");
    const account = await session(local);
    deleted = await make(local, account);
    changed = await make(local, account, { name: "users", deploymentMode: "flexible" });
    for (const backend of [deleted, changed]) {
      await setSchema(backend, before);
      await add(backend, "Order", [{ total: 1 }, { total: 2, note: "a" }]);
      await add(backend, "Product", [{ name: "a" }]);
    }
    local.journal.clear();
  });
  afterEach(async () => {
    removeFolder(folder);
    await local.close();
  });

  const credentials = (): NodeJS.ProcessEnv => ({
    DGRAPHCLOUD_EMAIL: local.accounts[0]?.email,
    DGRAPHCLOUD_PASSWORD: local.accounts[0]?.password,
  });
  const steps = (): object[] => {
    const schema = { kind: "GraphqlSchema", name: "users-schema", id: changed.uid };
    const inputs = { backend: changed.uid, schema: before, allow: ["Order.note"] };
    return [
      step("delete", { old: plan, id: deleted.uid }),
      step("update", { ...schema, old: inputs, next: { ...inputs, schema: after }, diff: ["schema"] }),
    ];
  };
  const run = (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Result> => {
    const file = join(folder, "preview.json");
    writeFileSync(file, digest(steps()));
    const env = { PATH: process.env["PATH"], DGRAPHCLOUD_ENDPOINT: local.endpoint, ...environment };
    return new Promise((done) => {
      execFile(process.execPath, [command, "summary", file, ...args], { env }, (error, output, errors) => {
        done({ code: error === null ? 0 : error.code, output, errors });
      });
    });
  };

  it("says how much is lost: in the first line, below each backend, and for each change of a schema", async () => {
    await local.cloud.get(deleted.uid).takeBackup();
    const { code, output, errors } = await run(["--data"], credentials());
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(output.split("\n")[0]).to.match(/^### shop\/dev: .*; at least 3 nodes are lost$/);
    expect(output).to.contain("\n  - 3 nodes of the types in its schema: Order 2, Product 1\n");
    expect(output).to.match(/\n {2}- newest backup: less than an hour old \(full, \S+Z\)\n/);
    expect(output).to.contain("at stake: 1 node that has Order.note");
    const sent = local.journal.entries.map(({ operation }) => operation).sort();
    expect(sent).to.deep.equal(["deployments", "getGQLSchema", "graphql", "listBackups", "login", "query"]);
    for (const secret of [local.accounts[0]?.password ?? "", deleted.jwtToken, changed.jwtToken])
      expect(output).not.to.contain(secret);
  });

  it("has the same numbers in JSON", async () => {
    const { output } = await run(["--data", "--json"], credentials());
    const { backends, destroyed } = JSON.parse(output) as {
      readonly backends: Readonly<Record<string, object>>;
      readonly destroyed: readonly { readonly schemaChanges?: readonly object[] }[];
    };
    expect(Object.keys(backends)).to.deep.equal([deleted.uid]);
    expect(backends[deleted.uid]).to.deep.include({ total: 3, counted: "types of the schema", newestBackup: null });
    expect(destroyed.flatMap(({ schemaChanges = [] }) => schemaChanges)[0]).to.deep.include({
      path: "Order.note",
      nodes: 1,
    });
  });

  it("asks nothing without --data", async () => {
    const { code, output } = await run([], credentials());
    expect(code).to.equal(0);
    expect(output).not.to.match(/nodes|backup:/);
    expect(local.journal.entries).to.have.length(0);
  });

  it("summarises all the same when the service fails or there are no credentials, and keeps its exit code", async () => {
    const without = await run(["--data", "--fail-on", "delete"], {});
    expect(without.code).to.equal(3);
    expect(without.output).to.contain("how many nodes are lost is not known");
    expect(without.output).to.match(/credentials are missing; set DGRAPHCLOUD/);
    expect(local.journal.entries).to.have.length(0);
    local.faults.add({
      operation: "deployments",
      calls: "every",
      fault: { kind: "errors", messages: ["S3CR3T"], acted: false },
    });
    const failed = await run(["--data"], credentials());
    expect(failed.code).to.equal(0);
    expect(failed.output).to.contain("how many nodes are lost is not known").and.not.to.contain("S3CR3T");
    expect(await run(["--data"], credentials()), "the same text again").to.deep.equal(failed);
  });
});
