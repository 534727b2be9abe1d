import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { takesPlainHttp } from "../../local/engines/dgraph/plainHttp";

describe("a port that wants TLS", () => {
  let server: Server;
  const seen = async (listener: RequestListener): Promise<boolean> => {
    server = createServer(listener);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return takesPlainHttp((server.address() as AddressInfo).port);
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("takes plain HTTP when it answers a request for the health, well or ill", async () => {
    for (const status of [200, 503]) {
      const takes = await seen((request, response) => {
        response.writeHead(request.url === "/health" ? status : 400).end();
      });
      expect(takes, String(status)).to.equal(true);
      server.close();
    }
  });

  it("takes none when it calls the request a bad one, or ends the connection", async () => {
    expect(await seen((_, response) => response.writeHead(400).end())).to.equal(false);
    server.close();
    expect(await seen((request) => request.socket.destroy())).to.equal(false);
  });
});
