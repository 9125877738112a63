import { randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import type { InboxLog } from "../events/event-log.js";
import type { EventType } from "../events/event-type.js";
import { Wake } from "../wake.js";
import { type EndpointUrl, endpointUrl } from "./endpoint-url.js";
import { Outbox, type OutboxItem } from "./outbox.js";
import { type DeliveryProgress, isExpired, type McpSubscription, secretsOf } from "./subscription.js";
import type { SubscriptionStore } from "./subscription-store.js";
import type { EndpointSender, SendResult } from "./webhook-sender.js";

/** What the loops of a server share. */
export interface DeliveryContext {
  readonly clock: Clock;
  readonly log: InboxLog;
  readonly store: SubscriptionStore;
  readonly sender: EndpointSender;
  readonly allowLoopback: boolean;
  /** How often the log is looked at where nothing wakes the loop, milliseconds. */
  readonly pollMs: number;
  /** Pauses after failures in a row, milliseconds; the last one is repeated. */
  readonly retryDelaysMs: readonly number[];
  /** After failing for this long, a subscription waits for its refresh, milliseconds. */
  readonly suspendAfterMs: number;
  readonly warn: (message: string) => void;
  readonly event: (name: string) => EventType | undefined;
}

/** Bytes of a webhook's body. */
export const MOST_BODY_BYTES = 256 * 1024;
/** Requests to one endpoint at a time. */
const CONCURRENCY = 8;
/** Events that are read ahead of the first one that is open. */
const READ_AHEAD = 64;
/** An event that fails so often while others are taken is given up. */
const MOST_FAILURES = 5;
/** Statuses that no later attempt changes: gone, and too large. */
const permanent = new Set([410, 413]);

/**
 * Delivers the events of one subscription, from its position on.
 *
 * Where the endpoint takes nothing, nothing is given up: the position stays until it does, or the subscription ends.
 * An event is given up only where the endpoint says so, or takes others meanwhile.
 */
export class DeliveryLoop {
  readonly #context: DeliveryContext;
  readonly #wake: Wake;
  readonly #stop = new AbortController();
  readonly #endpoint: EndpointUrl;
  #subscription: McpSubscription;
  #progress: DeliveryProgress;
  #outbox: Outbox;
  #failuresInARow = 0;
  /** By the monotonic clock: the endpoint is left alone until then. */
  #pausedUntil = 0;
  #saved: DeliveryProgress | undefined;
  #isGone = false;
  readonly ended: Promise<void>;

  constructor(
    context: DeliveryContext,
    subscription: McpSubscription,
    progress: DeliveryProgress | undefined,
  ) {
    this.#context = context;
    this.#wake = new Wake(context.clock);
    this.#subscription = subscription;
    this.#endpoint = endpointUrl(subscription.url, context.allowLoopback);
    this.#progress = progressFor(subscription, progress);
    this.#outbox = new Outbox(this.#progress.position);
    this.ended = this.#run();
  }

  get progress(): DeliveryProgress {
    return this.#progress;
  }

  /** The subscription was refreshed, or begins anew. */
  update(subscription: McpSubscription): void {
    const isRefreshed = subscription.refreshedAt !== this.#subscription.refreshedAt;
    this.#subscription = subscription;
    if (subscription.generation !== this.#progress.generation) {
      this.#progress = progressFor(subscription, undefined);
      this.#outbox = new Outbox(this.#progress.position);
    }
    if (isRefreshed) {
      this.#pausedUntil = 0;
      this.#failuresInARow = 0;
      this.#wake.all();
    }
  }

  wake(): void {
    this.#wake.all();
  }

  /**
   * Resolves when the requests under way have ended, and the progress is stored.
   *
   * @param isGone whether the subscription has ended: then nothing is stored
   */
  async stop(isGone = false): Promise<void> {
    this.#isGone ||= isGone;
    this.#stop.abort();
    await this.ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const { calls } = this.#wake;
        const waitMs = await this.#step();
        if (waitMs > 0) await this.#wake.sleep(waitMs, signal, calls);
      } catch (error) {
        if (signal.aborted) break;
        this.#context.warn(`Deliveries of ${this.#subscription.id} wait: ${messageOf(error)}`);
        await this.#wake.sleep(this.#context.pollMs, signal);
      }
    }
    await this.#save().catch(() => undefined);
  }

  /** @returns milliseconds until there may be something to do */
  async #step(): Promise<number> {
    const { clock, pollMs } = this.#context;
    const subscription = this.#subscription;
    const type = this.#context.event(subscription.name);
    if (type === undefined || isExpired(subscription, clock.now()) || this.#isSuspended) return pollMs;
    const nowMs = clock.monotonic();
    const outbox = this.#outbox;
    await this.#read(type, outbox);
    if (outbox !== this.#outbox || this.#stop.signal.aborted) return 0;
    if (this.#pausedUntil > nowMs) return Math.min(pollMs, this.#pausedUntil - nowMs);
    if (this.#progress.hasGap && !(await this.#sendGap(outbox))) return 1;
    const items = outbox.due(nowMs, CONCURRENCY);
    if (items.length === 0) {
      await this.#moved(outbox);
      return Math.max(1, Math.min(pollMs, outbox.nextRetryAt - nowMs));
    }
    await this.#deliver(outbox, items);
    await this.#moved(outbox);
    return 0;
  }

  get #isSuspended(): boolean {
    return this.#progress.suspendedAt === this.#subscription.refreshedAt;
  }

  /** Reads on, where there is room. */
  async #read(type: EventType, outbox: Outbox): Promise<void> {
    const { log } = this.#context;
    const { args, principal, notBefore } = this.#subscription;
    while (outbox.size < READ_AHEAD) {
      const page = await log.read(outbox.readTo, { type, args, principal, notBefore });
      if (outbox !== this.#outbox) return;
      if (!page.isComplete) this.#progress = { ...this.#progress, hasGap: true };
      outbox.add(page.events, page.next);
      if (page.next >= page.newest || this.#stop.signal.aborted) return;
    }
  }

  async #deliver(outbox: Outbox, items: readonly OutboxItem[]): Promise<void> {
    // Of one event, its own position; of several, what is sure to be settled when any of them arrives.
    const at = items.length === 1 && outbox.size === 1 ? outbox.readTo : outbox.position;
    const cursor = this.#context.log.cursor(at);
    const results = await Promise.all(items.map((item) => this.#send(item, cursor)));
    if (outbox !== this.#outbox) return;
    const isTaking = results.some((result) => result !== undefined && result.error === undefined);
    for (const [at, item] of items.entries()) this.#settle(item, results[at], isTaking);
    outbox.advance();
    const failed = results.find((result) => result?.error !== undefined);
    if (isTaking) this.#endpointWorks();
    else if (failed !== undefined && !items.every(({ isSettled }) => isSettled)) this.#endpointFails(failed);
  }

  /** @returns `undefined` for an event that is too large to be sent */
  async #send({ occurrence }: OutboxItem, cursor: string): Promise<SendResult | undefined> {
    const { name } = this.#subscription;
    const body = JSON.stringify({ ...occurrence, cursor });
    if (Buffer.byteLength(body) > MOST_BODY_BYTES) {
      const what = `The event ${occurrence.eventId} of ${name} has more than ${MOST_BODY_BYTES} bytes`;
      this.#context.warn(
        `${what} as a webhook: it is not delivered. Make \`data\` of the MCP event smaller.`,
      );
      return undefined;
    }
    return await this.#post(occurrence.eventId, body);
  }

  #post(messageId: string, body: string): Promise<SendResult> {
    const subscription = this.#subscription;
    return this.#context.sender.send({
      endpoint: this.#endpoint,
      subscriptionId: subscription.id,
      messageId,
      body,
      secrets: secretsOf(subscription, this.#context.clock.now()),
    });
  }

  #settle(item: OutboxItem, result: SendResult | undefined, isTaking: boolean): void {
    if (result !== undefined && result.error === undefined) {
      item.isSettled = true;
      return;
    }
    if (result === undefined || (result.status !== undefined && permanent.has(result.status))) {
      this.#giveUp(item, result);
      return;
    }
    if (!isTaking) return;
    item.failures += 1;
    if (item.failures >= MOST_FAILURES) this.#giveUp(item, result);
    else item.retryAt = this.#context.clock.monotonic() + this.#pauseMs(item.failures);
  }

  #giveUp(item: OutboxItem, result: SendResult | undefined): void {
    item.isSettled = true;
    this.#progress = { ...this.#progress, hasGap: true, lastError: result?.error };
  }

  /** @returns whether the endpoint may get events now */
  async #sendGap(outbox: Outbox): Promise<boolean> {
    const cursor = this.#context.log.cursor(outbox.position);
    const id = `msg_gap_${randomBytes(12).toString("hex")}`;
    const result = await this.#post(id, JSON.stringify({ type: "gap", cursor }));
    // A 4xx is an endpoint that does not know the message: it will not know it later either.
    if (result.error === undefined || result.error === "http_4xx") {
      this.#progress = { ...this.#progress, hasGap: false };
      await this.#moved(outbox);
      return true;
    }
    this.#endpointFails(result);
    await this.#save();
    return false;
  }

  #endpointWorks(): void {
    this.#failuresInARow = 0;
    const { failedSince: _, suspendedAt: _s, lastError: _e, ...rest } = this.#progress;
    this.#progress = { ...rest, lastDeliveryAt: this.#context.clock.now() };
  }

  #endpointFails({ error }: SendResult): void {
    const { clock, suspendAfterMs } = this.#context;
    const nowMs = clock.now();
    this.#failuresInARow += 1;
    this.#pausedUntil = clock.monotonic() + this.#pauseMs(this.#failuresInARow);
    const failedSince = this.#progress.failedSince ?? nowMs;
    const isOver = nowMs - failedSince >= suspendAfterMs;
    this.#progress = {
      ...this.#progress,
      failedSince,
      lastError: error,
      ...(isOver ? { suspendedAt: this.#subscription.refreshedAt } : {}),
    };
  }

  #pauseMs(failures: number): number {
    const { retryDelaysMs } = this.#context;
    return retryDelaysMs[Math.min(failures, retryDelaysMs.length) - 1] ?? this.#context.pollMs;
  }

  async #moved(outbox: Outbox): Promise<void> {
    if (outbox !== this.#outbox) return;
    const { position } = outbox;
    if (position !== this.#progress.position) this.#progress = { ...this.#progress, position };
    await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#saved === this.#progress || this.#isGone) return;
    const progress = this.#progress;
    await this.#context.store.putProgress(this.#subscription.id, progress);
    this.#saved = progress;
  }
}

function progressFor(
  { generation, start }: McpSubscription,
  progress: DeliveryProgress | undefined,
): DeliveryProgress {
  return progress?.generation === generation ? progress : { generation, position: start, hasGap: false };
}
