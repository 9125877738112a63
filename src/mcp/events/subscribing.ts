import type { Clock } from "../../base/clock.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { type EndpointUrl, endpointUrl } from "../delivery/endpoint-url.js";
import { secretKey } from "../delivery/signing.js";
import {
  type DeliveryProgress,
  isExpired,
  type McpSubscription,
  subscriptionId,
} from "../delivery/subscription.js";
import type { SubscriptionStore } from "../delivery/subscription-store.js";
import type { Terminations } from "../delivery/termination.js";
import type { EndpointVerification } from "../delivery/verification.js";
import type { McpPrincipal } from "../principal.js";
import type { Turns } from "../turns.js";
import { readCursor } from "./cursor.js";
import { McpRequestError } from "./errors.js";
import type { McpEventList } from "./event-list.js";
import type { InboxLog } from "./event-log.js";
import { type EventType, eventArguments } from "./event-type.js";

/** What subscribing works with. */
export interface SubscribingContext {
  readonly clock: Clock;
  readonly list: McpEventList;
  readonly log: InboxLog;
  readonly store: SubscriptionStore;
  readonly verification: EndpointVerification;
  readonly terminations: Terminations;
  /** The requests on each subscription run one after the other. */
  readonly turns: Turns;
  readonly allowLoopback: boolean;
  readonly durable: boolean;
  /** Subscriptions of one principal. */
  readonly maxSubscriptions: number;
  /** The live progress, where this process delivers. */
  readonly progressOf: (id: string) => DeliveryProgress | undefined;
  readonly changed: () => void;
  /** Ends the deliveries of this process. */
  readonly ended: (id: string) => Promise<void>;
}

const LEAST_TTL_MS = 60_000;
const DEFAULT_TTL_MS = 60 * 60_000;
const MOST_TTL_MS = 24 * 60 * 60_000;
/** For how long the secret before signs too. */
const ROTATION_MS = 60 * 60_000;

type Key = Pick<McpSubscription, "id" | "principal" | "url" | "name" | "args"> & { readonly type: EventType };

/** `events/subscribe` and `events/unsubscribe`. */
export class Subscribing {
  readonly #context: SubscribingContext;

  constructor(context: SubscribingContext) {
    this.#context = context;
  }

  /** @throws McpRequestError */
  async subscribe(params: JsonObject, principal: McpPrincipal | undefined): Promise<JsonObject> {
    const { clock, allowLoopback } = this.#context;
    const key = this.#key(params, principal);
    const delivery = params.delivery as JsonObject;
    if (delivery.mode !== "webhook") throw unsupported("delivery.mode", delivery.mode);
    if (!key.type.descriptor.delivery.includes("webhook")) throw unsupported("delivery", "webhook");
    const endpoint = endpointUrl(delivery.url, allowLoopback);
    const secret = delivery.secret as string;
    secretKey(secret);
    const expiresAt = this.#expiresAt(params.ttlMs);
    const cursor = readCursor(params.cursor);
    const maxAgeMs = optionalMs("maxAgeMs", params.maxAgeMs, 0);
    return await this.#context.turns.run(key.id, async () => {
      const known = await this.#context.store.find(key.id);
      if (known !== undefined && !isExpired(known, clock.now())) {
        return await this.#refresh({ ...known, principal: key.principal }, secret, expiresAt);
      }
      return await this.#begin(key, { endpoint, secret, expiresAt, cursor, maxAgeMs });
    });
  }

  /** What is not there counts as unsubscribed. @throws McpRequestError */
  async unsubscribe(params: JsonObject, principal: McpPrincipal | undefined): Promise<JsonObject> {
    const { id } = this.#key(params, principal);
    await this.#context.turns.run(id, async () => {
      if ((await this.#context.store.find(id)) === undefined) return;
      await this.#context.store.remove(id);
      this.#context.changed();
    });
    return {};
  }

  /** Ends a subscription whose time is over, unless it was refreshed a moment ago. */
  async expire(id: string): Promise<void> {
    await this.#end(id, (stored) => (isExpired(stored, this.#context.clock.now()) ? expired() : undefined));
  }

  /**
   * Ends some subscriptions for good: their endpoints are told why.
   *
   * @param reasonOf `undefined` for those that go on
   */
  async end(reasonOf: (subscription: McpSubscription) => McpRequestError | undefined): Promise<void> {
    const all = await this.#context.store.all();
    await Promise.all(
      all.filter((one) => reasonOf(one) !== undefined).map(({ id }) => this.#end(id, reasonOf)),
    );
  }

  async #end(
    id: string,
    reasonOf: (subscription: McpSubscription) => McpRequestError | undefined,
  ): Promise<void> {
    const { store, turns, terminations, ended } = this.#context;
    await turns.run(id, async () => {
      const stored = await store.find(id);
      const reason = stored === undefined ? undefined : reasonOf(stored);
      if (stored === undefined || reason === undefined) return;
      await store.remove(id);
      await ended(id);
      terminations.tell(stored, reason);
    });
  }

  #key(params: JsonObject, principal: McpPrincipal | undefined): Key {
    if (principal === undefined) {
      throw new McpRequestError(
        "Forbidden",
        "A webhook subscription belongs to someone: authenticate first.",
      );
    }
    const { list } = this.#context;
    const type = list.get(params.name);
    const args = eventArguments(type, params.arguments);
    if (!isJsonObject(params.delivery)) {
      throw new McpRequestError("InvalidParams", "`delivery` is an object.");
    }
    const { url } = params.delivery;
    if (typeof url !== "string") throw new McpRequestError("InvalidParams", "`delivery.url` is a string.");
    const { name } = type.descriptor;
    return { id: subscriptionId(principal.id, url, name, args), principal, url, name, args, type };
  }

  async #begin(
    { id, principal, url, name, args, type }: Key,
    given: {
      readonly endpoint: EndpointUrl;
      readonly secret: string;
      readonly expiresAt: number | null;
      readonly cursor: ReturnType<typeof readCursor>;
      readonly maxAgeMs: number | undefined;
    },
  ): Promise<JsonObject> {
    const { clock, log, store, verification, maxSubscriptions } = this.#context;
    const { secret, expiresAt, maxAgeMs } = given;
    const all = await store.all();
    const own = all.filter((each) => each.principal.id === principal.id && !isExpired(each, clock.now()));
    if (own.length >= maxSubscriptions) {
      const data = { limit: "subscriptions", max: maxSubscriptions };
      throw new McpRequestError("ResourceExhausted", `There are ${maxSubscriptions} subscriptions.`, data);
    }
    // Where nothing is asked for from before, what happens during the verification belongs to it.
    const { position, truncated } = await log.start(given.cursor);
    await verification.verify(given.endpoint, { id, principal: principal.id, secret });
    const nowMs = clock.now();
    await store.put({
      ...{ id, principal, url, name, args, secret, expiresAt },
      payloadSchema: type.descriptor.payloadSchema,
      generation: crypto.randomUUID(),
      start: position,
      notBefore: maxAgeMs === undefined || given.cursor === undefined ? undefined : nowMs - maxAgeMs,
      refreshedAt: nowMs,
    });
    this.#context.changed();
    return granted(id, expiresAt, log.cursor(position), truncated);
  }

  /** The cursor of the request does not matter: the subscription is alive, and misses nothing. */
  async #refresh(known: McpSubscription, secret: string, expiresAt: number | null): Promise<JsonObject> {
    const { clock, log, store, progressOf } = this.#context;
    const nowMs = clock.now();
    const rotated = { secret: known.secret, until: nowMs + ROTATION_MS };
    await store.put({
      ...known,
      secret,
      previous: known.secret === secret ? known.previous : rotated,
      expiresAt,
      refreshedAt: Math.max(nowMs, known.refreshedAt + 1),
    });
    const stored = progressOf(known.id) ?? (await store.progress(known.id));
    const progress = stored?.generation === known.generation ? stored : undefined;
    this.#context.changed();
    return {
      ...granted(known.id, expiresAt, log.cursor(progress?.position ?? known.start), false),
      deliveryStatus: {
        active: true,
        lastDeliveryAt: isoOf(progress?.lastDeliveryAt) ?? null,
        lastError: progress?.lastError ?? null,
        ...(progress?.failedSince === undefined ? {} : { failedSince: isoOf(progress.failedSince) }),
      },
    };
  }

  #expiresAt(ttlMs: unknown): number | null {
    // Without a store that lasts, no promise without end can be kept.
    if (ttlMs === null && this.#context.durable) return null;
    const wanted = ttlMs === null ? MOST_TTL_MS : (optionalMs("ttlMs", ttlMs, 1) ?? DEFAULT_TTL_MS);
    return this.#context.clock.now() + Math.min(MOST_TTL_MS, Math.max(LEAST_TTL_MS, wanted));
  }
}

function granted(id: string, expiresAt: number | null, cursor: string, truncated: boolean): JsonObject {
  return { id, refreshBefore: isoOf(expiresAt ?? undefined) ?? null, cursor, truncated };
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function expired(): McpRequestError {
  return new McpRequestError("NotFound", "The subscription was not refreshed in time.", {
    kind: "subscription",
  });
}

/** @throws McpRequestError InvalidParams */
export function optionalMs(name: string, given: unknown, least: number): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (Number.isSafeInteger(given) && (given as number) >= least) return given as number;
  throw new McpRequestError("InvalidParams", `\`${name}\` is a whole number of ${least} or more.`);
}

function unsupported(feature: string, value: unknown): McpRequestError {
  const shown = typeof value === "string" ? value.slice(0, 100) : String(typeof value);
  return new McpRequestError("Unsupported", `\`${feature}\` ${shown} is not supported here.`, {
    feature,
    value: shown,
  });
}
