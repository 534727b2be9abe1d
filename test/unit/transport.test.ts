import { getEventListeners } from "node:events";
import net from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { ControlPlane } from "../../provider/api/controlPlane";
import { requestTimer } from "../../provider/api/requestBounds";
import { RetryBudget, type Retrying } from "../../provider/api/retry";
import { Session } from "../../provider/api/session";
import { type GraphqlRequest, postGraphql, probe } from "../../provider/api/transport";
import { backend } from "../../provider/backend";
import type { BackendInputs } from "../../provider/backend/inputs";
import { Account } from "../../provider/run/account";
import type { Credentials } from "../../provider/api/settings";
import { LostAnswerError, NotSentError, WrongShapeError } from "../../provider/errors/requestErrors";
import { type Sent, sentTo, withNock } from "./nocked";
import { answerJson, closedEndpoint, Service } from "../harness/httpService";
import { begin } from "../../provider/run/operation";
import { TestClock, callWithin, waitUntil } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";

const origin = "https://cloud.example.com";
const endpoint = new URL(`${origin}/graphql`);
const token = "token-of-the-transport-tests";

function requestTo(url: URL, options: Partial<GraphqlRequest> = {}): GraphqlRequest {
  return {
    url,
    operation: "deployments",
    document: "{ deployments { uid } }",
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    idempotent: true,
    ...options,
  };
}

function controlPlane(url: URL, clock: TestClock, credentials: Credentials = { token }): ControlPlane {
  const retrying: Retrying = { clock, random: () => 1, budget: new RetryBudget() };
  return new ControlPlane(url, new Session(url, credentials, retrying), retrying);
}

describe("requests, byte for byte", () => {
  const nock = withNock();
  let clock: TestClock;

  beforeEach(() => {
    clock = new TestClock();
  });

  /** Expects one POST and answers it with `data`. */
  function expectPost(data: unknown): Sent[] {
    const scope = nock(origin);
    const sent = sentTo(scope);
    scope.post("/graphql").reply(200, { data });
    return sent;
  }

  const json = { "content-type": "application/json", accept: "application/json", host: "cloud.example.com" };
  const authorized = { ...json, authorization: `Bearer ${token}` };

  it("login sends e-mail and password as variables, without an authorization header", async () => {
    const sent = expectPost({ login: { token: "a-fresh-token" } });
    const scope = nock(origin);
    const second = sentTo(scope);
    scope.post("/graphql").reply(200, { data: { deployments: [] } });
    const control = controlPlane(endpoint, clock, { email: "me@example.com", password: 'pass "word"\\' });
    await control.deployments(callWithin(clock, 60_000));
    expect(sent).to.have.lengthOf(1);
    expect(sent[0]!.body).to.equal(
      '{"query":"query Login($email: String!, $password: String!) { login(email: $email, password: $password) { token } }",' +
        '"variables":{"email":"me@example.com","password":"pass \\"word\\"\\\\"}}',
    );
    expect(sent[0]!.headers).to.include(json).and.not.to.have.property("authorization");
    expect(second[0]!.headers).to.include({ authorization: "Bearer a-fresh-token" });
  });

  interface Case {
    readonly what: string;
    readonly send: (control: ControlPlane) => Promise<unknown>;
    readonly body: string;
    readonly data: unknown;
  }
  const cases: readonly Case[] = [
    {
      what: "deployments",
      send: (control) => control.deployments(callWithin(clock, 60_000)),
      body: '{"query":"query Deployments { deployments { uid name zone url owner jwtToken deploymentMode deploymentType lambdaScript } }","variables":{}}',
      data: { deployments: [] },
    },
    {
      what: "updateDeployment",
      send: (control) =>
        control.updateDeployment(
          { uid: "0x42", name: "größer", deploymentMode: "flexible", organizationUID: "0x7" },
          callWithin(clock, 60_000),
        ),
      body:
        '{"query":"mutation UpdateDeployment($dep: UpdateDeploymentInput!) { updateDeployment(input: $dep) }",' +
        '"variables":{"dep":{"uid":"0x42","name":"größer","deploymentMode":"flexible","organizationUID":"0x7"}}}',
      data: { updateDeployment: "Successfully Updated the backend" },
    },
    {
      what: "deleteDeployment",
      send: (control) => control.deleteDeployment("0x42", callWithin(clock, 60_000)),
      body:
        '{"query":"mutation DeleteDeployment($deploymentID: String!) { deleteDeployment(deploymentID: $deploymentID) }",' +
        '"variables":{"deploymentID":"0x42"}}',
      data: { deleteDeployment: "Successfully deleted the Deployment" },
    },
    {
      what: "updateLambda (UTF-8 in base64)",
      send: (control) => control.updateLambda("0x42", "const ä = '✓';\n", callWithin(clock, 60_000)),
      body:
        '{"query":"mutation UpdateLambda($input: UpdateLambdaInput!) { updateLambda(input: $input) }",' +
        '"variables":{"input":{"deploymentID":"0x42","tenantID":0,"lambdaScript":"Y29uc3Qgw6QgPSAn4pyTJzsK"}}}',
      data: { updateLambda: "Successfully added the lambda function" },
    },
    {
      what: "updateLambda that removes the script",
      send: (control) => control.updateLambda("0x42", "", callWithin(clock, 60_000)),
      body:
        '{"query":"mutation UpdateLambda($input: UpdateLambdaInput!) { updateLambda(input: $input) }",' +
        '"variables":{"input":{"deploymentID":"0x42","tenantID":0,"lambdaScript":""}}}',
      data: { updateLambda: "Successfully added the lambda function" },
    },
  ];
  for (const { what, send, body, data } of cases) {
    it(`${what} sends its document, its variables and the token, once`, async () => {
      const sent = expectPost(data);
      await send(controlPlane(endpoint, clock));
      expect(sent.map((request) => request.body)).to.deep.equal([body]);
      expect(sent[0]!.headers).to.include(authorized);
      expect(Number(sent[0]!.headers["content-length"])).to.equal(Buffer.byteLength(body));
    });
  }

  describe("createDeployment", () => {
    const document =
      "mutation CreateDeployment($dep: NewDeployment!) { createDeployment(input: $dep) { uid name url owner jwtToken deploymentMode lambdaScript } }";

    async function created(inputs: BackendInputs): Promise<unknown> {
      const account = new Account({ endpoint: endpoint.href, credentials: { token } }, clock, () => 1);
      const context = contextOf({ account, clock });
      const operation = begin(context, { input: "timeouts.create", value: "20m", ms: 1_200_000 });
      expectPost({ deployments: [] });
      const sent = expectPost({ createDeployment: { uid: "0x42", url: "b.example.com", jwtToken: "jwt-of-0x42" } });
      expect((await backend.create(context, operation, inputs)).id).to.equal("0x42");
      const { query, variables } = JSON.parse(sent[0]!.body) as { query: unknown; variables: unknown };
      expect(query).to.equal(document);
      expect(sent[0]!.headers).to.include(authorized);
      return variables;
    }

    it("sends every input under the API's name, and switches as strings", async () => {
      const variables = await created({
        name: "orders",
        zone: "us-east-1",
        deploymentType: "dedicated",
        deploymentMode: "flexible",
        organizationUid: "0x7",
        subdomain: "orders",
        size: "small",
        storage: 20,
        aclEnabled: true,
        jaegerEnabled: false,
        dgraphHA: true,
        lambdaScript: "x",
        deletionProtection: true,
        adoptExisting: false,
        waitForReady: false,
        timeouts: { create: "1h" },
      });
      expect(variables).to.deep.equal({
        dep: {
          name: "orders",
          zone: "us-east-1",
          deploymentType: "dedicated",
          deploymentMode: "flexible",
          subdomain: "orders",
          organizationUID: "0x7",
          size: "small",
          storage: 20,
          aclEnabled: "true",
          jaegerEnabled: "false",
          dgraphHA: "true",
        },
      });
    });

    it("does not send inputs that are unset", async () => {
      const variables = await created({ name: "orders", zone: "us-east-1", deploymentType: "free" });
      expect(variables).to.deep.equal({ dep: { name: "orders", zone: "us-east-1", deploymentType: "free" } });
    });

    it("does not send options of dedicated backends for another plan, even when they are false", async () => {
      const variables = await created({
        name: "orders",
        zone: "us-east-1",
        deploymentType: "shared",
        aclEnabled: false,
        jaegerEnabled: false,
        dgraphHA: false,
      });
      expect(variables).to.deep.equal({ dep: { name: "orders", zone: "us-east-1", deploymentType: "shared" } });
    });
  });

  it("a redirect is not followed, so that no token is sent to another host", async () => {
    for (const status of [301, 302, 307, 308]) {
      nock(origin).post("/graphql").reply(status, "", { location: "https://evil.example.com/graphql" });
      const error = await rejection(postGraphql(requestTo(endpoint, { headers: { authorization: "Bearer x" } })));
      expect(error).to.be.instanceOf(LostAnswerError);
      expect(error.message).to.contain(`HTTP ${status}, a redirect`).and.not.to.contain("evil");
    }
  });

  it("the readiness probe carries no token, and returns any HTTP status", async () => {
    for (const status of [200, 302, 404, 503]) {
      const scope = nock("https://b.example.com");
      const sent = sentTo(scope);
      scope.options("/graphql").reply(status, "<html>", { "retry-after": "3" });
      const { timeoutMs, signal } = requestTo(endpoint);
      const url = new URL("https://b.example.com/graphql");
      expect(await probe({ url, operation: "OPTIONS /graphql", timeoutMs, signal })).to.deep.equal({
        status,
        retryAfterMs: 3_000,
      });
      expect(sent[0]!.headers).not.to.have.any.keys("authorization", "x-auth-token", "cookie");
      expect(sent[0]!.body).to.equal("");
    }
  });

  const shapes: readonly [what: string, data: unknown, path: string][] = [
    ["no list", {}, "data.deployments"],
    ["a list of null", { deployments: [null] }, "data.deployments.0"],
    ["an entry without uid", { deployments: [{ name: "n", zone: "z", url: "u", jwtToken: "t" }] }, "deployments.0.uid"],
    [
      "an empty uid",
      { deployments: [{ uid: "", name: "n", zone: "z", url: "u", jwtToken: "t" }] },
      "data.deployments.0.uid",
    ],
    [
      "a token of another type",
      { deployments: [{ uid: "0x1", name: "n", zone: "z", url: "u", jwtToken: 987654321 }] },
      "data.deployments.0.jwtToken",
    ],
  ];
  for (const [what, data, path] of shapes) {
    it(`a list with ${what} fails and names the path, instead of returning a shorter list`, async () => {
      expectPost(data);
      const error = await rejection(controlPlane(endpoint, clock).deployments(callWithin(clock, 60_000)));
      expect(error).to.be.instanceOf(WrongShapeError);
      expect(error.message).to.contain("deployments at cloud.example.com").and.to.contain(path);
      expect(error.message).not.to.contain("987654321");
    });
  }

  it("a backend that is listed twice appears once", async () => {
    const entry = { uid: "0x1", name: "n", zone: "z", url: "u", jwtToken: "jwt-of-0x1" };
    expectPost({ deployments: [entry, { ...entry, name: "later" }] });
    const list = await controlPlane(endpoint, clock).deployments(callWithin(clock, 60_000));
    expect(list.map(({ uid, name }) => [uid, name])).to.deep.equal([["0x1", "later"]]);
  });
});

describe("connections", () => {
  let service: Service | undefined;
  let clock: TestClock;

  beforeEach(() => {
    clock = new TestClock();
  });

  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  const create = { name: "n", zone: "z", deploymentType: "free" };

  it("are reused by successive queries", async () => {
    service = await Service.start((_, response) => {
      answerJson(response, { data: { deployments: [] } });
    });
    const control = controlPlane(service.endpoint, clock);
    for (let time = 0; time < 5; time++) await control.deployments(callWithin(clock, 60_000));
    expect(service.requests).to.have.lengthOf(5);
    expect(service.connections).to.equal(1);
  });

  it("are new for each createDeployment", async () => {
    service = await Service.start(({ operation }, response) => {
      answerJson(response, {
        data: operation === "deployments" ? { deployments: [] } : { createDeployment: { uid: "0x1" } },
      });
    });
    const control = controlPlane(service.endpoint, clock);
    await control.deployments(callWithin(clock, 60_000));
    for (let time = 0; time < 3; time++) await control.createDeployment(create, callWithin(clock, 60_000));
    await control.deployments(callWithin(clock, 60_000));
    expect(service.connections).to.equal(4);
    const sockets = service.requests.map(({ socket }) => socket);
    expect(new Set(sockets.slice(1, 4)).size).to.equal(3);
    expect(sockets[0]).to.equal(sockets[4]);
  });

  it("that fail make createDeployment retry until its deadline, since it was not sent", async () => {
    const control = controlPlane(await closedEndpoint(), clock);
    const error = await rejection(control.createDeployment(create, callWithin(clock, 3_600)));
    expect(error).to.be.instanceOf(NotSentError);
    expect(error.message).to.match(/^createDeployment at 127\.0\.0\.1:\d+: no connection \(.*ECONNREFUSED/);
    expect(error.message).to.contain("dgraphcloud:endpoint");
    expect(clock.sleeps).to.deep.equal([500, 1_000, 2_000]);
  });

  it("that succeed at the second attempt carry createDeployment once", async () => {
    const closed = await closedEndpoint();
    const late = net.createServer((socket) => {
      socket.once("data", () => {
        requests++;
        const body = '{"data":{"createDeployment":{"uid":"0x1"}}}';
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
      });
    });
    let requests = 0;
    let listening: Promise<unknown> | undefined;
    const onRetry = (): void => {
      listening ??= new Promise<void>((resolve) => late.listen(Number(closed.port), "127.0.0.1", resolve));
    };
    try {
      const control = controlPlane(closed, clock);
      const made = await control.createDeployment(create, callWithin(clock, 600_000, { onRetry }));
      expect(made.uid).to.equal("0x1");
      expect(requests).to.equal(1);
    } finally {
      await listening;
      await new Promise((resolve) => late.close(resolve));
    }
  });

  const answersThatAreLost: readonly [what: string, answering: Parameters<typeof Service.start>[0], says: RegExp][] = [
    [
      "are reset after the request was read",
      ({ socket }) => {
        socket.resetAndDestroy();
      },
      /the connection broke before the answer came/,
    ],
    [
      "end without an answer",
      ({ socket }) => {
        socket.end();
      },
      /the connection broke before the answer came/,
    ],
    [
      "are reset within the answer",
      ({ socket }, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"data":', () => {
          socket.resetAndDestroy();
        });
      },
      /the connection broke before the answer came/,
    ],
    [
      "bring a 502",
      (_, response) => {
        answerJson(response, {}, 502);
      },
      /HTTP 502/,
    ],
    [
      "bring half an answer",
      (_, response) => {
        response.end('{"data":{"createDeployment":{"uid":"0x');
      },
      /cut off/,
    ],
  ];
  for (const [what, answering, says] of answersThatAreLost) {
    it(`that ${what} leave the outcome of createDeployment unknown, and it is not sent again`, async () => {
      service = await Service.start(answering);
      const control = controlPlane(service.endpoint, clock);
      const error = await rejection(control.createDeployment(create, callWithin(clock, 600_000)));
      expect(error).to.be.instanceOf(LostAnswerError);
      expect(error.message).to.match(says);
      expect(service.requests).to.have.lengthOf(1);
    });

    it(`that ${what} make a query retry`, async () => {
      service = await Service.start((request, response) => {
        if (service!.requests.length === 1) answering(request, response);
        else answerJson(response, { data: { deployments: [] } });
      });
      expect(await controlPlane(service.endpoint, clock).deployments(callWithin(clock, 600_000))).to.deep.equal([]);
      expect(service.requests).to.have.lengthOf(2);
    });
  }

  it("that have become stale are never used by createDeployment", async () => {
    service = await Service.start(({ operation, socket }, response) => {
      // The server resets the second request on any connection, as if it was about to close it.
      if (service!.requests.filter((request) => request.socket === socket).length > 1) socket.resetAndDestroy();
      else
        answerJson(response, {
          data: operation === "deployments" ? { deployments: [] } : { createDeployment: { uid: "0x1" } },
        });
    });
    const control = controlPlane(service.endpoint, clock);
    await control.deployments(callWithin(clock, 60_000));
    expect((await control.createDeployment(create, callWithin(clock, 60_000))).uid).to.equal("0x1");
  });

  for (const [what, answering] of [
    ["nothing comes", () => undefined],
    [
      "the answer stops half-way",
      (_: unknown, response: { writeHead(status: number): unknown; write(text: string): unknown }) => {
        response.writeHead(200);
        response.write("{");
      },
    ],
  ] as const) {
    it(`are closed after the time limit of the request when ${what}`, async () => {
      service = await Service.start(answering);
      const error = await rejection(postGraphql(requestTo(service.endpoint, { timeoutMs: 50 })));
      expect(error).to.be.instanceOf(LostAnswerError);
      expect(error.message).to.contain("no answer within 0.05 s");
    });
  }

  it("are closed when the engine ends, with an error that still reports a lost answer", async () => {
    const ending = new AbortController();
    const reason = new Error("the engine is gone");
    service = await Service.start(() => {
      ending.abort(reason);
    });
    const request = requestTo(service.endpoint, { signal: ending.signal, idempotent: false });
    expect(await rejection(postGraphql(request))).to.be.instanceOf(LostAnswerError);
  });

  it("are not opened after the engine has ended", async () => {
    service = await Service.start((_, response) => {
      answerJson(response, { data: {} });
    });
    const reason = new Error("the engine is gone");
    const request = requestTo(service.endpoint, { signal: AbortSignal.abort(reason) });
    expect(await rejection(postGraphql(request))).to.equal(reason);
    expect(service.connections).to.equal(0);
  });

  it("fail with the engine's reason when it ends while they are being opened", async () => {
    const ending = new AbortController();
    const reason = new Error("the engine is gone");
    const request = requestTo(await closedEndpoint(), { signal: ending.signal, idempotent: false });
    await rejection(postGraphql(request));
    const work = rejection(postGraphql(request));
    // Enough time for the connection to start, but not for an answer of the network.
    for (let step = 0; step < 5; step++) await Promise.resolve();
    ending.abort(reason);
    expect(await work).to.equal(reason);
  });

  for (const [what, headers, encoded] of [
    ["as it is", {}, (body: Buffer) => body],
    ["compressed", { "content-encoding": "gzip" }, (body: Buffer) => gzipSync(body)],
  ] as const) {
    it(`read at most 32 MiB into memory, ${what}`, async () => {
      const limit = 32 * 1024 * 1024;
      const large = encoded(Buffer.from('{"data":{}}'.padEnd(limit + 1)));
      service = await Service.start((_, response) => {
        response.writeHead(200, headers);
        response.end(large);
      });
      expect(await rejection(postGraphql(requestTo(service.endpoint)))).to.be.instanceOf(LostAnswerError);
    });
  }

  it("carry an answer of a thousand backends", async () => {
    const deployments = Array.from({ length: 1_000 }, (_, index) => ({
      uid: `0x${index.toString(16)}`,
      name: `backend-${index}`,
      zone: "us-east-1",
      url: `b${index}.example.com`,
      jwtToken: `jwt-${index}-${"x".repeat(500)}`,
    }));
    service = await Service.start((_, response) => {
      const body = gzipSync(JSON.stringify({ data: { deployments } }));
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(body);
    });
    const request = requestTo(service.endpoint);
    expect(await postGraphql(request)).to.deep.equal({ deployments });
  });

  it("carry a text that begins with a byte order mark", async () => {
    service = await Service.start((_, response) => {
      response.end('\ufeff{"data":{"name":"größer ✓"}}');
    });
    expect(await postGraphql(requestTo(service.endpoint))).to.deep.equal({ name: "größer ✓" });
  });

  it("ask for a compressed list, and for other answers as they are", async () => {
    service = await Service.start(({ operation }, response) => {
      answerJson(response, {
        data: operation === "deployments" ? { deployments: [] } : { createDeployment: { uid: "0x1" } },
      });
    });
    const control = controlPlane(service.endpoint, clock);
    await control.deployments(callWithin(clock, 60_000));
    await control.createDeployment(create, callWithin(clock, 60_000));
    await probe({ ...requestTo(service.endpoint), operation: "OPTIONS /graphql" });
    const asked = service.requests.map(({ headers }) => headers["accept-encoding"]);
    expect(asked).to.deep.equal(["gzip, deflate, br", "identity", "identity"]);
  });

  describe("with a time limit", () => {
    const { start } = requestTimer;
    let started: number;
    let cleared: number;

    beforeEach(() => {
      [started, cleared] = [0, 0];
      requestTimer.start = (ms, ring) => {
        started++;
        const clear = start(ms, ring);
        return () => {
          cleared++;
          clear();
        };
      };
    });
    afterEach(() => {
      requestTimer.start = start;
    });

    for (const idempotent of [true, false]) {
      const what = idempotent ? "a query" : "a mutation that is sent once";

      it(`leave no timer and no listener after ${what}, whether it succeeds or fails`, async () => {
        service = await Service.start(({ socket }, response) => {
          if (service!.requests.length < 3) answerJson(response, { data: {} });
          else socket.resetAndDestroy();
        });
        const { signal } = new AbortController();
        const request = requestTo(service.endpoint, { signal, idempotent });
        for (let time = 0; time < 2; time++) await postGraphql(request);
        await rejection(postGraphql(request));
        await rejection(postGraphql({ ...request, url: await closedEndpoint() }));
        expect([started, cleared]).to.deep.equal([4, 4]);
        expect(getEventListeners(signal, "abort")).to.deep.equal([]);
      });
    }

    it("fail at that time, and leave no listener", async () => {
      service = await Service.start(() => undefined);
      const { signal } = new AbortController();
      const error = await rejection(postGraphql(requestTo(service.endpoint, { signal, timeoutMs: 50 })));
      expect(error).to.be.instanceOf(LostAnswerError);
      expect(error.message).to.contain("no answer within 0.05 s");
      expect([cleared, getEventListeners(signal, "abort").length]).to.deep.equal([1, 0]);
    });
  });

  it("are closed when more than 80 are idle, the oldest first", async () => {
    const services = await Promise.all(
      Array.from({ length: 90 }, () =>
        Service.start((_, response) => {
          response.end();
        }),
      ),
    );
    try {
      for (const one of services) await probe({ ...requestTo(one.endpoint), operation: "OPTIONS /graphql" });
      const isOpen = (one: Service): boolean => one.requests.some(({ socket }) => !socket.destroyed);
      await waitUntil(() => services.filter(isOpen).length <= 80, { tries: 100, everyMs: 20 });
      expect(services.filter(isOpen)).to.have.lengthOf(80);
      expect(services.slice(0, 10).some(isOpen)).to.equal(false);
    } finally {
      await Promise.all(services.map((one) => one.stop()));
    }
  });

  it("are at most eight for eight concurrent queries", async () => {
    service = await Service.start((_, response) => {
      answerJson(response, { data: { deployments: [] } });
    });
    const control = controlPlane(service.endpoint, clock);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 8 }, () => control.deployments(callWithin(clock, 60_000))));
    }
    expect(service.connections).to.be.at.most(8);
  });
});
