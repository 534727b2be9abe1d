import { SettingsError } from "../../errors/errors";
import { isRecord } from "../readAnswer";
import { isLoopback } from "../loopback";

/** The settings of a cluster of one's own, as they were given. */
export interface ClusterSettings {
  readonly url: string;
  readonly authToken?: string;
  readonly user?: string;
  readonly password?: string;
  readonly namespace?: string;
  readonly headers?: string;
  readonly insecure?: string;
}

/** How a cluster is reached. */
export interface ClusterAccess {
  /** Alpha's address, without a slash at its end. */
  readonly url: URL;
  /** Plain http to another machine: passwords and data can be read on the way. */
  readonly isInsecure: boolean;
  /** Header X-Dgraph-AuthToken. */
  readonly authToken: string | undefined;
  /** The user of access control. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  readonly namespace: number;
  /** Headers that a gateway in front of the cluster wants. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Checks the settings of a cluster. No message repeats a value that may be a secret. */
export function clusterAccess(settings: ClusterSettings): ClusterAccess {
  const { authToken, user, password } = settings;
  if ((user === undefined) !== (password === undefined)) {
    const [given, missing] =
      user === undefined ? ["clusterPassword", "clusterUser"] : ["clusterUser", "clusterPassword"];
    throw unfit(`${given} is set, and ${missing} is not.`, `Set dgraphcloud:${missing} as well, or remove ${given}.`);
  }
  const isInsecure = flagOf(settings.insecure);
  const url = clusterUrl(settings.url, isInsecure);
  const login = user === undefined || password === undefined ? undefined : { user, password };
  const namespace = namespaceOf(settings.namespace);
  if (namespace > 0 && login === undefined)
    throw unfit(
      "clusterNamespace is set, and clusterUser is not.",
      "Set clusterUser and clusterPassword: namespaces exist with access control only.",
    );
  if (authToken !== undefined && !headerValue.test(authToken))
    throw unfit(
      "clusterAuthToken holds a character that no header can carry.",
      "Correct clusterAuthToken: a line break at its end is usual.",
    );
  const headers = headersOf(settings.headers);
  return {
    url,
    isInsecure: isInsecure && url.protocol === "http:" && !isLoopback(url.hostname),
    authToken,
    login,
    namespace,
    headers,
  };
}

/** The address of Alpha. Passwords and tokens are sent there, so it must be https, or on this machine, or allowed explicitly. */
function clusterUrl(text: string, isInsecure: boolean): URL {
  const next =
    "Set dgraphcloud:clusterUrl or DGRAPHCLOUD_CLUSTER_URL to Alpha's address, like https://dgraph.example.com or http://127.0.0.1:8080.";
  // The part before an @ may be a password, and so may a query: such an address is never printed.
  const isBare = !/[@?#]/.test(text) && URL.canParse(text);
  if (!isBare)
    throw new SettingsError({
      code: "DGC806",
      why: "clusterUrl is no URL, or has a user name, a query or a fragment in it.",
      next,
    });
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new SettingsError({
      code: "DGC806",
      why: `clusterUrl "${url.href}" is not an address of http or https.`,
      next,
    });
  if (url.protocol === "https:" || isLoopback(url.hostname) || isInsecure) return url;
  throw new SettingsError({
    code: "DGC806",
    why: `clusterUrl "${url.href}" would send passwords and data without encryption.`,
    next: [
      "Use an https address.",
      "Or set dgraphcloud:clusterInsecure to true, if everything on the way may read them.",
    ],
  });
}

function flagOf(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw unfit("clusterInsecure is neither true nor false.", "Set it to true or false, or remove it.");
}

function namespaceOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const namespace = Number(text);
  if (/^\d{1,15}$/.test(text)) return namespace;
  throw unfit(
    "clusterNamespace is not the number of a namespace.",
    "Set it to a whole number; 0 is the namespace of the superadmin.",
  );
}

/** The characters of the value of a header. Any other one would look like a broken connection. */
const headerValue = /^[\t -~]{0,16384}$/;
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
/** The provider sets these itself. */
const ownHeaders = /^(content-type|content-length|host|accept|connection|x-dgraph-.*)$/i;

function headersOf(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined) return {};
  const next = 'Set it to a JSON object of names and values, like {"x-gateway-key": "…"}.';
  const parsed = parse(text);
  if (!isRecord(parsed)) throw unfit("clusterHeaders is no JSON object.", next);
  for (const [name, value] of Object.entries(parsed)) {
    if (!headerName.test(name)) throw unfit("clusterHeaders has a name that no header can have.", next);
    if (ownHeaders.test(name))
      throw unfit(
        `clusterHeaders has ${name}, which the provider sets itself.`,
        `Remove ${name}: clusterAuthToken and clusterUser set the headers of Dgraph.`,
      );
    if (typeof value !== "string" || !headerValue.test(value))
      throw unfit(`the value of ${name} in clusterHeaders is not one that a header can carry.`, next);
  }
  return parsed as Record<string, string>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unfit(why: string, next: string): SettingsError {
  return new SettingsError({ code: "DGC807", why, next });
}
