import type { ServerResponse } from "node:http";
import { expect } from "chai";
import { readAnswer } from "../../provider/api/readAnswer";
import { ControlPlane } from "../../provider/api/controlPlane";
import type { Deployment } from "../../provider/api/deployment";
import { DeploymentList } from "../../provider/api/deploymentList";
import { RetryBudget, type Retrying } from "../../provider/api/retry";
import { Session } from "../../provider/api/session";
import { postGraphql } from "../../provider/api/transport";
import { backendUrl, endpointUrl } from "../../provider/api/settings";
import { SettingsError } from "../../provider/errors/errors";
import { GraphqlError, mayHaveActed, NotSentError } from "../../provider/errors/requestErrors";
import { asError } from "../../provider/host/failures";
import { listBackends } from "../../provider/functions";
import { keepSecret, scrub } from "../../provider/errors/redact";
import { callWithin, TestClock } from "../harness/clocks";
import { rejection, thrown } from "../harness/errors";
import { answerJson, closedEndpoint, Service } from "../harness/httpService";

type Answer = (operation: string, response: ServerResponse) => void;

describe("regressions: the provider", () => {
  let service: Service;
  let clock: TestClock;
  let answer: Answer;

  beforeEach(async () => {
    clock = new TestClock();
    service = await Service.start(({ operation }, response) => {
      if (operation === "login") answerJson(response, { data: { login: { token: "token-number-1" } } });
      else answer(operation, response);
    });
  });
  afterEach(() => service.stop());

  const call = () => callWithin(clock, 600_000);
  function open(): { session: Session; control: ControlPlane } {
    const retrying: Retrying = { clock, random: () => 1, budget: new RetryBudget() };
    const session = new Session(service.endpoint, { email: "a@b.c", password: "password1" }, retrying);
    return { session, control: new ControlPlane(service.endpoint, session, retrying) };
  }
  async function restart(answers: Answer): Promise<void> {
    await service.stop();
    service = await Service.start(({ operation }, response) => {
      answers(operation, response);
    });
  }

  it("sends a create once when the answer says unauthorized beside the uid of a new backend", async () => {
    answer = (_operation, r) => {
      answerJson(r, {
        data: { createDeployment: { uid: "0x1" } },
        errors: [{ message: "unauthorized to set the subdomain" }],
      });
    };
    const e = await rejection(
      open().control.createDeployment({ name: "n", zone: "z", deploymentType: "free" }, call()),
    );
    expect(service.count("createDeployment")).to.equal(1);
    expect(e).to.be.instanceOf(GraphqlError);
  });
  it("treats a create that is answered with null as possibly done, and does not repeat it", async () => {
    answer = (_operation, r) => {
      answerJson(r, { data: { createDeployment: null } });
    };
    const e = await rejection(
      open().control.createDeployment({ name: "n", zone: "z", deploymentType: "free" }, call()),
    );
    expect(service.count("createDeployment")).to.equal(1);
    expect(mayHaveActed(e)).to.equal(true);
  });
  it("shows no escape sequence of an unauthorized message", () => {
    const site = { operation: "o", host: "h" };
    const e = thrown(() =>
      readAnswer(site, {
        status: 200,
        retryAfter: null,
        body: JSON.stringify({ errors: [{ message: "unauthorized \u001b[2J\nx" }] }),
      }),
    );
    expect(asError({ kind: "K", name: "read", urn: undefined, id: undefined }, e).message).not.to.contain("\u001b");
  });
  it("accepts a listed backend that has no host yet", async () => {
    answer = (_operation, r) => {
      answerJson(r, { data: { deployments: [{ uid: "0x1", name: "n", zone: "z", url: "", jwtToken: "" }] } });
    };
    const list = await listBackends({ endpoint: service.endpoint.href, token: "abcdefgh" });
    expect(list[0]!.graphqlEndpoint).to.equal("");
  });
  it("has no stack frames in a failed look-up, since Node takes minutes to print some of them in colour", async () => {
    answer = (_operation, r) => {
      answerJson(r, { errors: [{ message: "no" }], data: null });
    };
    const e = await rejection(listBackends({ endpoint: service.endpoint.href, token: "another-token" }));
    expect(e.message).to.match(/^getBackends: deployments at .* no\n/);
    expect(e.stack).to.equal(`Error: ${e.message}`);
  });
  it("reports a query whose connection was refused as not sent", async () => {
    const url = await closedEndpoint();
    const e = await rejection(
      postGraphql({
        url,
        operation: "deployments",
        document: "{ a }",
        timeoutMs: 1000,
        signal: new AbortController().signal,
        idempotent: true,
      }),
    );
    expect(e).to.be.instanceOf(NotSentError);
  });
  it("does not download an endless answer repeatedly", async () => {
    answer = (_operation, r) => {
      r.end(Buffer.alloc(33 * 1024 * 1024, " "));
    };
    const e = await rejection(
      postGraphql({
        url: service.endpoint,
        operation: "deployments",
        document: "{ deployments }",
        timeoutMs: 5000,
        signal: new AbortController().signal,
        idempotent: true,
      }),
    );
    expect(e).to.have.property("unreadable", true);
  });
  it("does not count a list from before a create as proof of absence", async () => {
    let have: Deployment[] = [];
    const list = new DeploymentList(() => Promise.resolve(have), clock);
    await list.anew(call());
    clock.pass(4000);
    await list.anew(call());
    clock.pass(1000);
    const x: Deployment = { uid: "0x1", name: "n", zone: "z", url: "u", jwtToken: "t" };
    list.note(x);
    clock.pass(1000);
    await list.anew(call()); // lags
    have = [x];
    expect(await list.lacks("0x1", call())).to.equal(false);
  });
  it("refuses an invalid port", () => {
    expect(thrown(() => backendUrl(new URL("http://127.0.0.1:1/"), "127.0.0.1:99999", "/g"))).to.be.instanceOf(
      SettingsError,
    );
  });
  it("never prints the password of an endpoint", () => {
    for (const e of ["admin:hunter2@host.example/graphql", "https://u:hunter2@ho st/"])
      expect(thrown(() => endpointUrl(e)).message).not.to.contain("hunter2");
  });
  it("redacts a secret that begins with another secret", () => {
    keepSecret("abcdefzz");
    keepSecret("abcdefzz-and-more-xyz");
    expect(scrub("abcdefzz-and-more-xyz")).to.equal("[secret]");
  });
  it("redacts a secret before the text is cut", () => {
    keepSecret("zz-the-long-token-that-is-cut-zz");
    const e = new GraphqlError(
      { operation: "o", host: "h" },
      ["x".repeat(1980) + "zz-the-long-token-that-is-cut-zz"],
      null,
    );
    expect(asError({ kind: "K", name: "read", urn: undefined, id: undefined }, e).message).not.to.contain(
      "zz-the-long",
    );
  });
  it("does not fail the log-in of other calls at the earliest deadline", async () => {
    let tries = 0;
    await restart((_operation, response) => {
      tries += 1;
      answerJson(response, { data: { login: { token: "token-xyz" } } }, tries === 1 ? 503 : 200);
    });
    const { session } = open();
    const hurried = session.token(callWithin(clock, 10));
    const patient = session.token(call());
    await hurried.catch(() => undefined);
    expect(await patient).to.equal("token-xyz");
  });
  it("does not treat a lost log-in as a lost create", async () => {
    await restart((_operation, response) => {
      answerJson(response, {}, 503);
    });
    const e = await rejection(
      open().control.createDeployment({ name: "n", zone: "z", deploymentType: "free" }, callWithin(clock, 10)),
    );
    expect(mayHaveActed(e)).to.equal(false);
  });
  it("does not treat every message about a token as a refused session", () => {
    const e = thrown(() =>
      readAnswer(
        { operation: "o", host: "h" },
        { status: 200, retryAfter: null, body: JSON.stringify({ errors: [{ message: "tokenizer is invalid" }] }) },
      ),
    );
    expect(e).to.be.instanceOf(GraphqlError);
  });
});
