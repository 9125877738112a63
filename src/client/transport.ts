import type { Dispatcher } from "undici";
import { EarshotError } from "../errors.js";
import { isLoopback } from "../loopback.js";
import type { ToolsetSettings } from "../settings/toolset.js";

/** Connections that may be open to the platform at one time. */
const CONNECTIONS = 16;

/**
 * Opens the connections of one client. They are kept alive between calls; idle ones are unreferenced by undici,
 * so they do not keep the process alive.
 *
 * @throws EarshotError ERR_OPTION where the proxy variable is no URL
 */
export async function openDispatcher(settings: ToolsetSettings): Promise<Dispatcher> {
  // Loaded at the first call, not at import: undici is the heaviest thing here.
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const options = {
    connections: CONNECTIONS,
    // The deadlines are ours, by our clock. Only a connect that never ends needs undici's own limit: an aborted
    // call leaves its socket connecting.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: settings.tryTimeoutMs },
  };
  const proxy = proxyFor(settings);
  if (proxy === undefined) return new Agent(options);
  // Explicit values: undici would otherwise read the environment again, later than we did.
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: settings.environment.noProxy ?? "",
  });
}

/** The proxy for this base URL; NO_PROXY is left to undici. This machine is never reached through a proxy. */
function proxyFor({ baseUrl, environment }: ToolsetSettings): string | undefined {
  const { protocol, hostname } = new URL(baseUrl);
  const secure = protocol === "https:";
  const given = secure ? environment.httpsProxy : environment.httpProxy;
  if (given === undefined || isLoopback(hostname)) return undefined;
  const url = given.includes("://") ? given : `http://${given}`;
  if (!URL.canParse(url)) {
    // Not shown: it may hold a password.
    throw new EarshotError("ERR_OPTION", `${secure ? "HTTPS_PROXY" : "HTTP_PROXY"} is not a URL.`);
  }
  return url;
}
