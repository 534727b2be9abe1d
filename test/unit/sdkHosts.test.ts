import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as dynamic from "../../sdk";
import { delegate, type Kind } from "../../provider/host/delegate";
import * as plugin from "../../sdk/plugin";
import { sdkHosts } from "../harness/sdkHosts";

const root = resolve(__dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const plan = { zone: "us-east-1", deploymentType: "dedicated" } as const;
const schema = "type Author { id: ID! }";
const kinds: Readonly<Record<string, Kind>> = {
  Backend: "backend",
  RestoreRequest: "restoreRequest",
  RestoreCompletion: "restoreCompletion",
  DataDrop: "dataDrop",
  GraphqlSchema: "graphqlSchema",
  Backup: "backup",
};
const classes = ["Backend", "Backup", "DataDrop", "Environment", "GraphqlSchema", "Provider", "Restore"] as const;

/** What these tests read of a request to the engine. */
interface Request {
  getType(): string;
  getName(): string;
  getVersion(): string;
  getImportid(): string;
  getAdditionalsecretoutputsList(): string[];
  getAliasesList(): { getUrn(): string; getSpec?(): { getName(): string; getType(): string } | undefined }[];
  getCustomtimeouts(): { getCreate(): string } | undefined;
  getSourceposition(): Position | undefined;
  getStacktrace(): { getFramesList(): { getPc(): Position | undefined }[] };
}

interface Position {
  getUri(): string;
  getLine(): number;
}

const stackTraces: { prepareStackTrace?: unknown; stackTraceLimit: number } = Error;

/** What only the package's tests read of an output. */
interface Inner<T> {
  promise(): Promise<T>;
}

describe("the two entries of the package", () => {
  let requests: Request[];
  let inputs: Record<string, Record<string, unknown>>;

  beforeEach(async () => {
    [requests, inputs] = [[], {}];
    const mocks: pulumi.runtime.Mocks = {
      call: () => ({}),
      newResource: (args) => {
        if (args.custom === true) inputs[args.name] = args.inputs as Record<string, unknown>;
        return { id: args.id === "" ? `id of ${args.name}` : args.id, state: args.inputs as object };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", false);
    const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, (request: Request, done: unknown) => void>;
    const register = monitor["registerResource"]!.bind(monitor);
    monitor["registerResource"] = (request, done) => {
      requests.push(request);
      register(request, done);
    };
  });
  after(() => {
    pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
  });

  const valueOf = <T>(output: pulumi.Output<T>): Promise<T> => (output as unknown as Inner<T>).promise();
  const requestOf = (name: string): Request => requests.find((one) => one.getName() === name)!;
  /** The aliases of a resource: a URN, or its name, if it is given, and its type. */
  const aliasesOf = (name: string): string[] =>
    requestOf(name)
      .getAliasesList()
      .map((alias) => alias.getUrn() || `${alias.getSpec?.()?.getName() ?? ""} ${alias.getSpec?.()?.getType() ?? ""}`);
  const hiddenOf = (name: string): string[] =>
    Object.keys(inputs[name]!).filter((key) => key.startsWith("__") && inputs[name]![key] !== undefined);

  it("have the same names, and every class of the plugin extends that of the dynamic host", () => {
    expect(Object.keys(plugin)).to.have.members(Object.keys(dynamic));
    for (const name of classes) expect(Object.getPrototypeOf(plugin[name]), name).to.equal(dynamic[name]);
    const shared = Object.keys(dynamic).filter((name) => !(classes as readonly string[]).includes(name));
    expect(shared.every((name) => /^get/.test(name))).to.equal(true);
    for (const name of shared as "getBackend"[]) expect(plugin[name], name).to.equal(dynamic[name]);
  });

  it("give a program that is an ES module every name", () => {
    const text = `
      import * as dynamic from "pulumi-dgraphcloud";
      import * as plugin from "pulumi-dgraphcloud/plugin";
      import { Backend } from "pulumi-dgraphcloud/plugin";
      const missing = Object.keys(dynamic).filter((name) => plugin[name] === undefined);
      console.log(JSON.stringify({ missing, isPlugin: Backend !== dynamic.Backend && Backend.prototype instanceof dynamic.Backend }));
    `;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", text], { cwd: root, encoding: "utf8" });
    expect(run.stderr).to.equal("");
    expect(JSON.parse(run.stdout)).to.deep.equal({ missing: [], isPlugin: true });
  });

  for (const { host, dgraphcloud, typePrefix, providerPackage } of sdkHosts)
    describe(`on the ${host}`, () => {
      const isPlugin = host === "plugin";
      const otherPrefix = sdkHosts.find((other) => other.host !== host)!.typePrefix;

      /** One resource of each kind, by its name. */
      async function makeAll(): Promise<Readonly<Record<string, string>>> {
        const backend = new dgraphcloud.Backend("orders", plan);
        const others = [
          new dgraphcloud.DataDrop("wipe", { backend, allData: true }),
          new dgraphcloud.GraphqlSchema("tables", { backend, schema }),
          new dgraphcloud.Backup("nightly", { destination: "/backups" }),
        ];
        const restore = new dgraphcloud.Restore("copy", { target: backend, source: "0x9" });
        await Promise.all([...others.map((one) => valueOf(one.urn)), valueOf(restore.status)]);
        return {
          ...{ orders: "Backend", wipe: "DataDrop", tables: "GraphqlSchema", nightly: "Backup" },
          ...{ "copy-request": "RestoreRequest", "copy-completion": "RestoreCompletion" },
        };
      }

      it("every resource has its type, and the type of the other host as its only alias", async () => {
        const made = await makeAll();
        expect(Object.values(made)).to.have.members(Object.keys(kinds));
        for (const [name, kind] of Object.entries(made)) {
          expect(requestOf(name).getType()).to.equal(`${typePrefix}${kind}`);
          expect(aliasesOf(name), name).to.deep.equal([` ${otherPrefix}${kind}`]);
        }
        expect(requestOf("copy").getType()).to.equal("dgraphcloud:index:Restore");
        expect(aliasesOf("copy")).to.deep.equal([]);
      });

      it("has the hidden inputs that the host cannot know itself", async () => {
        const made = await makeAll();
        const own: Readonly<Record<string, readonly string[]>> = {
          orders: [],
          nightly: [],
          tables: ["__backend"],
        };
        for (const [name, kind] of Object.entries(made)) {
          const ofAction = ["__backend", "__backendProtect"];
          const ofHost = isPlugin ? [] : ["__urn", "__provider"];
          expect(hiddenOf(name), name).to.have.members([...(own[name] ?? ofAction), ...ofHost]);
          if (!isPlugin) expect(inputs[name]!["__provider"]).to.equal(delegate(kinds[kind]!));
        }
        if (!isPlugin) expect(inputs["orders"]!["__urn"]).to.equal("test::shop::::orders");
        if (!isPlugin)
          expect(inputs["copy-request"]!["__urn"]).to.equal("test::shop::dgraphcloud:index:Restore$::copy-request");
        expect(inputs["wipe"]!["__backend"]).to.equal(`urn:pulumi:test::shop::${typePrefix}Backend::orders`);
      });

      it("tells the engine the line of the program that made a resource, also of a part of a component", async () => {
        const line = Number(/sdkHosts\.test\.ts:(\d+):/.exec(new Error().stack ?? "")![1]);
        const backend = new dgraphcloud.Backend("orders", plan);
        const restore = new dgraphcloud.Restore("copy", { target: backend, source: "0x9" });
        await valueOf(restore.status);
        const lines = ["orders", "copy-request", "copy-completion"].map((name) => {
          const position = requestOf(name).getSourceposition();
          expect(position?.getUri(), name).to.match(/sdkHosts\.test\.ts$/);
          return position?.getLine();
        });
        expect(lines).to.deep.equal([line + 1, line + 2, line + 2]);
      });

      it("tells the engine the frames of the program, and none of Node and of the SDK", async () => {
        const restore = await new Promise<dynamic.Restore>((resolve) => {
          setImmediate(function program() {
            const backend = new dgraphcloud.Backend("orders", plan);
            resolve(new dgraphcloud.Restore("copy", { target: backend, source: "0x9" }));
          });
        });
        await valueOf(restore.status);
        for (const name of ["orders", "copy", "copy-request"]) {
          const frames = requestOf(name).getStacktrace().getFramesList();
          const files = frames.map((frame) => frame.getPc()?.getUri() ?? "none");
          expect(files, name).to.have.lengthOf(1);
          expect(files[0], name).to.match(/sdkHosts\.test\.ts$/);
        }
      });

      it("keeps the frames of an error that stops a registration, and formats stack traces as before afterwards", () => {
        const before = stackTraces.prepareStackTrace;
        const parent = "no resource" as unknown as pulumi.Resource;
        const make = (): unknown => new dgraphcloud.Backend("orders", plan, { parent });
        expect(make)
          .to.throw(/parent is not a valid Resource/)
          .with.property("stack")
          .that.contains("sdkHosts.test.ts");
        expect(stackTraces.prepareStackTrace).to.equal(before);
        new dgraphcloud.Backend("other", plan);
        expect(stackTraces.prepareStackTrace).to.equal(before);
      });

      it("formats as many stack traces for a Backend with all inputs as for one with few, unless promises are debugged", () => {
        const counted = (make: () => unknown): number => {
          const { prepareStackTrace, stackTraceLimit } = stackTraces;
          let count = 0;
          stackTraces.prepareStackTrace = () => `${(count += 1)}`;
          // Mocha removes the limit.
          stackTraces.stackTraceLimit = 10;
          try {
            make();
          } finally {
            Object.assign(stackTraces, { prepareStackTrace, stackTraceLimit });
          }
          return count;
        };
        const all = { ...plan, name: "x", lambdaScript: "y", adoptUid: "0x1", waitForReady: true, storage: 20 };
        expect(counted(() => new dgraphcloud.Backend("few", plan))).to.equal(
          counted(() => new dgraphcloud.Backend("all", all)),
        );
        process.env["PULUMI_DEBUG_PROMISE_LEAKS"] = "true";
        try {
          expect(counted(() => new dgraphcloud.Backend("debugged", plan))).to.be.greaterThan(50);
        } finally {
          delete process.env["PULUMI_DEBUG_PROMISE_LEAKS"];
        }
      });

      it("marks no inputs that are plain values, and those with an unknown or secret part", async () => {
        const unknown = pulumi.output(Promise.resolve("a script"));
        const timeouts = { create: pulumi.secret("20m") };
        const marked = new dgraphcloud.Backend("marked", { ...plan, lambdaScript: unknown, timeouts });
        const plain = new dgraphcloud.Backend("plain", { ...plan, lambdaScript: "x", timeouts: { create: "20m" } });
        await Promise.all([valueOf(marked.urn), valueOf(plain.urn)]);
        expect(inputs["marked"]!["__secrets"]).to.deep.equal(isPlugin ? undefined : ["timeouts"]);
        expect(hiddenOf("plain")).to.have.members(isPlugin ? [] : ["__urn", "__provider"]);
      });

      it("names its secret inputs to a host that does not see them", async () => {
        const lambdaScript = pulumi.secret("a script");
        const backend = new dgraphcloud.Backend("orders", { ...plan, lambdaScript });
        await valueOf(backend.urn);
        expect(hiddenOf("orders").includes("__secrets")).to.equal(!isPlugin);
        expect(inputs["orders"]!["lambdaScript"]).to.have.property("value", "a script");
        expect(requestOf("orders").getAdditionalsecretoutputsList()).to.deep.equal(["jwtToken"]);
      });

      it("keeps the aliases of the user, and completes those that only rename", async () => {
        const urn = "urn:pulumi:test::shop::a:b:C::orders";
        const aliases = [{ name: "old" }, pulumi.output({ name: "older" }), urn, { type: "a:b:C" }];
        const options = { aliases, parent: new pulumi.ComponentResource("shop:index:Shop", "shop") };
        await valueOf(new dgraphcloud.Backend("orders", plan, options).urn);
        expect(aliasesOf("orders")).to.deep.equal([
          ...["old ", "older ", urn, " a:b:C"],
          ...[`old ${otherPrefix}Backend`, ` ${otherPrefix}Backend`],
        ]);
        expect(aliases).to.have.length(4);
      });

      it("asks for the plugin of its own version, unless the user names one", async () => {
        await makeAll();
        const named = new dgraphcloud.Backend("named", plan, { version: "9.9.9" });
        const provider = new dgraphcloud.Provider("theirs", { token: "x" });
        await Promise.all([valueOf(named.urn), valueOf(provider.urn)]);
        for (const name of ["orders", "wipe", "tables", "nightly", "copy-request", "copy-completion", "theirs"])
          expect(requestOf(name).getVersion(), name).to.equal(isPlugin ? version : "");
        expect(requestOf("named").getVersion()).to.equal("9.9.9");
        expect(requestOf("theirs").getType()).to.equal(`pulumi:providers:${providerPackage}`);
        expect(aliasesOf("theirs")).to.deep.equal([]);
      });

      it("passes customTimeouts and import on", async () => {
        const options = { customTimeouts: { create: "20s" } };
        const backend = new dgraphcloud.Backend("orders", plan, { ...options, import: "0x42" });
        const seed = { source: "0x9" };
        const review = new dgraphcloud.Environment("review", { ...plan, schema, seed }, options);
        await Promise.all([valueOf(backend.urn), valueOf(review.schema.urn), valueOf(review.seed!.status)]);
        const timeoutOf = (name: string): string | undefined =>
          requests
            .filter((one) => one.getName() === name)
            .at(-1)!
            .getCustomtimeouts()
            ?.getCreate();
        expect([timeoutOf("orders"), requestOf("orders").getImportid()]).to.deep.equal(["20s", "0x42"]);
        // On the dynamic host they have no effect, and the states of the parts stay as they were.
        for (const part of ["review", "review-seed-request", "review-seed-completion", "review-schema"])
          expect(timeoutOf(part), part).to.equal(isPlugin ? "20s" : "");
      });

      it("components make their parts with the classes of the same host", async () => {
        const review = new dgraphcloud.Environment("review", { ...plan, schema, seed: { source: "0x9" } });
        await Promise.all([valueOf(review.schema.urn), valueOf(review.seed!.status)]);
        expect(review.backend.constructor).to.equal(dgraphcloud.Backend);
        expect(review.schema.constructor).to.equal(dgraphcloud.GraphqlSchema);
        expect(review.seed!.constructor).to.equal(dgraphcloud.Restore);
        expect(requests.map((one) => one.getType())).to.have.members([
          ...["dgraphcloud:index:Environment", "dgraphcloud:index:Restore"],
          ...["Backend", "RestoreRequest", "RestoreCompletion", "GraphqlSchema"].map((kind) => `${typePrefix}${kind}`),
        ]);
      });

      it("looks up resources of its own classes, also through a class of the user", async () => {
        class Shop extends dgraphcloud.Backend {
          constructor(name: string) {
            super(name, plan);
          }
        }
        const found = [dgraphcloud.Backend.get("one", "0x42"), Shop.get("two", "0x43")];
        const tables = dgraphcloud.GraphqlSchema.get("tables", "0x42");
        expect(await valueOf(pulumi.all([...found, tables].map((one) => one.id)))).to.deep.equal([
          "0x42",
          "0x43",
          "0x42",
        ]);
        for (const one of found) expect(one.constructor).to.equal(dgraphcloud.Backend);
        expect(tables.constructor).to.equal(dgraphcloud.GraphqlSchema);
        expect(hiddenOf("one")).to.deep.equal([isPlugin ? "__lookup" : "__provider"]);
        await valueOf(new Shop("three").urn);
        expect(requestOf("three").getType()).to.equal(`${typePrefix}Backend`);
      });

      it("recognises a Backend of both entries and of another copy of the package", async () => {
        const ofDynamic = new dynamic.Backend("one", plan);
        const ofPlugin = new plugin.Backend("two", plan);
        class Copy extends pulumi.CustomResource {}
        const copies = ["pulumi-nodejs:dynamic/dgraphcloud:", "dgraphcloud:index:"].map(
          (prefix) => new Copy(`${prefix}Backend`, prefix, {}),
        );
        for (const one of [ofDynamic, ofPlugin, ...copies]) expect(dgraphcloud.Backend.isInstance(one)).to.equal(true);
        const drop = new dgraphcloud.DataDrop("wipe", { backend: "0x42", allData: true });
        for (const other of [drop, {}, undefined, new Copy("a:b:Backend", "c", {})])
          expect(dgraphcloud.Backend.isInstance(other)).to.equal(false);
        expect(ofPlugin).to.be.instanceOf(dynamic.Backend);
        const wipes = [ofDynamic, ofPlugin].map(
          (backend, index) => new dgraphcloud.DataDrop(`wipe-${index}`, { backend, allData: true }),
        );
        expect(await valueOf(pulumi.all(wipes.map((one) => one.backend)))).to.deep.equal(["id of one", "id of two"]);
      });
    });

  it("know in a preview the outputs of a Backup of the plugin, also for a Restore of the dynamic host", async () => {
    const taken = { backupId: "elegant_rubin4", backupNum: 2, contents: { types: {}, predicates: {} } };
    const mocks: pulumi.runtime.Mocks = {
      call: () => ({}),
      newResource: (args) => {
        inputs[args.name] = args.inputs as Record<string, unknown>;
        const state = { ...(args.inputs as object), ...(args.name === "known" ? taken : {}) };
        return { id: `id of ${args.name}`, state };
      },
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", true);
    for (const name of ["known", "changed"]) {
      const backup = new plugin.Backup(name, { destination: "/backups" });
      await valueOf(new dynamic.Restore(`of-${name}`, { backup }).urn);
      await valueOf(new dynamic.Restore(`of-${name}`, { backup }).restoredFolder);
    }
    expect(inputs["of-known-request"]).to.deep.include(taken);
    expect(inputs["of-changed-request"]!["__unknown"]).to.have.members(["backupId", "backupNum", "contents"]);
  });

  it("pass a Provider of either to the functions", async () => {
    const calls: (string | undefined)[] = [];
    const mocks: pulumi.runtime.Mocks = {
      call: ({ provider }) => {
        calls.push(provider?.split("::").slice(2, 4).join(" "));
        return { backends: [] };
      },
      newResource: (args) => ({ id: args.name, state: args.inputs as object }),
    };
    await pulumi.runtime.setMocks(mocks, "shop", "test", false);
    for (const of of [dynamic, plugin])
      for (const make of [dynamic, plugin]) await of.getBackends({ provider: new make.Provider("p", { token: "x" }) });
    const each = ["pulumi:providers:pulumi-nodejs p", "pulumi:providers:dgraphcloud p"];
    expect(calls).to.deep.equal([...each, ...each]);
  });
});
