import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ownEnvironment } from "./child";

/** What the local cloud proves itself to a pair with, and knows the pair by. */
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
// The authority of Dgraph's `cert` lives no longer, and nothing that runs does: each start has new ones.
const days = 3_650;
const madeWithinMs = 30_000;

/**
 * Dgraph's settings for connections on which both sides prove themselves. The files are named from the pair's folder, as both
 * processes run in it: of a path, Dgraph would take ";" and "=" for its own.
 */
export const tlsSettings = [
  `ca-cert=${folderName}/${files.ca}`,
  `server-cert=${folderName}/${files.serverCert}`,
  `server-key=${folderName}/${files.serverKey}`,
  `client-cert=${folderName}/${files.clientCert}`,
  `client-key=${folderName}/${files.clientKey}`,
  "client-auth-type=REQUIREANDVERIFY",
  // Else whoever has a certificate of any public authority would be let in.
  "use-system-ca=false",
  // What Zero and Alpha say to each other as well: programs of other users speak their protocol.
  "internal-port=true",
].join("; ");

/** Makes the certificates of the pair in a folder anew, under an authority of its own that can sign no more afterwards. */
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
  // With the option `signal`, the promise would reject while the process still writes keys into a folder that is being removed.
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
