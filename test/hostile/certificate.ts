import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate for some names, stored in a temporary folder of the test. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** The value for NODE_EXTRA_CA_CERTS. */
  readonly file: string;
}

export function makeCertificate(folder: string, ...names: readonly string[]): Certificate {
  const [key, file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const alternatives = names.map((name) => `DNS:${name}`).join(",");
  const subject = ["-subj", `/CN=${names[0] ?? ""}`, "-addext", `subjectAltName=${alternatives}`, "-days", "1"];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", [...args, "-keyout", key, "-out", file, ...subject], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}
