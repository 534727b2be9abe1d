import { expect } from "chai";
import { Account } from "../../provider/run/account";
import { type Context } from "../../provider/resource/context";
import { DeadlineError, RefusedError } from "../../provider/errors/errors";
import { waitUntilReady } from "../../provider/resource/wait";
import { TestClock } from "../harness/clocks";
import { contextOf } from "../harness/contexts";
import { rejection } from "../harness/errors";
import { answerJson, closedEndpoint, Service } from "../harness/httpService";
import { begin, type Operation } from "../../provider/run/operation";

/** A backend of a local cloud whose port is closed. */
describe("a wait for a backend on this machine that refuses connections", () => {
  let clock: TestClock;
  let service: Service;
  let context: Context;
  let operation: Operation;

  beforeEach(async () => {
    clock = new TestClock();
    const { host } = await closedEndpoint();
    service = await Service.start((_, response) => {
      const backend = { uid: "0x1", name: "orders", zone: "z", url: host, jwtToken: "jwt" };
      answerJson(response, { data: { deployments: [backend] } });
    });
    const account = new Account({ endpoint: service.endpoint.href, credentials: { token: "token" } }, clock, () => 1);
    context = contextOf({ account, clock });
    operation = begin(context, { input: "timeouts.create", value: "20m", ms: 1_200_000 });
  });
  afterEach(() => service.stop());

  it("continues until its deadline while the cloud runs, since the backend may be starting", async () => {
    const error = await rejection(waitUntilReady(context, operation, "0x1"));
    expect(error).to.be.instanceOf(DeadlineError);
    expect(clock.elapsedMs).to.equal(1_200_000);
  });

  it("fails about 15 s after the cloud ended, and asks whether it is running", async () => {
    const work = rejection(waitUntilReady(context, operation, "0x1"));
    while (service.count("deployments") < 3) await new Promise((resolve) => setImmediate(resolve));
    await service.stop();
    const stoppedAt = clock.elapsedMs;
    const error = await work;
    expect(error).to.be.instanceOf(RefusedError);
    expect(error.message).to.match(/^OPTIONS \/graphql was not sent: deployments at 127\.0\.0\.1:\d+: no connection/);
    expect(error.message).to.contain("Is the local cloud running");
    expect(clock.elapsedMs - stoppedAt).to.be.within(15_000, 30_000);
  });
});
