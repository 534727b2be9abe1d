import { request } from "node:http";

const answersWithinMs = 5_000;

/**
 * Whether a port that wants TLS takes connections without it. Dgraph's own servers do when the first path on a connection
 * begins with /health, and let every further request on it through then, whatever that asks for.
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
