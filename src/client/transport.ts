import type { Dispatcher } from "undici";
import { proxyFor } from "../settings/proxy.js";
import type { ToolsetSettings } from "../settings/toolset.js";

/** Connections that may be open to the platform at one time. */
const CONNECTIONS = 16;

/**
 * Opens the connections of one client. They are kept alive between calls; idle ones are unreferenced by undici,
 * so they do not keep the process alive.
 *
 * @throws EarshotError ERR_OPTION where the base URL is reached through a proxy that is not an HTTP proxy
 */
export async function openDispatcher(settings: ToolsetSettings): Promise<Dispatcher> {
  // Loaded at the first call, not at import: undici is the heaviest thing here.
  const { Agent, ProxyAgent } = await import("undici");
  const options = {
    connections: CONNECTIONS,
    // The deadlines are ours, by our clock. Only a connect that never ends needs undici's own limit: an aborted
    // call leaves its socket connecting.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: settings.tryTimeoutMs },
  };
  const proxy = proxyFor(new URL(settings.baseUrl), settings.environment);
  return proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: proxy.href });
}
