import { EarshotError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { isLoopbackUrl } from "../../base/loopback.js";
import { chain, type MaybePromise } from "../../base/maybe-promise.js";
import type { Delivery } from "../../model/delivery.js";
import type { PlatformAccess } from "../../model/platform.js";
import type { Route } from "../../model/route.js";
import type { Source, WebhookResponse } from "../../model/source.js";
import type { ListenerSettings, WebhookSettings } from "../../settings/index.js";
import { RouteBackfill, type RouteBackfillOptions } from "../backfill/route-backfill.js";
import type { OnListed } from "../senders/listed-delivery.js";
import type { Transport } from "../transport.js";
import { EndpointTable, type WebhookEndpoint } from "./endpoints.js";
import { EventLoopWatch } from "./event-loop-watch.js";
import { MetricsServer } from "./metrics-server.js";
import { createWebhookServer, type WebhookServer } from "./server.js";
import type { WebhookServerOptions } from "./server-core.js";

/** What {@link WebhookTransport} takes. */
export interface WebhookTransportOptions {
  readonly settings: ListenerSettings;
  readonly webhook: WebhookSettings;
  readonly platform: PlatformAccess | undefined;
  readonly send: (event: ListenerEvent) => void;
  readonly ready: WebhookServerOptions["ready"];
  /** The events about the setup that callbacks want: the subscription is to have them. */
  readonly setupEvents: () => readonly string[];
  /** What `/metrics` responds, if the options ask for it. Default: nothing can. */
  readonly metrics?: WebhookServerOptions["metrics"];
  /** Resolves when no callback is running. */
  readonly idle: () => Promise<void>;
  /** Receives a complete delivery. */
  readonly receive: (delivery: Delivery, route: Route) => MaybePromise<WebhookResponse>;
  /** Receives an event from a sender's list. */
  readonly onListed: OnListed;
  /** Holds the cursors of those lists, if it is durable. */
  readonly inbox: RouteBackfillOptions["inbox"];
  readonly sources: {
    /** The same source, with the results of its functions checked. */
    readonly guarded: (source: Source) => Source;
    /** The source of the platform's own webhooks. */
    readonly platform: (
      options:
        | { readonly secrets: readonly string[]; readonly toleranceMs: number }
        | { readonly unsigned: true },
    ) => Source;
  };
}

export interface WebhookHealth {
  readonly url: string | undefined;
  readonly inFlight: number;
  /** The port of `webhook.metrics`, where it has its own. */
  readonly metricsPort?: number | undefined;
}

/** The response on the platform's path until its secret is known: the platform tries again. */
const notYet: WebhookResponse = { status: 503, headers: { "retry-after": "1" } };

/** Statuses of a delivery that was not received, though its sender did nothing wrong. */
const UNRECEIVED: ReadonlySet<number> = new Set([408, 500, 503]);

/** Receives webhooks: at the paths of the configured routes, and at the platform's own path. */
export class WebhookTransport implements Transport {
  readonly server: WebhookServer;
  readonly isHealthy = true;
  readonly #options: WebhookTransportOptions;
  readonly #loop: EventLoopWatch;
  readonly #metricsServer: MetricsServer | undefined;
  #metricsPort: number | undefined;
  /** Of the routes whose senders list their events, by path. */
  readonly #backfills = new Map<string, RouteBackfill>();
  /** Absent where the platform's own webhooks are not received. */
  readonly #platformEndpoint: WebhookEndpoint | undefined;
  #url: string | undefined;

  /**
   * A missing secret is an error of `start()`: until then, senders are asked to try again.
   *
   * @throws EarshotError ERR_OPTION
   */
  constructor(options: WebhookTransportOptions) {
    const { settings, webhook, send, ready, idle, sources, metrics } = options;
    this.#options = options;
    if (webhook.metrics && metrics === undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        "`webhook.metrics` serves the metrics of `monitors: prometheus({ registry })`, which this listener does not have.",
      );
    }
    if (typeof webhook.metrics === "object" && metrics !== undefined)
      this.#metricsServer = new MetricsServer(metrics);
    this.#loop = new EventLoopWatch(settings.clock, webhook.stuckAfterMs);
    const endpoints = new EndpointTable(webhook.maxBodyBytes);
    for (const [path, route] of webhook.routes) {
      const guarded = { ...route, source: sources.guarded(route.source) };
      endpoints.addRoute(path, guarded);
      const { backfill: log } = route;
      if (log === undefined) continue;
      const { inbox, onListed } = options;
      const { clock } = settings;
      this.#backfills.set(
        path,
        new RouteBackfill({ path, route: guarded, log, clock, inbox, send, onListed }),
      );
    }
    if (this.#receivesFromPlatform()) {
      if (webhook.routes.has(webhook.path)) {
        throw new EarshotError(
          "ERR_OPTION",
          `The platform's own webhooks come to ${webhook.path}, and a route is there too: change either path (\`webhook.path\` is the platform's).`,
        );
      }
      const source = this.#configuredSource();
      this.#platformEndpoint =
        source === undefined
          ? endpoints.add(webhook.path)
          : endpoints.addRoute(webhook.path, routeOf(source));
    }
    this.server = createWebhookServer({
      endpoints,
      receive: this.#receive,
      send: this.#backfills.size === 0 ? send : this.#noted,
      ready,
      // Behind a handler that is mounted, the application has its own probes, and a runtime may allow no timer.
      ...(webhook.port === undefined ? {} : { loop: () => this.#loop.read() }),
      metrics: webhook.metrics === true ? metrics : undefined,
      idle,
      clock: settings.clock,
      limits: webhook,
      trustProxy: webhook.trustedProxies,
      ...(webhook.tls === undefined ? {} : { tls: webhook.tls }),
    });
  }

  get health(): WebhookHealth {
    return { url: this.#url, inFlight: this.server.inFlight(), metricsPort: this.#metricsPort };
  }

  /**
   * Opens the listener's own server, if a port is configured, and registers its URL with the platform.
   *
   * @throws EarshotError ERR_SECRET_MISSING where no secret is known, ERR_OPTION where its variable is empty
   */
  async start(signal: AbortSignal): Promise<void> {
    const { webhook, platform, sources } = this.#options;
    const endpoint = this.#platformEndpoint;
    this.#checkSecret();
    if (typeof webhook.metrics === "object") {
      this.#metricsPort = await this.#metricsServer?.start(webhook.metrics.port, webhook.metrics.host);
    }
    let port: number | undefined;
    if (webhook.port !== undefined) {
      const opened = await this.server.listen(webhook.port, webhook.host);
      port = opened.port;
      this.#url = opened.url;
      // `stop()` was called meanwhile, and calls nothing here again.
      if (signal.aborted) return;
      this.#loop.start();
    }
    await Promise.all([...this.#backfills.values()].map((backfill) => backfill.start()));
    if (platform === undefined || endpoint === undefined) return;
    const secret = await this.#platformSecret(platform, endpoint, port, signal);
    if (endpoint.route !== undefined) return;
    if (secret === undefined) {
      throw new EarshotError(
        "ERR_SECRET_MISSING",
        `There is no secret for ${webhook.path}, and the platform at ${platform.baseUrl} returns none.`,
      );
    }
    const { toleranceMs } = webhook;
    endpoint.route = routeOf(sources.platform({ secrets: [secret], toleranceMs }));
  }

  leave(): void {
    this.server.leave();
  }

  /** Accepts no further requests. Those in flight get their responses, for `graceMs` milliseconds at most. */
  async stop(graceMs: number): Promise<void> {
    this.#loop.stop();
    // First, so that the cursors stand before the time at which the server closes.
    await Promise.all([...this.#backfills.values()].map((backfill) => backfill.stop()));
    await Promise.all([this.server.close(graceMs), this.#metricsServer?.stop()]);
  }

  readonly #receive = (delivery: Delivery, endpoint: WebhookEndpoint): MaybePromise<WebhookResponse> => {
    const route = delivery.http?.method === "POST" ? endpoint.route : endpoint.handshakeRoute;
    if (route === undefined) return notYet;
    const response = this.#options.receive(delivery, route);
    const backfill = this.#backfills.size === 0 ? undefined : this.#backfills.get(endpoint.pattern);
    if (backfill === undefined) return response;
    return chain(response, (made) => {
      if (made.status === 503) backfill.missed();
      return made;
    });
  };

  /** Too many requests in flight, too slow a body: a delivery was rejected before it was received. */
  readonly #noted = (event: ListenerEvent): void => {
    if (event.type === "delivery.rejected" && event.route !== undefined && UNRECEIVED.has(event.status)) {
      this.#backfills.get(event.route)?.missed();
    }
    this.#options.send(event);
  };

  /** With routes, and without any option or toolset of the platform, its webhooks are not received. */
  #receivesFromPlatform(): boolean {
    const { platform, webhook } = this.#options;
    if (webhook.secrets.length > 0 || webhook.unsigned || platform !== undefined) return true;
    return webhook.routes.size === 0;
  }

  /** Throws where the platform's path has no secret, and no toolset can request it. */
  #checkSecret(): void {
    const { platform, webhook, settings } = this.#options;
    if (this.#platformEndpoint === undefined || this.#platformEndpoint.route !== undefined) return;
    const empty = settings.environment.faults?.webhookSecret;
    if (empty !== undefined) throw empty;
    if (platform !== undefined) return;
    throw new EarshotError(
      "ERR_SECRET_MISSING",
      `There is no secret for ${webhook.path}, and no toolset to request it with.`,
    );
  }

  /** The platform's source, if its secret is known without a request. */
  #configuredSource(): Source | undefined {
    const { webhook, settings, sources } = this.#options;
    const { toleranceMs, unsigned, secrets } = webhook;
    if (unsigned) return sources.platform({ unsigned: true });
    if (secrets.length > 0) return sources.platform({ secrets, toleranceMs });
    const { webhookSecret } = settings.environment;
    return webhookSecret === undefined
      ? undefined
      : sources.platform({ secrets: [webhookSecret], toleranceMs });
  }

  /** Registers the URL with the platform. @returns the secret that the platform signs with, if it was requested */
  async #platformSecret(
    platform: PlatformAccess,
    endpoint: WebhookEndpoint,
    port: number | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const url = this.#urlToRegister(platform, port);
    if (url === undefined) {
      return endpoint.route === undefined ? (await platform.webhook.current(signal)).secret : undefined;
    }
    const { secret, replaced } = await platform.webhook.register(url, this.#options.setupEvents(), signal);
    this.#options.send({
      type: "webhook.registered",
      url,
      replaced: replaced === url ? undefined : replaced,
    });
    return secret;
  }

  /** A platform on this machine reaches the server at its own address. Any other needs the user's public URL. */
  #urlToRegister(platform: PlatformAccess, port: number | undefined): string | undefined {
    const { path, publicUrl, tls } = this.#options.webhook;
    if (publicUrl !== undefined) return publicUrl;
    if (port === undefined || !isLoopbackUrl(platform.baseUrl)) return undefined;
    return `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}${path}`;
  }
}

/** The route of a source that has no route options. */
export function routeOf(source: Source): Route {
  return {
    source,
    schema: undefined,
    onInvalid: "dead-letter",
    dedupe: undefined,
    respond: undefined,
    parse: undefined,
    backfill: undefined,
    maxBodyBytes: undefined,
    maxInFlight: undefined,
  };
}
