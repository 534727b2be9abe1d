import { expect } from "chai";
import { Account } from "../../provider/run/account";
import { callWithin, TestClock } from "../harness/clocks";
import { rejection } from "../harness/errors";
import { answerJson, Service } from "../harness/httpService";

describe("an account during an outage", () => {
  it("sends fifty retries in all for a hundred failing calls to both planes, and reports why it stopped", async () => {
    const service = await Service.start(({ operation }, response) => {
      const host = service.endpoint.host;
      const deployments = [{ uid: "0x1", name: "orders", zone: "us-east-1", url: host, jwtToken: "token-of-orders" }];
      if (operation === "deployments") answerJson(response, { data: { deployments } });
      else answerJson(response, {}, 503);
    });
    try {
      const settings = { endpoint: service.endpoint.href, credentials: { token: "the-token-of-the-settings" } };
      const clock = new TestClock();
      const cloud = new Account(settings, clock, () => 0.5);
      const call = callWithin(clock, 3_600_000);
      await cloud.data.locate("0x1", call);
      const calls = Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0
          ? cloud.control.deleteDeployment(`0x${index}`, call)
          : cloud.data.restoreStatus({ target: "0x1", request: "", restoreId: index }, call),
      );
      const messages = (await Promise.all(calls.map((one) => rejection(one)))).map(({ message }) => message);
      expect(service.count("deleteDeployment") + service.count("restoreStatus")).to.equal(150);
      expect(messages.filter((message) => message.includes("too much has failed in this run"))).not.to.have.length(0);
    } finally {
      await service.stop();
    }
  });
});
