import type { Duplex } from "node:stream";
import { ProxyError } from "./disconnect.js";

/** Where the tunnel leads. */
export interface TunnelTarget {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken through it. */
  readonly secure: boolean;
}

/**
 * Opens a way through an HTTP proxy (CONNECT; RFC 9110, 9.3.6), with TLS inside where the target wants it.
 * User and password in the proxy's URL are sent as Basic credentials.
 *
 * @param signal ends the attempt and what it has opened
 * @param done called once: with the stream to speak on, or with what went wrong (a {@link ProxyError} where
 *   it was the proxy)
 */
export function openTunnel(
  proxy: URL,
  target: TunnelTarget,
  signal: AbortSignal,
  done: (error: Error | null, stream?: Duplex) => void,
): void {
  nodeModules().then((node) => tunnel(node, proxy, target, signal, done), done);
}

/** Asked for when they are needed: a runtime without them loads this file all the same. */
async function nodeModules() {
  const [http, https, net, tls] = await Promise.all([
    import("node:http"),
    import("node:https"),
    import("node:net"),
    import("node:tls"),
  ]);
  return { http, https, net, tls };
}

type NodeModules = Awaited<ReturnType<typeof nodeModules>>;

function tunnel(
  { http, https, net, tls }: NodeModules,
  proxy: URL,
  target: TunnelTarget,
  signal: AbortSignal,
  done: Parameters<typeof openTunnel>[3],
): void {
  const tlsOver = (socket: Duplex, host: string) =>
    tls.connect({ socket, servername: net.isIP(host) === 0 ? host : "" });
  const authority = `${net.isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const headers: Record<string, string> = { host: authority };
  if (proxy.username !== "" || proxy.password !== "") {
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    headers["proxy-authorization"] = `Basic ${Buffer.from(credentials).toString("base64")}`;
  }
  const { request } = proxy.protocol === "https:" ? https : http;
  const asking = request({
    host: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: proxy.port === "" ? (proxy.protocol === "https:" ? 443 : 80) : Number(proxy.port),
    method: "CONNECT",
    path: authority,
    headers,
    agent: false,
    signal,
  });
  asking.on("error", (error) => {
    done(new ProxyError(`The proxy ${proxy.host} could not be used: ${error.message}`, error));
  });
  asking.once("connect", (response, socket, head) => {
    if (response.statusCode !== 200) {
      socket.destroy();
      done(new ProxyError(`The proxy ${proxy.host} answered CONNECT with ${response.statusCode}.`));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    done(null, target.secure ? tlsOver(socket, target.host) : socket);
  });
  asking.end();
}
