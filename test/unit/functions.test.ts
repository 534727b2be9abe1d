import { expect } from "chai";
import type { Deployment } from "../../provider/api/deployment";
import { findBackend, listBackends, listBackups, listLambdaLogs, readGraphqlSchema } from "../../provider/functions";
import { rejection } from "../harness/errors";
import { answerJson, type Received, Service } from "../harness/httpService";

describe("the look-up functions of a program", () => {
  let service: Service;
  let deployments: readonly Deployment[];
  let settings: { endpoint: string; token: string };
  /** What the service answers, by operation. */
  let answers: Record<string, unknown>;

  const live = { schema: "type Author { id: ID! }", generatedSchema: "type Author { id: ID! } input AuthorOrder" };

  beforeEach(async () => {
    service = await Service.start(({ operation }, response) => {
      answerJson(response, { data: operation === "deployments" ? { deployments } : answers });
    });
    answers = { listBackups: { response: [] }, getGQLSchema: live, getLambdaLogs: ["one line", "another"] };
    deployments = [entry("0x1")];
    settings = { endpoint: service.endpoint.href, token: "a-token-of-the-test" };
  });
  afterEach(() => service.stop());

  function entry(uid: string): Deployment {
    return { uid, name: `name of ${uid}`, zone: "z", url: service.endpoint.host, jwtToken: `jwt-of-${uid}` };
  }

  const lookups: readonly [what: string, lookUp: (uid: string) => Promise<unknown>][] = [
    ["a backend by its uid", (uid) => findBackend(settings, { uid })],
    ["a backend by its name", (uid) => findBackend(settings, { name: `name of ${uid}` })],
    ["the backups of a backend", (uid) => listBackups(settings, uid)],
    ["the schema of a backend", (uid) => readGraphqlSchema(settings, uid)],
    ["the lambda logs of a backend", (uid) => listLambdaLogs(settings, { backend: uid })],
  ];

  for (const [what, lookUp] of lookups) {
    it(`find ${what} that the same run created after the last list`, async () => {
      await listBackends(settings);
      deployments = [...deployments, entry("0x2")];
      await lookUp("0x2");
      expect(service.count("deployments")).to.equal(2);
    });

    it(`report after one fresh list that ${what} is absent`, async () => {
      await listBackends(settings);
      expect((await rejection(lookUp("0x9"))).message).to.contain("DGC301");
      expect(service.count("deployments")).to.equal(2);
    });
  }

  it("do not request a list for every look-up of an absent uid", async () => {
    for (let ask = 0; ask < 10; ask++) await rejection(findBackend(settings, { uid: "0x9" }));
    for (let ask = 0; ask < 10; ask++) await rejection(listBackups(settings, "0x9"));
    expect(service.count("deployments")).to.equal(1);
  });

  const requestOf = (operation: string): Received => {
    const found = service.requests.find((request) => request.operation === operation);
    if (found === undefined) throw new Error(`no request of ${operation}`);
    return found;
  };

  it("read the schema from the backend itself, and a backend without one has an empty text", async () => {
    expect(await readGraphqlSchema(settings, "0x1")).to.deep.equal(live);
    const { path, headers } = requestOf("getGQLSchema");
    expect([path, headers["x-auth-token"]]).to.deep.equal(["/admin", "jwt-of-0x1"]);
    answers = { getGQLSchema: null };
    expect(await readGraphqlSchema(settings, "0x1")).to.deep.equal({ schema: "", generatedSchema: "" });
  });

  it("ask the control plane for lambda logs, with the period as it is given", async () => {
    const period = { start: "2026-01-31T18:00:00Z", end: "2026-01-31T19:00:00Z" };
    expect(await listLambdaLogs(settings, { backend: "0x1", ...period })).to.deep.equal(["one line", "another"]);
    await listLambdaLogs(settings, { backend: "0x1" });
    const inputs = service.requests
      .filter(({ operation }) => operation === "getLambdaLogs")
      .map(({ body }) => (JSON.parse(body) as { variables: { input: unknown } }).variables.input);
    expect(inputs).to.deep.equal([
      { deploymentID: "0x1", tenantID: 0, ...period },
      { deploymentID: "0x1", tenantID: 0 },
    ]);
    expect(requestOf("getLambdaLogs").headers.authorization).to.equal("Bearer a-token-of-the-test");
  });

  it("take null for lambda logs as a session that is not valid", async () => {
    answers = { getLambdaLogs: null };
    expect((await rejection(listLambdaLogs(settings, { backend: "0x1" }))).message).to.match(
      /^getLambdaLogs: .*DGC10/s,
    );
  });

  it("make no request when the arguments do not name exactly one backend", async () => {
    for (const wanted of [{}, { uid: "0x1", name: "name of 0x1" }]) {
      expect((await rejection(findBackend(settings, wanted))).message).to.contain("DGC501");
    }
    expect(service.requests).to.deep.equal([]);
  });
});
