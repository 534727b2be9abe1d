import { expect } from "chai";
import { type Fault, type LocalCloud, parseFaults, startLocalCloud } from "../../local/index";
import { createMutation, make, post, type Reply, session } from "./calls";

describe("faults and the journal", () => {
  let local: LocalCloud;
  let headers: Record<string, string>;

  beforeEach(async () => {
    local = await startLocalCloud({ provisioningMs: 0 });
    headers = await session(local);
    local.journal.clear();
  });
  afterEach(() => local.close());

  const create = (): Promise<Reply> => post(local.endpoint, createMutation, { dep: { name: "n", zone: "z" } }, headers);
  const lost = async (): Promise<string> =>
    create().then(
      (reply) => `answered ${reply.status}`,
      () => "lost",
    );
  const strike = (fault: Fault): void => {
    local.faults.add({ operation: "createDeployment", fault });
  };

  for (const acted of [false, true]) {
    const made = acted ? 1 : 0;
    it(`resets the connection, ${acted ? "after" : "before"} it acted`, async () => {
      strike({ kind: "reset", acted });
      expect(await lost()).to.equal("lost");
      expect(local.cloud.all()).to.have.length(made);
      expect(local.journal.acted("createDeployment")).to.equal(made);
    });

    it(`cuts the answer off, ${acted ? "after" : "before"} it acted`, async () => {
      strike({ kind: "cut-off", acted });
      const { status, text } = await create();
      expect(status).to.equal(200);
      expect(() => JSON.parse(text) as unknown).to.throw();
      expect(local.cloud.all()).to.have.length(made);
    });

    it(`answers a status with Retry-After, ${acted ? "after" : "before"} it acted`, async () => {
      strike({ kind: "status", status: 503, retryAfter: "2", body: "<html>", acted });
      const response = await fetch(local.endpoint, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query: createMutation, variables: { dep: { name: "n", zone: "z" } } }),
      });
      expect([response.status, response.headers.get("retry-after"), await response.text()]).to.deep.equal([
        503,
        "2",
        "<html>",
      ]);
      expect(local.cloud.all()).to.have.length(made);
    });

    it(`holds a request ${acted ? "after" : "before"} it acted until it is released`, async () => {
      const held = local.faults.add({ operation: "createDeployment", fault: { kind: "pause", acted } });
      const answer = create();
      await local.journal.waitFor((entry) => entry.fault === "pause" && entry.acted === acted, 1_000);
      expect(local.cloud.all()).to.have.length(made);
      held.release();
      expect((await answer).status).to.equal(200);
      expect(local.cloud.all()).to.have.length(1);
    });
  }

  it("answers errors without data, and errors beside data", async () => {
    strike({ kind: "errors", messages: ["no"], acted: false });
    expect(await create()).to.deep.include({ status: 200, data: null, errors: [{ message: "no" }] });
    local.faults.add({
      operation: "createDeployment",
      fault: { kind: "errors", messages: ["half"], acted: true, withData: true },
    });
    const both = await create();
    expect(both.errors).to.deep.equal([{ message: "half" }]);
    expect(both.data).to.have.nested.property("createDeployment.uid");
  });

  it("answers an invalid session in each form", async () => {
    for (const [as, status] of [
      ["null", 200],
      ["errors", 200],
      ["401", 401],
      ["403", 403],
    ] as const) {
      strike({ kind: "unauthorized", as });
      expect((await create()).status, as).to.equal(status);
    }
    expect(local.cloud.all()).to.have.length(0);
  });

  it("counts every request for every rule, even if another rule strikes it", async () => {
    local.faults.add({ operation: "login", calls: [1], fault: { kind: "status", status: 500, acted: false } });
    local.faults.add({ operation: "login", calls: [2], fault: { kind: "status", status: 502, acted: false } });
    const statuses = [];
    for (let call = 0; call < 3; call++) {
      const reply = await post(local.endpoint, '{ login(email: "a", password: "b") { token } }');
      statuses.push(reply.status);
    }
    expect(statuses).to.deep.equal([500, 502, 200]);
  });

  it("omits new backends from the list, and lists each backend twice", async () => {
    await create();
    const list = async (): Promise<number> => {
      const { data } = await post(local.endpoint, "{ deployments { uid } }", {}, headers);
      return (data as unknown as { deployments: [] }).deployments.length;
    };
    local.faults.add({ operation: "deployments", fault: { kind: "lag", ms: 60_000 } });
    expect(await list()).to.equal(0);
    local.faults.add({ operation: "deployments", fault: { kind: "duplicates" } });
    expect(await list()).to.equal(2);
    expect(await list()).to.equal(1);
  });

  it("strikes the readiness probe of one backend only", async () => {
    const [one, two] = [await make(local, headers), await make(local, headers)];
    local.faults.add({
      operation: "ready",
      deployment: one.uid,
      calls: "every",
      fault: { kind: "status", status: 502, acted: false },
    });
    const ready = async (url: string): Promise<number> => (await fetch(url, { method: "OPTIONS" })).status;
    expect([await ready(one.graphql), await ready(two.graphql)]).to.deep.equal([502, 200]);
  });

  it("carries out no request after the close, not even one that a fault holds", async () => {
    local.faults.add({ operation: "createDeployment", fault: { kind: "pause", acted: false } });
    const answer = lost();
    await local.journal.waitFor((entry) => entry.fault === "pause", 1_000);
    await local.close();
    await local.close();
    expect(await answer).to.equal("lost");
    expect(local.cloud.all()).to.have.length(0);
  });

  it("does not count a refused request as carried out", async () => {
    await post(local.endpoint, createMutation, { dep: { name: "n", zone: "z" } }, { authorization: "Bearer bad" });
    await post(local.endpoint, createMutation, { dep: { name: "", zone: "z" } }, headers);
    expect([local.journal.count("createDeployment"), local.journal.acted("createDeployment")]).to.deep.equal([2, 0]);
    await create();
    expect(local.journal.acted("createDeployment")).to.equal(1);
    expect(local.journal.entries.at(-1)).to.include({ plane: "control", account: "dev@example.com", status: 200 });
  });

  it("records no token, password or body", async () => {
    const backend = await make(local, headers);
    await post(backend.slash, "{ __typename }", {}, backend.auth);
    const text = JSON.stringify(local.journal.entries);
    for (const secret of [backend.jwtToken, headers["authorization"]?.slice(7) ?? "", "local-password"])
      expect(text.includes(secret)).to.equal(false);
  });

  it("rejects waitFor after its time", async () => {
    const failure = await local.journal
      .waitFor(() => false, 5)
      .then(
        () => "",
        (error: unknown) => String(error),
      );
    expect(failure).to.contain("5 ms");
  });

  for (const [json, message] of [
    ["{}", "a list"],
    ['[{"operation":"create","fault":{"kind":"hang","acted":true}}]', '"operation" must be one of'],
    ['[{"operation":"login","fault":{"kind":"explode"}}]', '"kind" must be one of'],
    ['[{"operation":"login","fault":{"kind":"status","acted":true}}]', '"status" must be an HTTP status'],
    ['[{"operation":"login","fault":{"kind":"hang"}}]', '"acted" must be true or false'],
    ['[{"operation":"login","call":1,"fault":{"kind":"duplicates"}}]', '"call" is not known'],
    ['[{"operation":"login","calls":[0],"fault":{"kind":"duplicates"}}]', '"calls" must be'],
  ] as const) {
    it(`refuses the fault file ${json}`, () => {
      expect(() => parseFaults(json)).to.throw(message);
    });
  }
});

describe("a fault file", () => {
  for (const header of ["retryAfter", "location"])
    it(`cannot have a ${header} that would split the answer`, () => {
      const rule = (value: string): string =>
        JSON.stringify([{ operation: "login", fault: { kind: "status", status: 503, acted: false, [header]: value } }]);
      for (const value of ["1\r\nset-cookie: a=b", "1\u0000", "\u2028"])
        expect(() => parseFaults(rule(value))).to.throw("the value of a header");
      expect(parseFaults(rule("1"))).to.have.length(1);
    });
});
