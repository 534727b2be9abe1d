import { getProxyForUrl } from "proxy-from-env";
import { isLoopback } from "./loopback";
import { SettingsError } from "../errors/errors";
import { keepSecret } from "../errors/redact";

/** An HTTP proxy that the environment names. */
export interface Proxy {
  /** Its address, without its user name and password. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The proxy for an address: HTTPS_PROXY (or ALL_PROXY), unless NO_PROXY lists the host; in upper or lower case. There is never a proxy for
 * this machine, and plain http goes nowhere else.
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

/** Decodes percent signs, if they encode anything: in a password they may mean themselves. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The message leaves out the value, which may hold a password. */
function unusable(): Error {
  return new SettingsError({
    code: "DGC211",
    why: "HTTPS_PROXY or ALL_PROXY is set, and is not the address of an HTTP proxy.",
    next: "Set HTTPS_PROXY to an address like http://proxy.example.com:3128, or list the host in NO_PROXY.",
  });
}
