import { request } from "node:http";

const answersWithinMs = 5_000;

/**
 * Whether a TLS port also accepts plain HTTP. The official builds of Dgraph do if the first path on a connection begins with
 * /health; then they serve every further request on that connection, whatever its path.
 */
export function takesPlainHttp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(answersWithinMs);
    request({ host: "127.0.0.1", port, path: "/health", agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode !== 400);
    })
      .once("error", () => {
        resolve(false);
      })
      .end();
  });
}
