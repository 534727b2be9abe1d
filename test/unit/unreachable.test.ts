import { expect } from "chai";
import { notSent } from "../../provider/api/unreachable";
import { NotSentError } from "../../provider/errors/requestErrors";

const site = { operation: "login", host: "the host" };
const running = /^Is the local cloud running, and on this port\?.*DGRAPHCLOUD_ENDPOINT/;
const spelt = /^Is the endpoint spelt right, and is this machine online\?.*dgraphcloud:endpoint/;
const network = /^Check the network and the endpoint setting/;

describe("a request that finds no connection", () => {
  const cases: readonly [
    address: string,
    isEndpoint: boolean,
    code: string,
    hopeless: boolean,
    closed: boolean,
    next: RegExp,
  ][] = [
    ["http://127.0.0.1:8070/graphql", true, "ECONNREFUSED", true, false, running],
    ["http://127.9.9.9:8070/graphql", true, "ECONNREFUSED", true, false, running],
    ["http://localhost:8070/graphql", true, "ECONNREFUSED", true, false, running],
    ["http://[::1]:8070/graphql", true, "ECONNREFUSED", true, false, running],
    ["http://127.0.0.1:8070/graphql", true, "ECONNRESET", false, false, network],
    ["https://cloud.example.com/graphql", true, "ECONNREFUSED", false, false, network],
    ["https://cloud.example.com/graphql", true, "ENOTFOUND", true, false, spelt],
    // No name server answered, so the name may exist.
    ["https://cloud.example.com/graphql", true, "EAI_AGAIN", false, false, network],
    ["https://cloud.example.com/graphql", true, "CERT_HAS_EXPIRED", false, false, network],
    // The name servers may not know the name of a new backend yet.
    ["https://orders.example.com/graphql", false, "ENOTFOUND", false, false, network],
    ["https://orders.example.com/graphql", false, "ECONNREFUSED", false, false, network],
    ["http://127.0.0.1:40001/graphql", false, "ECONNREFUSED", false, true, network],
  ];
  for (const [address, isEndpoint, code, isHopeless, isBackendClosed, next] of cases) {
    const what = `${code} at ${isEndpoint ? "the endpoint" : "a backend"} ${new URL(address).hostname}`;
    it(`${isHopeless ? "is given up early" : "is retried until the deadline"} after ${what}`, () => {
      const cause = Object.assign(new Error("no"), { code });
      const error = notSent(site, { url: new URL(address), isEndpoint }, cause);
      if (!(error instanceof NotSentError)) throw error;
      expect([error.isHopeless, error.isBackendClosed]).to.deep.equal([isHopeless, isBackendClosed]);
      expect(error.next).to.match(next);
      expect(error.why).to.equal(`login at the host: no connection (${code}: no)`);
    });
  }

  it("is described by its code alone when Node gives no text, as for a name with two addresses", () => {
    const cause = Object.assign(new Error("request to http://localhost:1/ failed, reason: "), { code: "ECONNREFUSED" });
    expect(notSent(site, { url: new URL("http://localhost:1/") }, cause).message).to.contain(
      "no connection (ECONNREFUSED)",
    );
  });
});
