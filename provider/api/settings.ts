import { reportUnlessElsewhere } from "../errors/advice";
import { DgraphCloudError, SettingsError } from "../errors/errors";
import { listOf } from "../errors/text";
import { clusterAccess, type ClusterSettings } from "./cluster/access";
import { isLoopback } from "./loopback";
import { accountNames, clusterNames, type SettingName } from "./settingNames";

export { type SettingName, settingNames } from "./settingNames";

/** The settings of the provider. Stack configuration (namespace `dgraphcloud`) takes precedence over environment variables. */
export interface Settings {
  readonly endpoint: string;
  readonly credentials: Credentials;
  /** The cluster to connect to, instead of the account. */
  readonly cluster?: ClusterSettings;
  /** Why the settings name neither an account nor a cluster: those of both are given in one place, or a cluster has no address. */
  readonly conflict?: string;
}

export type Credentials =
  { readonly token: string } | { readonly email: string; readonly password: string } | { readonly missing: string };

export const defaultEndpoint = "https://cerebro.cloud.dgraph.io/graphql";

/** Settings by their names, as a stack or a Provider gives them. */
export type StackSettings = Readonly<Partial<Record<SettingName, string | undefined>>>;

type Lookup = (name: SettingName) => string | undefined;

export function readSettings(stack: Lookup, environment: NodeJS.ProcessEnv): Settings {
  const fromStack: Lookup = (name) => presence(name, stack(name));
  const fromEnvironment: Lookup = (name) => presence(name, environment[variableOf(name)]);
  const endpoint = fromStack("endpoint") ?? fromEnvironment("endpoint") ?? defaultEndpoint;
  return {
    endpoint,
    credentials: readCredentials(fromStack, fromEnvironment),
    ...readCluster(fromStack, fromEnvironment),
  };
}

export function variableOf(name: SettingName): string {
  return `DGRAPHCLOUD_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Whether the settings connect to an account or to a cluster; undefined where they do not tell. */
export function connectionOf({ cluster, conflict }: Settings): "account" | "cluster" | undefined {
  if (conflict !== undefined) return undefined;
  return cluster === undefined ? "account" : "cluster";
}

/** Throws what is wrong with the settings, as far as it can be found without a call. */
export function checkSettings({ endpoint, cluster, conflict }: Settings): void {
  if (conflict !== undefined) {
    throw new SettingsError({
      code: "DGC807",
      why: conflict,
      next: [
        "For a cluster, set clusterUrl and what it needs, and none of endpoint, token, email and password.",
        "For an account of Dgraph Cloud, set none of the cluster settings. To use both in one program, give each a Provider.",
      ],
    });
  }
  if (cluster === undefined) endpointUrl(endpoint);
  else clusterAccess(cluster);
}

/** What is wrong with the settings, as far as it can be found without a call; undefined when nothing is. */
export function settingsProblem(settings: Settings): DgraphCloudError | undefined {
  try {
    checkSettings(settings);
    return undefined;
  } catch (error) {
    if (error instanceof DgraphCloudError) return error;
    throw error;
  }
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
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/** The cluster of the settings. What connects the stack comes before what connects the environment. */
function readCluster(stack: Lookup, environment: Lookup): Pick<Settings, "cluster" | "conflict"> {
  const inStack = givenNames(stack);
  const from = inStack.account.length + inStack.cluster.length > 0 ? stack : environment;
  const { account, cluster } = from === stack ? inStack : givenNames(environment);
  if (cluster.length === 0) return {};
  const place = from === stack ? "the stack (or the Provider)" : "the environment";
  if (account.length > 0) {
    return {
      conflict: `${place} sets ${listOf([...cluster, ...account], "and")}: those of a cluster and those of an account.`,
    };
  }
  const url = from("clusterUrl") ?? environment("clusterUrl");
  if (url === undefined) return { conflict: `${place} sets ${listOf(cluster, "and")}, and clusterUrl is not set.` };
  // A secret in the environment may belong to another cluster, which it names then.
  const isSame = (environment("clusterUrl") ?? url) === url;
  const ignored = (["clusterUser", "clusterNamespace"] as const).filter(
    (name) => isSame && from(name) === undefined && environment(name) !== undefined,
  );
  if (ignored.length > 0) {
    const what = `${listOf(ignored, "and")}, and the cluster is set in the stack (or the Provider)`;
    return { conflict: `the environment sets ${what}: only passwords, tokens and headers are taken from both.` };
  }
  const secret = (name: SettingName): string | undefined => from(name) ?? (isSame ? environment(name) : undefined);
  const user = from("clusterUser");
  return {
    cluster: defined({
      url,
      authToken: secret("clusterAuthToken"),
      user,
      password: user === undefined ? from("clusterPassword") : secret("clusterPassword"),
      namespace: from("clusterNamespace"),
      headers: secret("clusterHeaders"),
      insecure: from("clusterInsecure"),
    }),
  };
}

function givenNames(from: Lookup): { readonly account: SettingName[]; readonly cluster: SettingName[] } {
  const isGiven = (name: SettingName): boolean => from(name) !== undefined;
  return { account: accountNames.filter(isGiven), cluster: clusterNames.filter(isGiven) };
}

function defined<T extends object>(values: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
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
  return name === "password" || name === "clusterPassword" ? value : value.trim();
}
