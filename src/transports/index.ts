import { EarshotError } from "../base/errors.js";
import { chain } from "../base/maybe-promise.js";
import { McpTransport, type McpTransportOptions } from "./mcp/transport.js";
import { PollTransport, type PollTransportOptions } from "./poll/transport.js";
import type { OnListed } from "./senders/listed-delivery.js";
import type { Transport } from "./transport.js";
import type { WebhookServer } from "./webhook/server.js";
import { WebhookTransport, type WebhookTransportOptions } from "./webhook/transport.js";
import { WebSocketTransport, type WebSocketTransportOptions } from "./websocket/transport.js";

/** What the transports work with. */
export interface TransportsOptions
  extends Omit<WebhookTransportOptions, "webhook" | "receive" | "onListed" | "inbox" | "sources">,
    Omit<WebSocketTransportOptions, "platform" | "onDelivery" | "onBackfill">,
    Omit<PollTransportOptions, "poll" | "onListed" | "settings" | "inbox">,
    Omit<McpTransportOptions, "mcp" | "onListed" | "settings" | "inbox" | "sources"> {
  readonly sources: WebhookTransportOptions["sources"] & McpTransportOptions["sources"];
  /** Where each transport's deliveries enter the pipeline. */
  readonly receiver: {
    readonly webhook: WebhookTransportOptions["receive"];
    readonly webSocket: WebSocketTransportOptions["onDelivery"];
    readonly backfill: WebSocketTransportOptions["onBackfill"];
    readonly listed: OnListed;
  };
}

/** All transports, by their names in `listener.health()`; `undefined` where the listener's options have none. */
function transportsOf(options: TransportsOptions) {
  const mcp = mcpOf(options);
  return {
    webhook: webhookOf(options, mcp),
    websocket: webSocketOf(options),
    poll: pollOf(options),
    mcp,
  } satisfies Record<string, Transport | undefined>;
}

function webhookOf(options: TransportsOptions, mcp: McpTransport | undefined): WebhookTransport | undefined {
  const { webhook } = options.settings;
  const { webhook: received, listed: onListed } = options.receiver;
  if (webhook === undefined) return undefined;
  if (mcp === undefined) return new WebhookTransport({ ...options, webhook, receive: received, onListed });
  const routes = new Map([...webhook.routes, ...mcp.routes]);
  const receive: typeof received = (delivery, route) =>
    chain(received(delivery, route), (response) => {
      mcp.responded(delivery, response.status);
      return response;
    });
  return new WebhookTransport({ ...options, webhook: { ...webhook, routes }, receive, onListed });
}

function mcpOf(options: TransportsOptions): McpTransport | undefined {
  const { mcp } = options.settings;
  const { listed: onListed } = options.receiver;
  return mcp === undefined ? undefined : new McpTransport({ ...options, mcp, onListed });
}

function pollOf(options: TransportsOptions): PollTransport | undefined {
  const { poll } = options.settings;
  const { listed: onListed } = options.receiver;
  return poll === undefined ? undefined : new PollTransport({ ...options, poll, onListed });
}

/** @throws EarshotError ERR_NO_TRANSPORT */
function webSocketOf(options: TransportsOptions): WebSocketTransport | undefined {
  const { settings, platform, receiver } = options;
  if (settings.websocket && platform !== undefined) {
    const { webSocket: onDelivery, backfill: onBackfill } = receiver;
    return new WebSocketTransport({ ...options, platform, onDelivery, onBackfill });
  }
  if (!settings.websocket && (settings.webhook ?? settings.poll ?? settings.mcp) !== undefined)
    return undefined;
  const lack = platform === undefined ? "no toolset to connect with" : "the WebSocket switched off";
  const message = `The listener has ${lack}${settings.webhook === undefined ? " and no `webhook`" : ""}.`;
  throw new EarshotError("ERR_NO_TRANSPORT", message);
}

type ByName = ReturnType<typeof transportsOf>;
type HealthByName = { readonly [Name in keyof ByName]: NonNullable<ByName[Name]>["health"] | undefined };

/** The transports of a listener, started and stopped together. */
export class Transports {
  readonly #byName: ByName;
  readonly #all: readonly Transport[];
  readonly #ending = new AbortController();

  /** @throws EarshotError ERR_NO_TRANSPORT, ERR_OPTION */
  constructor(options: TransportsOptions) {
    this.#byName = transportsOf(options);
    this.#all = Object.values(this.#byName).filter((transport) => transport !== undefined);
  }

  /** @throws EarshotError ERR_NO_TRANSPORT where there is none */
  get webhookServer(): WebhookServer {
    const { webhook } = this.#byName;
    if (webhook !== undefined) return webhook.server;
    throw new EarshotError(
      "ERR_NO_TRANSPORT",
      "The listener has no webhook server to mount: create it with `webhook: { … }`.",
    );
  }

  get health(): HealthByName {
    const entries = Object.entries(this.#byName).map(([name, transport]) => [name, transport?.health]);
    return Object.fromEntries(entries) as HealthByName;
  }

  get areHealthy(): boolean {
    return this.#all.every(({ isHealthy }) => isHealthy);
  }

  /** When any of them last received an event that it skipped before the pipeline, epoch milliseconds. */
  get lastEventAt(): number {
    return Math.max(0, ...this.#all.map(({ lastEventAt = 0 }) => lastEventAt));
  }

  /** Resolves when events are received over every transport. */
  async start(): Promise<void> {
    const { mcp } = this.#byName;
    const others = this.#all.filter((transport) => transport !== mcp);
    await Promise.all(others.map((transport) => transport.start(this.#ending.signal)));
    // An MCP server challenges the webhook endpoint before it accepts a subscription.
    await mcp?.start(this.#ending.signal);
  }

  leave(): void {
    for (const transport of this.#all) transport.leave?.();
  }

  /** Ends receiving. Requests in flight get their responses, for `graceMs` milliseconds at most. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#all.map((transport) => transport.stop(graceMs)));
  }
}
