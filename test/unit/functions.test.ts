import { expect } from "chai";
import type { Deployment } from "../../provider/api/deployment";
import { findBackend, listBackends, listBackups } from "../../provider/functions";
import { rejection } from "../harness/errors";
import { answerJson, Service } from "../harness/httpService";

describe("the look-up functions of a program", () => {
  let service: Service;
  let deployments: readonly Deployment[];
  let settings: { endpoint: string; token: string };

  beforeEach(async () => {
    service = await Service.start(({ operation }, response) => {
      answerJson(response, { data: operation === "deployments" ? { deployments } : { listBackups: { response: [] } } });
    });
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

  it("make no request when the arguments do not name exactly one backend", async () => {
    for (const wanted of [{}, { uid: "0x1", name: "name of 0x1" }]) {
      expect((await rejection(findBackend(settings, wanted))).message).to.contain("DGC501");
    }
    expect(service.requests).to.deep.equal([]);
  });
});
