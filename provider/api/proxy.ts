import { getProxyForUrl } from "proxy-from-env";
import { isLoopback } from "./settings";
import { SettingsError } from "../errors/errors";
import { keepSecret } from "../errors/redact";

/** A proxy of the environment. */
export interface Proxy {
  /** Its address, without its user name and password. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The proxy on the way to an address, as HTTPS_PROXY (or ALL_PROXY) and NO_PROXY say, in upper or in lower case. There is none on the way
 * to this very machine, which is the only place that plain http goes to.
 */
export function proxyFor(url: URL): Proxy | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const address = getProxyForUrl(url.href);
  if (address === "") return undefined;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol) || proxy.hostname === "") throw unusable();
  const { username, password } = proxy;
  proxy.username = "";
  proxy.password = "";
  return { url: proxy, headers: username === "" && password === "" ? {} : authorization(username, password) };
}

function authorization(username: string, password: string): Record<string, string> {
  const plain = decoded(password);
  const credentials = Buffer.from(`${decoded(username)}:${plain}`).toString("base64");
  for (const secret of [password, plain, credentials]) keepSecret(secret);
  return { "Proxy-Authorization": `Basic ${credentials}` };
}

/** A percent sign may well stand for itself in a password. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without the value: it may hold a password. */
function unusable(): Error {
  return new SettingsError({
    code: "DGC211",
    why: "the proxy that HTTPS_PROXY or ALL_PROXY names cannot be used: its address is not one of an HTTP proxy.",
    next: "Set HTTPS_PROXY to an address like http://proxy.example.com:3128, or list the host in NO_PROXY.",
  });
}
