import { EarshotError, RejectedError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { MaybePromise } from "../../base/maybe-promise.js";
import type { Delivery } from "../../model/delivery.js";
import type { PlatformAccess } from "../../model/platform.js";
import type { Route } from "../../model/route.js";
import type { Answer, Source } from "../../model/source.js";
import type { ListenerSettings, WebhookSettings } from "../../settings/index.js";
import { createDoor, type Door, type DoorOptions } from "./server.js";
import { guardedSource } from "../../verify/guard.js";
import { composio } from "../../verify/index.js";
import { urlToRegister } from "../../lifecycle/own-url.js";

/** What {@link FrontDoor} takes. */
export interface FrontDoorOptions {
  readonly settings: ListenerSettings;
  readonly webhook: WebhookSettings;
  readonly platform: PlatformAccess | undefined;
  readonly send: (report: ListenerEvent) => void;
  readonly ready: DoorOptions["ready"];
  /** Resolves when no callback runs any more. */
  readonly idle: () => Promise<void>;
  /** The path of what comes in. */
  readonly receive: (delivery: Delivery, route: Route) => MaybePromise<Answer>;
}

/** Answered on the platform's path until its secret is known: the platform tries again. */
const notYet: Answer = { status: 503, headers: { "retry-after": "1" } };

/** Senders that prove an address first do so with GET or HEAD. */
const METHODS_WITH_HANDSHAKE = ["POST", "GET", "HEAD"];

/** The door, with a source behind each of its paths: those that were configured, and the platform's own. */
export class FrontDoor {
  readonly door: Door;
  readonly #options: FrontDoorOptions;
  /** By path. The platform's own is `undefined` until its secret is known. */
  readonly #routes = new Map<string, Route | undefined>();
  #url: string | undefined;

  /** A secret that is missing is an error of `open()`: until then, senders are told to try again. */
  constructor(options: FrontDoorOptions) {
    const { settings, webhook, send, ready, idle } = options;
    this.#options = options;
    for (const [path, route] of webhook.routes) {
      this.#routes.set(path, postOnly({ ...route, source: guardedSource(route.source) }));
    }
    if (this.#takesPlatform()) {
      if (this.#routes.has(webhook.path)) {
        throw new EarshotError(
          "ERR_OPTION",
          `The platform's own webhooks come to ${webhook.path}, and a route is there too: give it another path, or them (\`webhook.path\`).`,
        );
      }
      this.#routes.set(webhook.path, routeOf(this.#configured()));
    }
    this.door = createDoor({
      routes: new Map([...this.#routes].map(([path, route]) => [path, doorRoute(route)])),
      receive: this.#receive,
      send,
      ready,
      idle,
      clock: settings.clock,
      limits: webhook,
      trustProxy: webhook.trustedProxies,
      ...(webhook.tls === undefined ? {} : { tls: webhook.tls }),
    });
  }

  /** Where our own server listens; `undefined` without one. */
  get url(): string | undefined {
    return this.#url;
  }

  /**
   * Opens our own server, where a port was given, and settles with the platform where its webhooks go and what
   * they are signed with.
   *
   * @throws EarshotError ERR_SECRET_MISSING where no secret can be known, ERR_OPTION where its variable is empty
   */
  async open(signal: AbortSignal): Promise<void> {
    const { webhook, platform } = this.#options;
    this.#checkSecret();
    let port: number | undefined;
    if (webhook.port !== undefined) {
      const opened = await this.door.listen(webhook.port, webhook.host);
      port = opened.port;
      this.#url = opened.url;
    }
    if (platform === undefined || !this.#routes.has(webhook.path)) return;
    const secret = await this.#settleWith(platform, port, signal);
    if (this.#routes.get(webhook.path) !== undefined) return;
    if (secret === undefined) {
      throw new EarshotError(
        "ERR_SECRET_MISSING",
        `The door has no secret for ${webhook.path}, and the platform at ${platform.baseUrl} names none.`,
      );
    }
    const { toleranceMs } = webhook;
    this.#routes.set(webhook.path, routeOf(composio({ secrets: [secret], toleranceMs })));
  }

  /** Takes nothing more; what is in flight is answered, for `graceMs` at most. */
  close(graceMs: number): Promise<void> {
    return this.door.close(graceMs);
  }

  /** A door with routes of its own and nothing said of the platform does not take the platform's webhooks. */
  #takesPlatform(): boolean {
    const { platform, webhook } = this.#options;
    if (webhook.secrets.length > 0 || webhook.unsigned || platform !== undefined) return true;
    return webhook.routes.size === 0;
  }

  /** Throws where the platform's path has no secret, and nobody to ask for it. */
  #checkSecret(): void {
    const { platform, webhook, settings } = this.#options;
    if (!this.#routes.has(webhook.path) || this.#routes.get(webhook.path) !== undefined) return;
    const empty = settings.environment.faults?.webhookSecret;
    if (empty !== undefined) throw empty;
    if (platform !== undefined) return;
    throw new EarshotError(
      "ERR_SECRET_MISSING",
      `The door has no secret for ${webhook.path}, and no toolset to ask for it.`,
    );
  }

  /** The platform's source, where its secret is known without asking. */
  #configured(): Source | undefined {
    const { webhook, settings } = this.#options;
    const { toleranceMs, unsigned, secrets } = webhook;
    if (unsigned) return composio({ unsigned: true });
    if (secrets.length > 0) return composio({ secrets, toleranceMs });
    const { webhookSecret } = settings.environment;
    return webhookSecret === undefined ? undefined : composio({ secrets: [webhookSecret], toleranceMs });
  }

  readonly #receive = (delivery: Delivery, path: string): MaybePromise<Answer> => {
    const route = this.#routes.get(path);
    return route === undefined ? notYet : this.#options.receive(delivery, route);
  };

  /** @returns the secret that the platform signs with, where it was asked */
  async #settleWith(
    platform: PlatformAccess,
    port: number | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { webhook, send } = this.#options;
    const { path, publicUrl, tls } = webhook;
    const door = port === undefined ? undefined : { port, path, tls: tls !== undefined };
    const url = urlToRegister(platform, publicUrl, door);
    if (url === undefined) {
      const known = this.#routes.get(path) !== undefined;
      return known ? undefined : (await platform.webhook.current(signal)).secret;
    }
    const { secret, replaced } = await platform.webhook.register(url, signal);
    send({ type: "webhook.registered", url, replaced: replaced === url ? undefined : replaced });
    return secret;
  }
}

function routeOf(source: Source | undefined): Route | undefined {
  if (source === undefined) return undefined;
  return {
    source,
    schema: undefined,
    onInvalid: "dead-letter",
    dedupe: undefined,
    respond: undefined,
    maxBodyBytes: undefined,
    maxInFlight: undefined,
  };
}

/** GET and HEAD are let in for handshakes alone: whatever else comes that way is no event, signed or not. */
function postOnly(route: Route): Route {
  const { source } = route;
  if (source.handshake === undefined) return route;
  return {
    ...route,
    source: {
      ...source,
      handshake: (delivery, nowMs) => source.handshake?.(delivery, nowMs),
      verify(delivery, nowMs) {
        const method = delivery.http?.method;
        if (method === "POST") return source.verify(delivery, nowMs);
        throw new RejectedError(
          "ERR_METHOD",
          400,
          `This ${method} is no set-up request of ${source.provider}.`,
        );
      },
    },
  };
}

function doorRoute(route: Route | undefined) {
  return {
    ...(route?.maxBodyBytes === undefined ? {} : { maxBodyBytes: route.maxBodyBytes }),
    ...(route?.maxInFlight === undefined ? {} : { maxInFlight: route.maxInFlight }),
    ...(route?.source.credentialHeaders === undefined
      ? {}
      : { credentialHeaders: route.source.credentialHeaders }),
    ...(route?.source.handshake === undefined ? {} : { methods: METHODS_WITH_HANDSHAKE }),
  };
}
