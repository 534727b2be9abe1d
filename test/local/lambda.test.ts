import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { LambdaEndpoint } from "../../local/dist/lambda/endpoint";
import { Lambda, type LambdaOptions } from "../../local/dist/lambda/lambda";
import type { DatabaseRequest } from "../../local/dist/lambda/messages";
import { isAlive, recordOf } from "../../local/storage/processRecords";
import { lambdasOf, lambdasOfThisProcess } from "./lambdas";
import { failure } from "../harness/errors";

describe("the lambda of a backend", function () {
  this.timeout(30_000);
  let folder: string;
  let source: string;
  let lambda: Lambda;
  let aborted = 0;
  const printed: string[] = [];
  const requests: DatabaseRequest[] = [];

  const start = (limits: LambdaOptions["limits"] = {}): void => {
    lambda = new Lambda({
      folder,
      limits,
      source: () => source,
      ask: (request, signal) => {
        requests.push(request);
        if (request.body.includes("hang"))
          return new Promise((_answer, refuse) => {
            signal.addEventListener("abort", () => {
              aborted += 1;
              refuse(new Error("aborted"));
            });
          });
        if (request.body.includes("refuse")) return Promise.reject(new Error("the database does not want to"));
        return Promise.resolve(JSON.stringify({ data: { echo: request.body } }));
      },
      print: (text) => printed.push(text),
    });
  };
  const resolvers = (text: string): void => {
    source = `addGraphQLResolvers({ ${text} })`;
  };
  const call = async (name: string, args: object = {}): Promise<unknown> =>
    JSON.parse(await lambda.call({ resolver: `Query.${name}`, args: { ...args } }));

  before(() => (folder = mkdtempSync(join(tmpdir(), "dgraphcloud-lambda-"))));
  beforeEach(() => {
    printed.splice(0);
    requests.splice(0);
    start();
  });
  afterEach(async () => {
    await lambda.end();
    expect(lambdasOfThisProcess(), "processes left").to.deep.equal([]);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is started by the first call, stays for the next ones, and uses a new script at once", async () => {
    resolvers('"Query.count": () => ++count'.replace("++count", "(globalThis.n = (globalThis.n ?? 0) + 1)"));
    expect(lambdasOfThisProcess()).to.deep.equal([]);
    expect([await call("count"), await call("count")]).to.deep.equal([1, 2]);
    resolvers('"Query.count": () => "new"');
    expect(await call("count")).to.equal("new");
    expect(lambdasOfThisProcess().length).to.be.at.most(2);
  });

  it("finishes the calls of the previous script", async () => {
    resolvers('"Query.slow": () => new Promise((done) => setTimeout(done, 300, "old"))');
    const old = call("slow");
    await sleep(50);
    resolvers('"Query.slow": () => "new"');
    expect(await call("slow")).to.equal("new");
    expect(await old).to.equal("old");
  });

  it("fails a call with a remedy when there is no script, and starts no process", async () => {
    source = "";
    expect(await failure(call("hello"))).to.match(/^Query.hello needs a lambda.*no lambda script.*lambdaScript/);
    expect(lambdasOfThisProcess()).to.deep.equal([]);
  });

  it("fails every call of a script that cannot be loaded with the reason, and prints the place", async () => {
    source = "const a = 1;\nconst b = ;\n";
    for (const name of ["one", "two"])
      expect(await failure(call(name))).to.equal("the lambda script cannot be loaded: Unexpected token ';'");
    expect(printed.join("")).to.match(/cannot be loaded: Unexpected token ';'\nlambda.js:2$/);
  });

  it("gets none of the variables, arguments and files of the local cloud", async () => {
    // A script can always escape its context, so the process itself must hold nothing.
    source = `const node = fetch.constructor("return process")();
      addGraphQLResolvers({ "Query.world": () => [Object.keys(node.env), node.cwd(), node.execArgv, node.argv.length, node.title] });`;
    process.env["DGRAPHCLOUD_PASSWORD"] = "not-for-lambdas";
    const world = (await call("world").finally(() => {
      delete process.env["DGRAPHCLOUD_PASSWORD"];
    })) as unknown[];
    expect(world).to.deep.equal([[], folder, ["--max-old-space-size=128"], 3, "dgraphcloud-lambda"]);
  });

  it("forwards requests to the database, and returns their answers and failures", async () => {
    resolvers(`"Query.ask": async ({ graphql }) => (await graphql("{ a }")).data.echo,
      "Query.refused": ({ dql }) => dql.mutate("refuse this")`);
    expect(await call("ask")).to.equal('{"query":"{ a }","variables":{}}');
    expect(await failure(call("refused"))).to.equal("the database does not want to");
    expect(requests.map(({ path }) => path)).to.deep.equal(["/graphql", "/mutate?commitNow=true"]);
  });

  it("ends a call that takes too long, with its process and its requests; the next call is answered", async () => {
    start({ callMs: 2_000 });
    resolvers(`"Query.loop": () => { console.log("before"); for (;;); },
      "Query.hang": ({ graphql }) => graphql("hang"), "Query.quick": () => 1`);
    const hanging = failure(call("hang"));
    while (requests.length === 0) await sleep(20);
    // The loop blocks the process, so nothing inside the process could end the other call.
    for (const message of [await failure(call("loop")), await hanging])
      expect(message).to.equal("the lambda was ended: Query.hang took longer than 2 s");
    expect(aborted, "its request to the database").to.equal(1);
    expect(printed.join("")).to.match(/^before\nended: Query.hang took longer/);
    expect(await call("quick")).to.equal(1);
  });

  for (const [what, code] of [
    ["heap", "const all = []; for (;;) all.push(new Array(100_000).fill(Math.random()));"],
    ["memory beside the heap", "const all = []; for (;;) all.push(new Uint8Array(8_000_000).fill(1));"],
  ] as const)
    it(`ends a call that takes too much ${what}; the next call is answered`, async () => {
      start({ heapMb: 64, memoryMb: 200 });
      resolvers(`"Query.greedy": () => { ${code} }, "Query.quick": () => 1`);
      expect(await failure(call("greedy"))).to.match(/ended with SIG.*more than 64 MB of heap or 200 MB of memory/);
      expect(await call("quick")).to.equal(1);
    });

  it("prints logs and errors with their place, up to a limit for each call", async () => {
    resolvers(`"Query.log": () => { console.log("a", { b: 1 }); console.error("c"); return 1; },
      "Query.thrown": () => { null.x; },
      "Query.flood": () => { for (let n = 0; n < 5000; n++) console.log(n); return 1; }`);
    await call("log");
    expect(printed).to.deep.equal(["a { b: 1 }\n", "c\n"]);
    await failure(call("thrown"));
    expect(printed[2]).to.match(/^Query.thrown: Cannot read properties of null.*\n.*lambda.js:2:/);
    printed.splice(0);
    await call("flood");
    expect([printed.length, printed[999], printed[1_000]]).to.deep.equal([
      1_001,
      "999\n",
      "further output is left out until the next call",
    ]);
  });

  it("ends on an uncaught error, which is printed; the next call is answered", async () => {
    resolvers(`"Query.later": () => { setTimeout(() => { throw new Error("late"); }); return new Promise(() => {}); },
      "Query.quick": () => 1`);
    expect(await failure(call("later"))).to.match(/^the lambda was ended/);
    expect(printed[0]).to.match(/^uncaught: late\n.*lambda.js:1/);
    expect(await call("quick")).to.equal(1);
  });

  it("refuses calls above its limit, so that a resolver that calls itself ends", async () => {
    start({ calls: 2 });
    resolvers('"Query.wait": () => new Promise(() => {})');
    const waiting = [failure(call("wait")), failure(call("wait"))];
    expect(await failure(call("wait"))).to.contain("running 2 calls already: does a resolver call itself?");
    await lambda.end();
    for (const message of await Promise.all(waiting)) expect(message).to.contain("its backend ends");
  });

  it("ends after its idle time", async () => {
    start({ idleMs: 100 });
    resolvers('"Query.quick": () => 1');
    await call("quick");
    for (let waited = 0; lambdasOfThisProcess().length > 0; waited += 20) {
      expect(waited).to.be.below(5_000);
      await sleep(20);
    }
    expect(await call("quick")).to.equal(1);
  });

  it("ends when the local cloud is killed, even in an endless loop", async () => {
    const program = `
      const { Lambda } = require(${JSON.stringify(resolve("local/dist/lambda/lambda.js"))});
      const source = () => 'addGraphQLResolvers({ "Query.loop": () => { console.log("in it"); for (;;); } })';
      const print = (text) => process.stdout.write(text);
      void new Lambda({ folder: ${JSON.stringify(folder)}, source, print, ask: async () => "" }).call({ resolver: "Query.loop" });`;
    const cloud = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    await once(cloud.stdout, "data");
    const [pid = 0] = lambdasOf(cloud.pid ?? 0);
    const record = recordOf(pid);
    expect(isAlive(record)).to.equal(true);
    cloud.kill("SIGKILL");
    for (let waited = 0; isAlive(record); waited += 50) {
      expect(waited, "milliseconds after the end of the local cloud").to.be.below(5_000);
      await sleep(50);
    }
  });

  describe("at its endpoint", () => {
    let endpoint: LambdaEndpoint;
    let url: string;
    const post = (
      headers: Record<string, string> = {},
      body = '{"resolver":"Query.quick"}',
      to = url,
    ): Promise<Response> => fetch(to, { method: "POST", headers, body });
    beforeEach(async () => {
      endpoint = await LambdaEndpoint.open();
      url = endpoint.add(lambda);
      resolvers('"Query.quick": () => 1');
    });
    afterEach(() => {
      endpoint.close();
    });

    it("answers calls to its address, as Dgraph makes them, until it is removed", async () => {
      const answer = await post();
      expect(answer.headers.get("connection")).to.equal("close");
      expect([answer.status, await answer.text()]).to.deep.equal([200, "1"]);
      const unknown = await post({}, '{"resolver":"Query.unknown"}');
      expect([unknown.status, await unknown.json()]).to.deep.equal([
        500,
        { errors: [{ message: 'the lambda script has no resolver "Query.unknown"' }] },
      ]);
      for (const body of ["", "[]", "{}", "null", '{"resolver":1}'])
        expect((await post({}, body)).status).to.equal(400);
      endpoint.remove(lambda);
      expect((await post()).status).to.equal(404);
    });

    it("refuses web pages, and programs that do not know the address", async () => {
      expect(new URL(url).hostname).to.equal("127.0.0.1");
      expect(new URL(url).pathname).to.match(/^\/[0-9a-f]{48}$/);
      expect((await post({ origin: "https://example.com" })).status).to.equal(403);
      expect((await post({ "sec-fetch-site": "cross-site" })).status).to.equal(403);
      for (const path of ["/", "/graphql-worker", `/${"0".repeat(48)}`])
        expect((await post({}, undefined, new URL(path, url).href)).status).to.equal(404);
      expect((await fetch(url)).status, "GET").to.equal(404);
    });
  });
});
