import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ownEnvironment } from "./child";

/** The certificate of the local cloud as a client of one pair, and the authority that signed the pair's certificates. */
export interface Certificates {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

const folderName = "tls";
const client = "local";
const files = {
  ca: "ca.crt",
  serverCert: "node.crt",
  serverKey: "node.key",
  clientCert: `client.${client}.crt`,
  clientKey: `client.${client}.key`,
};
// As long as the authority of `dgraph cert` is valid. Each start makes new certificates.
const days = 3_650;
const madeWithinMs = 30_000;

/**
 * Dgraph's settings for mutual TLS. Paths are relative to the pair's folder, in which both processes run: Dgraph would read
 * ";" and "=" in an absolute path as separators.
 */
export const tlsSettings = [
  `ca-cert=${folderName}/${files.ca}`,
  `server-cert=${folderName}/${files.serverCert}`,
  `server-key=${folderName}/${files.serverKey}`,
  `client-cert=${folderName}/${files.clientCert}`,
  `client-key=${folderName}/${files.clientKey}`,
  "client-auth-type=REQUIREANDVERIFY",
  // Otherwise a certificate of any public authority would be accepted.
  "use-system-ca=false",
  // The port between Zero and Alpha too, which programs of other users could connect to.
  "internal-port=true",
].join("; ");

/** Makes new certificates for the pair in a folder. The key of their authority is deleted, so that it can sign no others. */
export async function makeCertificates(executable: string, folder: string, signal: AbortSignal): Promise<Certificates> {
  const tls = join(folder, folderName);
  rmSync(tls, { recursive: true, force: true });
  const nodes = ["--nodes", "127.0.0.1", "--client", client];
  const kind = ["--elliptic-curve", "P256", "--duration", String(days)];
  signal.throwIfAborted();
  const making = promisify(execFile)(executable, ["cert", "--dir", folderName, ...nodes, ...kind], {
    cwd: folder,
    env: ownEnvironment(),
    timeout: madeWithinMs,
    killSignal: "SIGKILL",
  });
  // With the option `signal`, the promise would reject while the process still writes into a folder that is being removed.
  const kill = (): void => {
    making.child.kill("SIGKILL");
  };
  signal.addEventListener("abort", kill);
  await making.finally(() => {
    signal.removeEventListener("abort", kill);
  });
  rmSync(join(tls, "ca.key"), { force: true });
  for (const name of readdirSync(tls)) chmodSync(join(tls, name), 0o600);
  const read = (name: string): Buffer => readFileSync(join(tls, name));
  return { ca: read(files.ca), cert: read(files.clientCert), key: read(files.clientKey) };
}
