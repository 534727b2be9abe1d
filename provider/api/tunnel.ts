import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import type { Connection } from "./connection";
import type { Proxy } from "./proxy";

type Agent = import("https-proxy-agent").HttpsProxyAgent<string>;
const importAgent = () => import("https-proxy-agent");

/**
 * A new connection through a proxy (CONNECT), for one request. The request is sent only when the TLS connection with the service, behind
 * the proxy, has been made.
 */
export async function tunnelThrough(proxy: Proxy, signal: AbortSignal): Promise<Connection> {
  const { HttpsProxyAgent } = await importAgent();
  let connected = false;
  let refusal: number | undefined;

  class Tunnel extends HttpsProxyAgent<string> {
    override async connect(request: ClientRequest, options: Parameters<Agent["connect"]>[1]): Promise<Socket> {
      request.once("proxyConnect", ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) refusal = statusCode;
      });
      const socket = await super.connect(request, options);
      if (refusal !== undefined) {
        // Otherwise the proxy's answer would be taken for the answer of the service.
        socket.destroy();
        throw new Error(`the proxy answered HTTP ${refusal}`);
      }
      return socket.once("secureConnect", () => {
        connected = true;
      });
    }
  }

  // The signal also goes to the agent: while the proxy does not answer, the request has no socket that it could close.
  const agent = new Tunnel(proxy.url.href, { keepAlive: false, headers: proxy.headers, signal });
  return { agent, proxy: proxy.url.host, mayHaveSent: () => connected, refusal: () => refusal };
}
