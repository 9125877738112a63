import { EarshotError } from "../../base/errors.js";
import { Connections } from "./connections.js";
import { type FetchHandler, fetchHandler } from "./fetch-handler.js";
import { mountedHandler, type NodeHandler, serverHandler } from "./node-handler.js";
import { type OpenServer, openServer } from "./node-server.js";
import { ServerCore, type WebhookServerOptions } from "./server-core.js";

/** The HTTP part of the webhook transport. It has limits and raw bytes, and nothing of signatures or events. */
export interface WebhookServer {
  /**
   * Opens a server of `node:http`.
   *
   * @param port 0 uses any free port
   * @param host default: all interfaces
   * @throws EarshotError ERR_PORT_IN_USE, ERR_OPTION, ERR_LISTENER_STATE
   */
  listen(port: number, host: string | undefined): Promise<{ readonly url: string; readonly port: number }>;
  /** A handler to mount in an existing server. */
  nodeHandler(): NodeHandler;
  fetchHandler(): FetchHandler;
  /** Accepts deliveries, and ends each connection with its response: the sender's next one goes to another process. */
  leave(): void;
  /**
   * Accepts no further requests and waits until those in flight have their responses, at most `graceMs`
   * milliseconds. Then it ends the rest. May be called again.
   */
  close(graceMs: number): Promise<void>;
  /** Requests whose body is arriving, or whose response is pending. */
  inFlight(): number;
}

/**
 * Creates a webhook server; nothing is opened yet. It rejects bad requests with a short JSON body and sends
 * `delivery.rejected`. `receive` gets only complete bodies.
 */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const core = new ServerCore(options);
  const connections = new Connections(options.clock, options.limits.bodyTimeoutMs);
  let opening: Promise<OpenServer> | undefined;
  let closed: Promise<void> | undefined;

  async function close(graceMs: number): Promise<void> {
    core.admission.closing = true;
    // `listen()` has already rejected with the error of a server that could not be opened.
    const server = await opening?.catch(() => undefined);
    const gone = server?.stop();
    const allDone = (async () => {
      while (core.admission.inFlight > 0) await core.admission.idle();
      await gone;
    })();
    await atMost(allDone, graceMs);
    core.admission.endAllReading();
    connections.finish();
    server?.destroy();
    await gone;
    if (server !== undefined) options.send({ type: "webhook.closed" });
  }

  function atMost(done: Promise<void>, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = options.clock.after(limitMs, resolve);
      done.finally(() => {
        timer.clear();
        resolve();
      });
    });
  }

  return {
    async listen(port, host) {
      if (closed !== undefined)
        throw new EarshotError("ERR_LISTENER_STATE", "The webhook server has been closed.");
      if (opening !== undefined)
        throw new EarshotError("ERR_LISTENER_STATE", "The webhook server is already open.");
      opening = openServer(core, connections, serverHandler(core, connections), port, host);
      try {
        const { url, port: bound } = await opening;
        options.send({ type: "webhook.listening", url });
        return { url, port: bound };
      } catch (thrown) {
        opening = undefined;
        throw thrown;
      }
    },
    nodeHandler: () => mountedHandler(core, connections),
    fetchHandler: () => fetchHandler(core),
    leave() {
      core.admission.leaving = true;
    },
    close(graceMs) {
      closed ??= close(graceMs);
      return closed;
    },
    inFlight: () => core.admission.inFlight,
  };
}
