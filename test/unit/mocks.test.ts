import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { rejection } from "../harness/errors";
import { answerJson, Service } from "../harness/httpService";
import { type SdkHost, sdkHosts } from "../harness/sdkHosts";

for (const one of sdkHosts)
  describe(`with Pulumi's mocks, on the ${one.host},`, () => {
    unitTestOfUser(one);
  });

/** A user's program in a unit test that calls `pulumi.runtime.setMocks`. */
function unitTestOfUser({ dgraphcloud, typePrefix, providerPackage }: SdkHost): void {
  let service: Service;
  let calls: pulumi.runtime.MockCallArgs[];
  let resources: pulumi.runtime.MockResourceArgs[];
  /** The mocks' answers to calls. */
  let answer: pulumi.runtime.MockCallResult;

  const endpoint = process.env["DGRAPHCLOUD_ENDPOINT"];
  before(async () => {
    service = await Service.start((_, response) => {
      answerJson(response, { data: { deployments: [] } });
    });
    process.env["DGRAPHCLOUD_ENDPOINT"] = service.endpoint.href;
    process.env["DGRAPHCLOUD_TOKEN"] = "a-token-of-the-test";
  });
  after(async () => {
    if (endpoint === undefined) delete process.env["DGRAPHCLOUD_ENDPOINT"];
    else process.env["DGRAPHCLOUD_ENDPOINT"] = endpoint;
    delete process.env["DGRAPHCLOUD_TOKEN"];
    pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
    await service.stop();
  });
  beforeEach(() => mock());
  afterEach(() => {
    expect(service.requests).to.deep.equal([]);
  });

  async function mock({ preview = false } = {}): Promise<void> {
    [calls, resources, answer] = [[], [], {}];
    const mocks: pulumi.runtime.Mocks = {
      call: (args) => {
        calls.push(args);
        return answer;
      },
      newResource: (args) => {
        resources.push(args);
        // Empty for a resource that is not read.
        const id = args.id === "" ? `id of ${args.name}` : args.id;
        return { id, state: { ...stateOf(args.type), ...(args.inputs as object) } };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", preview);
  }

  /** Outputs that a program may read. */
  function stateOf(type: string): object {
    if (type === `${typePrefix}Backend`) return { url: "orders.example.com", jwtToken: "jwt" };
    if (type === `${typePrefix}RestoreRequest`) return { restoreId: 7, restoredFolder: "2026-47" };
    if (type === `${typePrefix}RestoreCompletion`) return { status: "OK", errors: [], confirmed: true };
    return type === `${typePrefix}DataDrop` ? { droppedAt: "2026-01-31T18:00:00Z", dropped: ["all data"] } : {};
  }

  const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise<T>((resolve) => {
      output.apply((value) => {
        resolve(value);
      });
    });
  const described = { uid: "0x42", name: "shop", url: "shop.example.com", jwtToken: "jwt" };
  const backup = { folder: "2026-47", backupNum: 3, type: "full", timestamp: "2026-11-20T18:00:58+0000" };
  const isSecret = (output: unknown): Promise<boolean> => pulumi.isSecret(output as pulumi.Output<unknown>);

  for (const [form, lookUp] of [
    ["getBackend", () => dgraphcloud.getBackend({ uid: "0x42" })],
    ["getBackendOutput", () => valueOf(dgraphcloud.getBackendOutput({ uid: pulumi.output("0x42") }))],
  ] as const) {
    it(`${form} calls dgraphcloud:index:getBackend`, async () => {
      answer = described;
      const { jwtToken, ...plain } = await lookUp();
      expect(plain).to.deep.equal({ uid: "0x42", name: "shop", url: "shop.example.com" });
      expect(await valueOf(pulumi.output(jwtToken))).to.equal("jwt");
      expect(calls.map(({ token, inputs }) => [token, inputs as unknown])).to.deep.equal([
        ["dgraphcloud:index:getBackend", { uid: "0x42" }],
      ]);
    });
  }

  it("getBackends calls dgraphcloud:index:getBackends, and returns its list `backends`", async () => {
    answer = { backends: [described] };
    expect((await dgraphcloud.getBackends()).map(({ name }) => name)).to.deep.equal(["shop"]);
    expect(await valueOf(dgraphcloud.getBackendsOutput())).to.deep.equal([described]);
    expect(new Set(calls.map(({ token }) => token))).to.deep.equal(new Set(["dgraphcloud:index:getBackends"]));
  });

  it("getBackups calls dgraphcloud:index:getBackups, and returns its list `backups`", async () => {
    answer = { backups: [backup] };
    const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
    expect(await dgraphcloud.getBackups({ uid: "0x42" })).to.deep.equal([backup]);
    expect(await valueOf(dgraphcloud.getBackupsOutput({ uid: orders }))).to.deep.equal([backup]);
    expect(calls.map(({ token, inputs }) => [token, inputs as unknown])).to.deep.equal([
      ["dgraphcloud:index:getBackups", { uid: "0x42" }],
      ["dgraphcloud:index:getBackups", { uid: "id of orders" }],
    ]);
  });

  const plainSchema = { schema: "type Author { id: ID! }", generatedSchema: "type Author { id: ID! } …" };
  const authorization =
    '# Dgraph.Authorization {"Header":"X-Auth","Namespace":"n","Algo":"HS256","VerificationKey":"k"}';
  const secretSchema = { ...plainSchema, schema: `${plainSchema.schema}\n${authorization}\n` };

  it("getGraphqlSchema calls dgraphcloud:index:getGraphqlSchema, and a text with a line that may hold a secret is one", async () => {
    const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
    for (const live of [plainSchema, secretSchema]) {
      calls = [];
      answer = live;
      const { schema, generatedSchema } = await dgraphcloud.getGraphqlSchema({ backend: "0x42" });
      const asOutput = dgraphcloud.getGraphqlSchemaOutput({ backend: orders });
      expect({ schema: await valueOf(schema), generatedSchema }).to.deep.equal(live);
      expect(await valueOf(asOutput)).to.deep.equal(live);
      expect([await isSecret(schema), await isSecret(asOutput)]).to.deep.equal(Array(2).fill(live === secretSchema));
      expect(calls.map(({ token, inputs }) => [token, inputs as unknown])).to.deep.equal([
        ["dgraphcloud:index:getGraphqlSchema", { backend: "0x42" }],
        ["dgraphcloud:index:getGraphqlSchema", { backend: "id of orders" }],
      ]);
    }
  });

  it("getLambdaLogs calls dgraphcloud:index:getLambdaLogs, and returns its list `logs`", async () => {
    answer = { logs: ["one line"] };
    const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
    expect(await dgraphcloud.getLambdaLogs({ backend: "0x42", start: "2026-01-31T18:00:00Z" })).to.deep.equal([
      "one line",
    ]);
    const end = pulumi.output("2026-01-31T19:00:00Z");
    expect(await valueOf(dgraphcloud.getLambdaLogsOutput({ backend: orders, end }))).to.deep.equal(["one line"]);
    expect(calls.map(({ token, inputs }) => [token, inputs as unknown])).to.deep.equal([
      ["dgraphcloud:index:getLambdaLogs", { backend: "0x42", start: "2026-01-31T18:00:00Z" }],
      ["dgraphcloud:index:getLambdaLogs", { backend: "id of orders", end: "2026-01-31T19:00:00Z" }],
    ]);
  });

  it("functions pass their provider to the mocks", async () => {
    answer = { ...described, ...plainSchema, backends: [], backups: [], logs: [] };
    const provider = new dgraphcloud.Provider("theirs", { token: "x" });
    await dgraphcloud.getBackend({ name: "shop" }, { provider });
    await dgraphcloud.getBackends({ provider });
    await dgraphcloud.getBackups({ uid: "0x42" }, { provider });
    await dgraphcloud.getGraphqlSchema({ backend: "0x42" }, { provider });
    await dgraphcloud.getLambdaLogs({ backend: "0x42" }, { provider });
    expect(calls).to.have.length(5);
    for (const one of calls)
      expect(one.provider?.endsWith(`pulumi:providers:${providerPackage}::theirs::id of theirs`)).to.equal(true);
  });

  it("a missing list fails with the token and the result to return", async () => {
    for (const [lookUp, token, wanted] of [
      [() => dgraphcloud.getBackends(), "dgraphcloud:index:getBackends", "{ backends: [] }"],
      [() => dgraphcloud.getBackups({ uid: "0x42" }), "dgraphcloud:index:getBackups", "{ backups: [] }"],
      [() => dgraphcloud.getLambdaLogs({ backend: "0x42" }), "dgraphcloud:index:getLambdaLogs", "{ logs: [] }"],
    ] as const) {
      const { message } = await rejection(lookUp());
      expect(message).to.contain(token).and.to.contain(wanted).and.to.contain("DGC504");
    }
  });

  it("output forms keep tokens secret, and are unknown while their inputs are unknown in a preview", async () => {
    await mock({ preview: true });
    answer = { ...described, backends: [described] };
    expect(await isSecret(dgraphcloud.getBackendOutput({ uid: "0x42" }))).to.equal(true);
    expect(await isSecret(dgraphcloud.getBackendsOutput())).to.equal(true);
    calls = [];
    const { exportUrls } = new dgraphcloud.DataDrop("wipe", { backend: "0x42", allData: true });
    const unknown = exportUrls.apply(() => "0x42");
    const found = dgraphcloud.getBackendOutput({ uid: unknown }) as unknown as { isKnown: Promise<boolean> };
    expect(await found.isKnown).to.equal(false);
    expect(calls).to.deep.equal([]);
  });

  it("newResource receives a Backend, a Backend.get, a DataDrop, and both parts of a Restore", async () => {
    const orders = new dgraphcloud.Backend("orders", { zone: "us-east-1", deploymentType: "dedicated" });
    const looked = dgraphcloud.Backend.get("looked", "0x42");
    const drop = new dgraphcloud.DataDrop("wipe", { backend: orders, allData: true });
    const restore = new dgraphcloud.Restore("undo", { target: orders, source: looked });
    expect(await valueOf(pulumi.all([orders.uid, orders.url, orders.zone]))).to.deep.equal([
      "id of orders",
      "orders.example.com",
      "us-east-1",
    ]);
    expect(await valueOf(pulumi.all([looked.uid, looked.url]))).to.deep.equal(["0x42", "orders.example.com"]);
    expect(await valueOf(pulumi.all([drop.backend, drop.dropped]))).to.deep.equal(["id of orders", ["all data"]]);
    expect(await valueOf(pulumi.all([restore.restoreId, restore.restoredFolder, restore.status]))).to.deep.equal([
      7,
      "2026-47",
      "OK",
    ]);
    expect(resources.map(({ type, name }) => [type, name])).to.have.deep.members([
      [`${typePrefix}Backend`, "orders"],
      [`${typePrefix}Backend`, "looked"],
      [`${typePrefix}DataDrop`, "wipe"],
      ["dgraphcloud:index:Restore", "undo"],
      [`${typePrefix}RestoreRequest`, "undo-request"],
      [`${typePrefix}RestoreCompletion`, "undo-completion"],
    ]);
    const request = resources.find(({ name }) => name === "undo-request");
    expect(request?.inputs).to.include({ target: "id of orders", source: "0x42" });
  });

  it("the unit test of the example passes without an account", () => {
    const test = resolve(__dirname, "../../examples/restore-production/index.test.ts");
    // One that is run by a test of node:test, as this variable says, would report in another form.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const run = spawnSync(process.execPath, ["--import", "tsx", "--test", test], { encoding: "utf8", env });
    expect(run.status, run.stdout + run.stderr).to.equal(0);
    expect(run.stdout).to.match(/^[#ℹ] pass 1$/m);
  });
}
