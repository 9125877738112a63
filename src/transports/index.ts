import { EarshotError } from "../base/errors.js";
import { PollTransport, type PollTransportOptions } from "./poll/transport.js";
import type { OnListed } from "./senders/listed-delivery.js";
import type { Transport } from "./transport.js";
import type { WebhookServer } from "./webhook/server.js";
import { WebhookTransport, type WebhookTransportOptions } from "./webhook/transport.js";
import { WebSocketTransport, type WebSocketTransportOptions } from "./websocket/transport.js";

/** What the transports work with. */
export interface TransportsOptions
  extends Omit<WebhookTransportOptions, "webhook" | "receive" | "onListed" | "inbox">,
    Omit<WebSocketTransportOptions, "platform" | "onDelivery" | "onBackfill">,
    Omit<PollTransportOptions, "poll" | "onListed" | "settings" | "inbox"> {
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
  return {
    webhook: webhookOf(options),
    websocket: webSocketOf(options),
    poll: pollOf(options),
  } satisfies Record<string, Transport | undefined>;
}

function webhookOf(options: TransportsOptions): WebhookTransport | undefined {
  const { webhook } = options.settings;
  const { webhook: receive, listed: onListed } = options.receiver;
  return webhook === undefined ? undefined : new WebhookTransport({ ...options, webhook, receive, onListed });
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
  if (!settings.websocket && (settings.webhook ?? settings.poll) !== undefined) return undefined;
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
    await Promise.all(this.#all.map((transport) => transport.start(this.#ending.signal)));
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
