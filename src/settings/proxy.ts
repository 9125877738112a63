import { EarshotError } from "../base/errors.js";
import { isLoopback } from "../base/loopback.js";
import { coversHost } from "./no-proxy.js";

/** The environment's proxy variables, each in lower or upper case. */
export interface ProxyOptions {
  /** For `https:` and `wss:`. */
  readonly httpsProxy?: string | undefined;
  /** For `http:` and `ws:`. */
  readonly httpProxy?: string | undefined;
  /** For URLs whose scheme has no variable set. */
  readonly allProxy?: string | undefined;
  /**
   * Hosts that are reached directly, separated by commas or spaces: `example.com` and `.example.com` cover the
   * host and its subdomains, `example.com:8080` only that port, `10.0.0.0/8` a network, `*` everything.
   */
  readonly noProxy?: string | undefined;
}

/**
 * The proxy for a URL; `undefined` if it is reached directly, as this machine always is. REST calls and the WebSocket
 * both use it.
 *
 * @throws EarshotError ERR_OPTION if this URL needs a proxy that is not an HTTP proxy. A direct connection instead
 *   would bypass a proxy that was configured.
 */
export function proxyFor(target: URL, options: ProxyOptions): URL | undefined {
  const isSecure = target.protocol === "wss:" || target.protocol === "https:";
  const [name, value] = chosen(isSecure, options);
  if (value === undefined || isLoopback(target.hostname)) return undefined;
  const port = target.port === "" ? (isSecure ? "443" : "80") : target.port;
  if (coversHost(options.noProxy ?? "", target.hostname, port)) return undefined;
  return proxyUrl(name, value, target.hostname);
}

function chosen(isSecure: boolean, options: ProxyOptions): readonly [string, string | undefined] {
  const own = isSecure ? options.httpsProxy : options.httpProxy;
  if (own !== undefined && own.trim() !== "") return [isSecure ? "HTTPS_PROXY" : "HTTP_PROXY", own.trim()];
  const all = options.allProxy?.trim();
  return ["ALL_PROXY", all === "" ? undefined : all];
}

function proxyUrl(name: string, value: string, host: string): URL {
  // The scheme is often left out.
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url !== undefined && isHttp && decodes(url.username) && decodes(url.password)) return url;
  // The value may contain a password: the message has only its scheme.
  const what = url === undefined || isHttp ? "not a URL" : `a ${url.protocol}// URL`;
  throw new EarshotError(
    "ERR_OPTION",
    `The environment variable ${name} is ${what}, and ${host} is reached through it. Supported are http:// and https:// proxies: set ${name} to one, or list ${host} in NO_PROXY to connect directly.`,
  );
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
