import { reportUnlessElsewhere } from "../errors/advice";
import { SettingsError } from "../errors/errors";

/** The settings of the provider. Stack configuration (namespace `dgraphcloud`) takes precedence over environment variables. */
export interface Settings {
  readonly endpoint: string;
  readonly credentials: Credentials;
}

export type Credentials =
  { readonly token: string } | { readonly email: string; readonly password: string } | { readonly missing: string };

/** Names of the settings; each is `dgraphcloud:NAME` in the stack and `DGRAPHCLOUD_NAME` in the environment. */
export const settingNames = ["endpoint", "token", "email", "password"] as const;
export type SettingName = (typeof settingNames)[number];

export const defaultEndpoint = "https://cerebro.cloud.dgraph.io/graphql";

type Lookup = (name: SettingName) => string | undefined;

export function readSettings(stack: Lookup, environment: NodeJS.ProcessEnv): Settings {
  const fromStack: Lookup = (name) => presence(name, stack(name));
  const fromEnvironment: Lookup = (name) => presence(name, environment[`DGRAPHCLOUD_${name.toUpperCase()}`]);
  return {
    endpoint: fromStack("endpoint") ?? fromEnvironment("endpoint") ?? defaultEndpoint,
    credentials: readCredentials(fromStack, fromEnvironment),
  };
}

/** The address of the control plane. Tokens are sent there, so it must be https; http is allowed for a cloud on this machine only. */
export function endpointUrl(endpoint: string): URL {
  const code = "DGC101";
  const next =
    "Set dgraphcloud:endpoint or DGRAPHCLOUD_ENDPOINT to an address like https://cerebro.cloud.dgraph.io/graphql (http only for 127.0.0.1).";
  // The part before an @ may be a password, so such an endpoint is never printed.
  if (endpoint.includes("@")) {
    throw new SettingsError({
      code,
      why: "the endpoint contains an @, as if a user name or password were part of it.",
      next,
    });
  }
  if (!URL.canParse(endpoint)) throw new SettingsError({ code, why: `the endpoint "${endpoint}" is not a URL.`, next });
  const url = new URL(endpoint);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return url;
  throw new SettingsError({
    code,
    why: `the endpoint "${url.href}" would send your credentials without encryption or to no web server at all.`,
    next,
  });
}

/**
 * The addresses of a backend's two endpoints; empty while it has no host that may get its token. Never fails: a created backend must reach
 * the state, whatever the service calls its host.
 */
export function endpointsOf(endpoint: URL, host: string): { graphqlEndpoint: string; adminEndpoint: string } {
  const at = (path: string): string => hostUrl(endpoint, host, path)?.href ?? "";
  return { graphqlEndpoint: at("/graphql"), adminEndpoint: at("/admin") };
}

/**
 * The address of a path at a backend's own host. The backend's token is sent there, so the host must be a bare public name. A port, plain
 * http and a loopback address are allowed only when the endpoint itself is a loopback address.
 */
export function backendUrl(endpoint: URL, host: string, path: string): URL {
  const url = hostUrl(endpoint, host, path);
  if (url !== undefined) return url;
  throw new SettingsError({
    code: "DGC208",
    why: "the service names a backend host that is not a bare public host name; no token is sent there.",
    next: reportUnlessElsewhere,
  });
}

/** Names that are never public, but may name a host in this network (RFC 6761, RFC 6762, RFC 8375; ICANN for "internal"). */
const neverPublic = /\.(localhost|local|internal|arpa|onion|alt)$/i;

function hostUrl(endpoint: URL, host: string, path: string): URL | undefined {
  const loopback = isLoopback(endpoint.hostname) && /^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/.test(host);
  if (loopback) return parsed(`http://${host}${path}`);
  // At least two labels, and the last one not numeric. This excludes paths, ports, user info, and IP addresses in every notation.
  const isName = host.length <= 253 && /^(?!-)([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/i.test(host);
  if (!isName || (neverPublic.test(host) && !neverPublic.test(endpoint.hostname))) return undefined;
  return parsed(`https://${host}${path}`);
}

function parsed(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

function readCredentials(stack: Lookup, environment: Lookup): Credentials {
  const stackToken = stack("token");
  if (stackToken !== undefined) return { token: stackToken };
  const stackEmail = stack("email");
  const password = stack("password") ?? environment("password");
  // If the stack names an account, a token in the environment must not replace it: it may belong to another account.
  if (stackEmail !== undefined) {
    return password === undefined ? missing("password") : { email: stackEmail, password };
  }
  const token = environment("token");
  if (token !== undefined) return { token };
  const email = environment("email");
  if (email === undefined) return missing("token or email");
  return password === undefined ? missing("password") : { email, password };
}

function missing(what: string): Credentials {
  return { missing: what };
}

function presence(name: SettingName, value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  // A token from a file often ends with a line break. A password may contain blanks, so it is kept as it is.
  return name === "password" ? value : value.trim();
}

/** Whether the host of a URL is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
