import { expect } from "chai";
import type { IncomingMessage, ServerResponse } from "node:http";
import { refuseForeign } from "../../local/guard";

describe("the port of HTTP", () => {
  const refused = (localPort: number, headers: object): boolean => {
    try {
      refuseForeign(
        { headers, socket: { localPort } } as unknown as IncomingMessage,
        { setHeader: () => undefined } as unknown as ServerResponse,
      );
      return false;
    } catch {
      return true;
    }
  };

  it("is what clients leave out, in Host and in Origin", () => {
    for (const host of ["127.0.0.1", "localhost", "127.0.0.1:80", "localhost:80"]) {
      expect(refused(80, { host }), host).to.equal(false);
      expect(refused(80, { host, origin: `http://${host}` }), host).to.equal(false);
      expect(refused(80, { host, origin: "http://evil.example" }), host).to.equal(true);
      expect(refused(80, { host, origin: `https://${host}` }), host).to.equal(true);
      expect(refused(8_070, { host }), host).to.equal(true);
    }
    expect(refused(80, { host: "evil.example" })).to.equal(true);
  });
});
