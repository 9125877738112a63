import type { Clock } from "../../base/clock.js";
import { RejectedError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { Delivery } from "../../model/delivery.js";
import type { Route } from "../../model/route.js";
import type { Source, VerifiedRequest, WebhookResponse } from "../../model/source.js";
import type { Verified } from "../../model/verified.js";
import { MCP_SUBSCRIPTION_ID } from "../../protocol/mcp-events.js";
import type { McpSettings } from "../../settings/mcp.js";
import type { Marks } from "../backfill/cursor.js";
import type { OnListed } from "../senders/listed-delivery.js";
import { McpCatalog } from "./catalog.js";
import { McpConnection } from "./connection.js";
import { Follower } from "./follower.js";
import type { McpServerHealth } from "./health.js";
import { followList } from "./list-follower.js";
import { type McpMessage, readMessage } from "./occurrence.js";
import { McpClientSubscription } from "./subscription.js";
import type { McpWebhookSubscription } from "./webhook.js";

/** What {@link McpClient} takes. */
export interface McpClientOptions {
  readonly server: McpSettings;
  readonly route: Route;
  readonly clock: Clock;
  readonly marks: Marks;
  readonly send: (event: ListenerEvent) => void;
  readonly onListed: OnListed;
  /** Verifies Standard Webhooks. */
  readonly signedBy: (secret: string, provider: string) => Source;
  readonly random: (() => number) | undefined;
}

/** How often a secret that does not fit is looked up in the inbox, where another process may have changed it. */
const LOOK_EVERY_MS = 1000;

/** The events of one MCP server. */
export class McpClient {
  readonly #options: McpClientOptions;
  readonly #ending = new AbortController();
  readonly #followers: readonly Follower[];
  readonly #catalog: McpCatalog;
  readonly #connection: McpConnection;
  #listing: Promise<void> | undefined;
  /** What is known of a delivery from its verification on. */
  readonly #deliveries = new WeakMap<
    Delivery,
    { readonly to: McpWebhookSubscription; readonly verified: Verified; readonly message: McpMessage }
  >();
  readonly #verifiers = new Map<string, Source>();
  readonly #lookedAt = new WeakMap<McpWebhookSubscription, number>();

  constructor(options: McpClientOptions) {
    const { server, clock, send, random } = options;
    this.#options = options;
    const connection = new McpConnection({ server, clock });
    const catalog = new McpCatalog(connection, this.#ending.signal);
    this.#catalog = catalog;
    this.#connection = connection;
    this.#followers = server.events.map((event) => {
      const subscription = new McpClientSubscription({ ...options, event });
      return new Follower({ server, subscription, connection, catalog, clock, send, random });
    });
  }

  get health(): McpServerHealth {
    const { url, provider } = this.#options.server;
    return { url, provider, subscriptions: this.#followers.map(({ health }) => health) };
  }

  get isHealthy(): boolean {
    return this.#followers.every(({ isHealthy }) => isHealthy);
  }

  /** @throws EarshotError ERR_MCP */
  async start(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.start()));
    const { clock, random } = this.#options;
    this.#listing = followList({
      ...{ connection: this.#connection, catalog: this.#catalog, clock, random },
      signal: this.#ending.signal,
      changed: () => {
        this.#catalog.forget();
        for (const follower of this.#followers) follower.listChanged();
      },
    });
  }

  /** @param leaves whether subscriptions at the server end with this process */
  async stop(leaves: boolean): Promise<void> {
    const stopped = this.#followers.map((follower) => follower.stop(leaves));
    this.#ending.abort();
    await Promise.all([...stopped, this.#listing]);
  }

  /** Echoes the challenge of a server that this process is subscribing at. @throws RejectedError */
  async handshake(delivery: Delivery, nowMs: number): Promise<WebhookResponse | undefined> {
    const { message } = await this.#identify(delivery, nowMs);
    if (message.control?.type !== "verification") return undefined;
    const body = JSON.stringify({ challenge: message.control.challenge });
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }

  /** @throws RejectedError */
  async verify(delivery: Delivery, nowMs: number): Promise<Verified> {
    return (await this.#identify(delivery, nowMs)).verified;
  }

  /** The event of a delivery; none for a message about the subscription. @throws TypeError */
  read({ body, request }: Pick<VerifiedRequest, "body" | "request">) {
    if (typeof (body as { type?: unknown } | null)?.type === "string") return [];
    const id = request?.headers[MCP_SUBSCRIPTION_ID];
    const to = this.#webhooks().find((one) => one.id === id);
    if (to === undefined) throw new TypeError("the subscription has ended meanwhile");
    return [to.subscription.eventOf(body)];
  }

  /** The delivery has its response: what it says beside the event is true now. */
  responded(delivery: Delivery, status: number): void {
    const known = this.#deliveries.get(delivery);
    if (known === undefined || status < 200 || status > 299) return;
    const { to, message } = known;
    switch (message.control?.type) {
      case undefined:
        to.acknowledged(message.cursor);
        return;
      case "gap":
        to.gap();
        return;
      case "terminated":
        to.terminated((message.control as { error: unknown }).error);
    }
  }

  #webhooks(): readonly McpWebhookSubscription[] {
    return this.#followers.flatMap(({ webhook }) => webhook ?? []);
  }

  /** Whose delivery it is, by the signature: the bytes are parsed afterwards. @throws RejectedError */
  async #identify(delivery: Delivery, nowMs: number) {
    const known = this.#deliveries.get(delivery);
    if (known !== undefined) return known;
    const id = delivery.http?.header(MCP_SUBSCRIPTION_ID);
    if (typeof id !== "string" || id === "") {
      throw new RejectedError("ERR_SIGNATURE_MISSING", 401, `There is no single ${MCP_SUBSCRIPTION_ID}.`);
    }
    const webhooks = this.#webhooks();
    const named = webhooks.find((one) => one.id === id);
    const { to, verified } =
      named === undefined
        ? await this.#claim(webhooks, id, delivery, nowMs)
        : { to: named, verified: await this.#verifyFor(named, delivery, nowMs) };
    const { body } = delivery;
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    const found = { to, verified, message: readMessage(text) };
    this.#deliveries.set(delivery, found);
    return found;
  }

  /** An id that is not known yet belongs to the subscription whose secret has signed the delivery. */
  async #claim(webhooks: readonly McpWebhookSubscription[], id: string, delivery: Delivery, nowMs: number) {
    const unnamed = webhooks.filter((one) => one.id === undefined);
    for (const to of unnamed) {
      if (to.secret === undefined) continue;
      const verified = await this.#signedBy(to.secret, delivery, nowMs).catch(() => undefined);
      if (verified === undefined || to.id !== undefined) continue;
      to.id = id;
      return { to, verified };
    }
    // The response to `events/subscribe` names it in a moment.
    if (unnamed.length > 0 || this.#followers.some(({ health }) => health.state === "connecting")) {
      throw new RejectedError("ERR_LISTENER_STATE", 503, "The subscription is not known yet.");
    }
    throw new RejectedError("ERR_SIGNATURE_WRONG", 401, "There is no subscription of this id.");
  }

  async #verifyFor(to: McpWebhookSubscription, delivery: Delivery, nowMs: number): Promise<Verified> {
    const { secret } = to;
    if (secret === undefined) {
      throw new RejectedError("ERR_LISTENER_STATE", 503, "The subscription is being renewed.");
    }
    try {
      return await this.#signedBy(secret, delivery, nowMs);
    } catch (thrown) {
      const other = await this.#changedSecret(to);
      if (other === undefined) throw thrown;
      return await this.#signedBy(other, delivery, nowMs);
    }
  }

  /** The secret that another process on the inbox has subscribed with since. */
  async #changedSecret(to: McpWebhookSubscription): Promise<string | undefined> {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - (this.#lookedAt.get(to) ?? Number.NEGATIVE_INFINITY) < LOOK_EVERY_MS) return undefined;
    this.#lookedAt.set(to, nowMs);
    const { secret } = (await to.subscription.place.load()) ?? {};
    if (secret === undefined || secret === to.secret) return undefined;
    to.secret = secret;
    return secret;
  }

  async #signedBy(secret: string, delivery: Delivery, nowMs: number): Promise<Verified> {
    let source = this.#verifiers.get(secret);
    if (source === undefined) {
      source = this.#options.signedBy(secret, this.#options.server.provider);
      // Secrets change with each subscription.
      if (this.#verifiers.size > 2 * this.#followers.length) this.#verifiers.clear();
      this.#verifiers.set(secret, source);
    }
    return await source.verify(delivery, nowMs);
  }
}
