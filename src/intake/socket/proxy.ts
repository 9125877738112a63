import { EarshotError } from "../../errors.js";

/** The environment's proxy variables. */
export interface ProxyOptions {
  /** For `wss:`. */
  readonly httpsProxy?: string | undefined;
  /** For `ws:`. */
  readonly httpProxy?: string | undefined;
  /**
   * Hosts that are reached directly, separated by commas or spaces: `example.com` and `.example.com` cover the
   * host and what lies below it, `example.com:8080` that port alone, `*` everything.
   */
  readonly noProxy?: string | undefined;
}

/** {@link ProxyOptions}, read. */
export interface ProxySettings {
  readonly https: URL | undefined;
  readonly http: URL | undefined;
  readonly direct: readonly string[];
}

/** @throws EarshotError ERR_OPTION where a proxy is not the URL of an HTTP proxy */
export function proxySettings(options: ProxyOptions): ProxySettings {
  return {
    https: proxyUrl("HTTPS_PROXY", options.httpsProxy),
    http: proxyUrl("HTTP_PROXY", options.httpProxy),
    direct: (options.noProxy ?? "")
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((entry) => entry !== ""),
  };
}

/** The proxy for a WebSocket URL; `undefined` where it is reached directly. */
export function proxyFor(target: URL, settings: ProxySettings): URL | undefined {
  const secure = target.protocol === "wss:" || target.protocol === "https:";
  const proxy = secure ? settings.https : settings.http;
  if (proxy === undefined) return undefined;
  const host = bare(target.hostname);
  const port = target.port === "" ? (secure ? "443" : "80") : target.port;
  return settings.direct.some((entry) => covers(entry, host, port)) ? undefined : proxy;
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  // A port stands after the last colon, unless the colons are those of an IPv6 address without brackets.
  const [, name = "", only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [entry, entry];
  if (only !== undefined && only !== port) return false;
  const suffix = bare(name).replace(/^\*?\./, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

/** A host without the brackets that a URL puts around an IPv6 address, in lower case. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "").toLowerCase();
}

function proxyUrl(name: string, value: string | undefined): URL | undefined {
  if (value === undefined || value === "") return undefined;
  // Written without a scheme as often as with one.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === undefined || !usable || !decodes(url.username) || !decodes(url.password)) {
    // The value may hold a password: it is not repeated.
    throw new EarshotError("ERR_OPTION", `The proxy of ${name} is not an http:// or https:// URL.`);
  }
  return url;
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
