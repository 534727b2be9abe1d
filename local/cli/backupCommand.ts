import { parseArgs } from "node:util";
import type { Backup } from "../cloud/engine";
import { defaultAccount } from "../cloud/options";
import { backupsPath } from "../server/backupRequest";

/** `dgraphcloud-local backup UID [--full]`: takes a backup of a backend of a running local cloud. */
export async function backupCommand(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { full: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const [uid, ...others] = positionals;
  if (uid === undefined || others.length > 0) throw new Error("usage: dgraphcloud-local backup UID [--full]");
  const endpoint = environment["DGRAPHCLOUD_ENDPOINT"] ?? "http://127.0.0.1:8070/graphql";
  refuseRemoteEndpoint(endpoint);
  const email = environment["DGRAPHCLOUD_EMAIL"] ?? defaultAccount.email;
  const password = environment["DGRAPHCLOUD_PASSWORD"] ?? defaultAccount.password;
  const query = "query($email: String!, $password: String!) { login(email: $email, password: $password) { token } }";
  const { data } = await send<{ data?: { login: { token: string } | null } }>(endpoint, {
    query,
    variables: { email, password },
  });
  if (data?.login == null)
    throw new Error(`${endpoint} refuses the log-in of ${email}: set DGRAPHCLOUD_EMAIL and DGRAPHCLOUD_PASSWORD`);
  const url = new URL(backupsPath, endpoint).href;
  const answer = await send<Backup | { errors: { message: string }[] }>(
    url,
    { uid, full: values.full },
    { authorization: `Bearer ${data.login.token}` },
  );
  if ("errors" in answer) throw new Error(answer.errors.map(({ message }) => message).join("; "));
  const { type, backupNum, folder, timestamp } = answer;
  return `${type} backup ${backupNum} in folder ${folder} of ${uid}, ${timestamp}\n`;
}

/** The variables may be set for the service: its password must not go anywhere else, and it has no such command. */
function refuseRemoteEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isLocal = url?.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname);
  // An address with a password is neither requested nor printed.
  if (isLocal && url.username === "" && url.password === "") return;
  const shown = url === undefined || url.host === "" ? "its present value" : `${url.protocol}//${url.host}`;
  throw new Error(
    `backup is for a local cloud on this machine: set DGRAPHCLOUD_ENDPOINT to the address that dgraphcloud-local has printed, not to ${shown}`,
  );
}

async function send<T>(url: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      // A redirect must not send the log-in to another address.
      redirect: "error",
    });
  } catch (cause) {
    throw new Error(`no local cloud answers at ${url}: start it, or set DGRAPHCLOUD_ENDPOINT`, { cause });
  }
  return (await response.json()) as T;
}
