import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { takesPlainHttp } from "../../local/engines/dgraph/plainHttp";

describe("a TLS port", () => {
  let server: Server;
  const check = async (listener: RequestListener): Promise<boolean> => {
    server = createServer(listener);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return takesPlainHttp((server.address() as AddressInfo).port);
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("accepts plain HTTP if it answers /health, with 503 too", async () => {
    for (const status of [200, 503]) {
      const accepts = await check((request, response) => {
        response.writeHead(request.url === "/health" ? status : 400).end();
      });
      expect(accepts, String(status)).to.equal(true);
      server.close();
    }
  });

  it("refuses plain HTTP if it answers 400, or closes the connection", async () => {
    expect(await check((_, response) => response.writeHead(400).end())).to.equal(false);
    server.close();
    expect(await check((request) => request.socket.destroy())).to.equal(false);
  });
});
