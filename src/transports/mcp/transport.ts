import { RejectedError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { Inbox } from "../../inbox/contract.js";
import type { Delivery } from "../../model/delivery.js";
import type { Route } from "../../model/route.js";
import type { Source } from "../../model/source.js";
import type { ListenerSettings } from "../../settings/index.js";
import type { McpSettings } from "../../settings/mcp.js";
import type { OnListed } from "../senders/listed-delivery.js";
import type { Transport } from "../transport.js";
import { routeOf } from "../webhook/transport.js";
import type { McpClient, McpClientOptions } from "./client.js";
import type { McpHealth } from "./health.js";

/** What {@link McpTransport} takes. */
export interface McpTransportOptions {
  readonly settings: Pick<ListenerSettings, "clock" | "webhook">;
  readonly mcp: readonly McpSettings[];
  /** Holds the cursors and the secrets. */
  readonly inbox: Pick<Inbox, "durable" | "readMetadata" | "writeMetadata">;
  readonly send: (event: ListenerEvent) => void;
  readonly onListed: OnListed;
  readonly sources: { readonly signed: McpClientOptions["signedBy"] };
  readonly random?: (() => number) | undefined;
}

/** The largest delivery that the extension allows, bytes. */
const MOST_BODY_BYTES = 256 * 1024;

/** One server, and its client once that is loaded. */
interface Server {
  readonly settings: McpSettings;
  readonly route: Route;
  client: McpClient | undefined;
}

/** Receives the events of MCP servers: by webhook, by an open response, or by polls. The client is loaded at the start. */
export class McpTransport implements Transport {
  /** The webhook endpoints, by path. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly #options: McpTransportOptions;
  readonly #servers: readonly Server[];
  readonly #background = new Set<Promise<void>>();

  constructor(options: McpTransportOptions) {
    this.#options = options;
    this.#servers = options.mcp.map((settings) => {
      const server: Server = {
        settings,
        route: { ...routeOf(sourceOf(settings, () => server.client)), maxBodyBytes: MOST_BODY_BYTES },
        client: undefined,
      };
      return server;
    });
    this.routes = new Map(
      this.#servers.flatMap(({ settings: { path }, route }) => (path === undefined ? [] : [[path, route]])),
    );
  }

  get health(): McpHealth {
    return {
      servers: this.#servers.map(({ settings: { url, provider, events }, client }) => {
        if (client !== undefined) return client.health;
        const subscriptions = events.map(
          ({ name }) => ({ event: name, mode: undefined, state: "connecting" }) as const,
        );
        return { url, provider, subscriptions };
      }),
    };
  }

  get isHealthy(): boolean {
    return this.#servers.every(({ client }) => client?.isHealthy !== false);
  }

  /**
   * Resolves when each subscription is active, or has failed in a way that may pass. Behind a mounted handler, webhooks
   * are not waited for: they cannot come before the listener has started.
   *
   * @throws EarshotError ERR_MCP; the inbox's error
   */
  async start(signal: AbortSignal): Promise<void> {
    const { McpClient: Client } = await import("./client.js");
    if (signal.aborted) return;
    const { settings, inbox: marks, send, onListed, sources, random } = this.#options;
    const { clock, webhook } = settings;
    const signedBy = sources.signed;
    const starts = this.#servers.map(async (server) => {
      const { settings: own, route } = server;
      const client = new Client({
        ...{ server: own, route, clock, marks, send, onListed, signedBy, random },
      });
      server.client = client;
      const started = client.start();
      if (own.webhookUrl === undefined || webhook?.port !== undefined) return await started;
      const reported = started.catch((error) => send({ type: "warning", error }));
      this.#background.add(reported);
    });
    await Promise.all(starts);
  }

  async stop(): Promise<void> {
    // A durable inbox knows them when the next process starts; another process may have them too.
    const leaves = !this.#options.inbox.durable;
    await Promise.all(this.#servers.map(({ client }) => client?.stop(leaves)));
    await Promise.all(this.#background);
  }

  /** The webhook server has made the response to a delivery. */
  responded(delivery: Delivery, status: number): void {
    for (const { client } of this.#servers) client?.responded(delivery, status);
  }
}

/** The source of a server's webhooks. */
function sourceOf({ provider }: McpSettings, client: () => McpClient | undefined): Source {
  const started = () => {
    const known = client();
    if (known !== undefined) return known;
    throw new RejectedError("ERR_LISTENER_STATE", 503, "The listener has not subscribed yet.");
  };
  return {
    provider,
    toleranceMs: 300_000,
    credentialHeaders: ["webhook-signature"],
    acknowledgement: { status: 204 },
    // A challenge comes by POST.
    handshakeMethods: [],
    handshake: (delivery, nowMs) => started().handshake(delivery, nowMs),
    verify: (delivery, nowMs) => started().verify(delivery, nowMs),
    read: (request) => started().read(request),
  };
}
