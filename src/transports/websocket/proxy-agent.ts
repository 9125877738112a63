import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import type { AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";
import { messageOf } from "../../base/message-of.js";
import { ProxyError } from "./disconnect.js";

/**
 * Connects through an HTTP proxy (CONNECT; RFC 9110, 9.3.6), with TLS inside for `wss:`. Beyond `https-proxy-agent`,
 * it names the proxy's failures, and can end an attempt that the proxy does not answer.
 */
export class ProxyAgent extends HttpsProxyAgent<string> {
  readonly #abort: AbortController;
  #isConnected = false;

  constructor(proxy: URL) {
    const abort = new AbortController();
    super(proxy, { signal: abort.signal });
    this.#abort = abort;
  }

  /** Ends an attempt that is under way, and its connection to the proxy. */
  abort(): void {
    if (!this.#isConnected) this.#abort.abort();
  }

  override async connect(request: ClientRequest, options: AgentConnectOpts): Promise<Socket> {
    const { host } = this.proxy;
    let status = 0;
    request.once("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    const socket = await super.connect(request, options).catch((cause: unknown) => {
      throw new ProxyError(`The proxy ${host} could not be used: ${messageOf(cause)}`, { cause });
    });
    if (status === 200) {
      this.#isConnected = true;
      return socket;
    }
    socket.destroy();
    throw new ProxyError(`The proxy ${host} answered CONNECT with ${status}.`);
  }
}
