import { expect } from "chai";
import { Host, HostFailure, type Made, type Values } from "../harness/providerHost";
import { answerJson, type Received, Service } from "../harness/httpService";
import { expectCleanMessage } from "./cleanText";

const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/dgraphcloud:Backend::orders";
const token = "canary-token-of-the-account";
const jwtToken = "canary-token-of-the-backend";
const escapes = "\u001b[2J\u001b]0;owned\u0007\r\nSuccess: all is well\u202e";

/** The real dynamic-provider host, called as the engine calls it, with a service whose answers a test sets. */
describe("hostile answers behind the real host", function () {
  this.timeout(60_000);
  let service: Service;
  let host: Host;
  let answers: Record<string, unknown>;
  let created: boolean;

  const deployment = (more: Values = {}): Values => ({
    ...{ uid: "0x42", name: "orders", zone: "us-east-1", deploymentType: "free", url: service.endpoint.host, jwtToken },
    ...more,
  });

  beforeEach(async () => {
    created = false;
    answers = {};
    service = await Service.start(({ operation, method }: Received, response) => {
      if (method === "OPTIONS") answerJson(response, {}, 200);
      else if (operation === "deployments" && answers[operation] === undefined)
        answerJson(response, { data: { deployments: created ? [answers["createDeployment"]] : [] } });
      else {
        if (operation === "createDeployment") created = true;
        const answer = answers[operation];
        if (typeof answer === "string") response.end(answer);
        else answerJson(response, { data: { [operation]: answer } });
      }
    });
    host = await Host.start({ DGRAPHCLOUD_ENDPOINT: service.endpoint.href, DGRAPHCLOUD_TOKEN: token });
  });
  afterEach(async () => {
    host.close();
    await service.stop();
  });

  const inputs = { name: "orders", zone: "us-east-1", deploymentType: "free", timeouts: { create: "1s" }, __urn: urn };

  /** The result of a call. A call that never ends makes the test time out. */
  async function ended(work: Promise<Made>): Promise<{ made: Made | undefined; message: string }> {
    try {
      return { made: await work, message: "" };
    } catch (error) {
      if (error instanceof HostFailure) return { made: error.made, message: error.message };
      throw error;
    }
  }

  function expectClean(text: string): void {
    expect(text).not.to.match(/[^\P{Cc}\n]|[\p{Cs}\u2028\u2029\u202a-\u202e]/u);
    expect(text).not.to.contain(token).and.not.to.contain(jwtToken);
  }

  const rows: readonly [what: string, more: Values, says: RegExp | ""][] = [
    ["a host that is an address with a path", { url: "127.0.0.1:1/graphql" }, /not a bare public host name/],
    ["a host that is an internal address", { url: "169.254.169.254" }, /not a bare public host name/],
    ["a host that no URL can hold", { url: "xn--a.com" }, /not a bare public host name/],
    ["a host with escape sequences", { url: `evil.example${escapes}` }, /not a bare public host name/],
    ["half a character in the owner", { owner: "x\ud800y" }, ""],
    ["escape sequences in the owner", { owner: escapes }, ""],
    ["a name of another type", { name: { toString: 1 } }, ""],
  ];
  for (const [what, more, says] of rows) {
    it(`${what}: keeps the new backend, with a clean message`, async () => {
      answers["createDeployment"] = deployment(more);
      const { made, message } = await ended(host.create(inputs));
      expect(made?.id).to.equal("0x42");
      if (says !== "") expect(message).to.match(says);
      expectClean(message);
      expectClean(host.output);
      expect(service.count("createDeployment")).to.equal(1);
    });
  }

  const uids = ["0x42\ud800", "0x42\u001b[2J", "", "x".repeat(1_000_000), { toString: 1 }];
  for (const uid of uids) {
    it(`a uid like ${JSON.stringify(uid).slice(0, 20)} fails with a message, or returns an id that the engine accepts`, async () => {
      answers["createDeployment"] = deployment({ uid });
      const { made, message } = await ended(host.create(inputs));
      expect(made).to.equal(undefined);
      expect(message).to.match(/^Backend "orders" was not created: .*may or may not exist/);
      expectClean(message);
      expectClean(host.output);
    });
  }

  const messages = [
    `no${escapes}`,
    "half \ud800 of one",
    `${"x".repeat(1_970)}${"😀".repeat(50)}`,
    "long ".repeat(200_000),
  ];
  for (const text of messages) {
    it(`a message like ${JSON.stringify(text).slice(0, 30)} is shown as one clean line`, async () => {
      answers["createDeployment"] = JSON.stringify({ errors: [{ message: text }], data: null });
      const { made, message } = await ended(host.create(inputs));
      expect(made).to.equal(undefined);
      expectCleanMessage(message);
      expectClean(message);
      answers["createDeployment"] = JSON.stringify({
        errors: [{ message: text }],
        data: { createDeployment: { uid: "0x43" } },
      });
      const kept = await ended(host.create({ ...inputs, name: "other" }));
      expect(kept.made?.id).to.equal("0x43");
      expectClean(kept.message);
    });
  }

  it("a live name with escape sequences is compared with confirm, and shown without them", async () => {
    answers["deployments"] = [deployment({ name: `staging${escapes}` })];
    const drop = { backend: "0x42", allData: true, confirm: "staging", __urn: urn.replace("Backend", "DataDrop") };
    const { failures } = await host.as("dataDrop").check({}, drop);
    expect(failures).to.have.length(1);
    expect(failures[0]?.property).to.equal("confirm");
    expectClean(failures[0]?.reason ?? "");
    expect(failures[0]?.reason.split("\n")).to.have.length(1);
  });

  it("a backup folder with escape sequences is suggested and reported without them", async () => {
    const backup = { type: "full", backupNum: 1, folder: `2021-15${escapes}`, timestamp: "2021-04-15T18:00:58+0000" };
    answers["deployments"] = [deployment({ deploymentType: "dedicated" })];
    answers["restoreStatus"] = { response: { status: "UNKNOWN", errors: [] } };
    answers["listBackups"] = { response: [[backup]], errors: [] };
    answers["restore"] = { response: { restoreId: 1 }, errors: null };
    const request = { target: "0x42", source: "0x42", __urn: urn.replace("Backend", "RestoreRequest") };
    const wrong = await ended(host.as("restoreRequest").create({ ...request, backupFolder: "other" }));
    expect(wrong.message).to.contain("2021-15").and.to.contain("nothing was sent");
    expectCleanMessage(wrong.message);
    expectClean(wrong.message);
    const { made } = await ended(host.as("restoreRequest").create(request));
    expect(made?.properties["restoreId"]).to.equal(1);
    expectClean(host.output);
  });

  it("a token that is invalid in a header is reported at once, and not as a broken connection", async () => {
    const other = await Host.start({
      DGRAPHCLOUD_ENDPOINT: service.endpoint.href,
      DGRAPHCLOUD_TOKEN: "canary token\nof two lines",
    });
    try {
      const { message } = await ended(other.create(inputs));
      expect(message).to.contain("the token in the settings holds").and.not.to.contain("canary");
      expect(service.requests).to.have.length(0);
    } finally {
      other.close();
    }
  });

  it("a backend that reports a status for every restore id makes the restore fail before it is sent", async () => {
    answers["deployments"] = [deployment({ deploymentType: "dedicated" })];
    answers["restoreStatus"] = { response: { status: "OK", errors: [] } };
    const request = { target: "0x42", source: "0x42", __urn: urn.replace("Backend", "RestoreRequest") };
    const { message } = await ended(host.as("restoreRequest").create(request));
    expect(message).to.contain("answers for more than 1000 restores in a row");
    expect(service.count("restore")).to.equal(0);
  });
});
