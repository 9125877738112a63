import { randomBytes } from "node:crypto";
import { type Clock, sleep } from "../../base/clock.js";
import type { McpErrorCodes } from "../../protocol/mcp-events.js";
import { type McpRequestError, numbered } from "../events/errors.js";
import type { Turns } from "../turns.js";
import { endpointUrl } from "./endpoint-url.js";
import { type McpSubscription, secretsOf } from "./subscription.js";
import type { SubscriptionStore } from "./subscription-store.js";
import type { EndpointSender } from "./webhook-sender.js";

/** What {@link Terminations} take. */
export interface TerminationOptions {
  readonly clock: Clock;
  readonly sender: EndpointSender;
  readonly store: SubscriptionStore;
  readonly turns: Turns;
  readonly allowLoopback: boolean;
  readonly errorCodes: McpErrorCodes;
  /** Pauses between attempts, milliseconds. */
  readonly retryDelaysMs: readonly number[];
}

/** An endpoint that is down finds out by its refresh. */
const MOST_ATTEMPTS = 3;

/** Tells endpoints that the server has ended their subscription. */
export class Terminations {
  readonly #options: TerminationOptions;
  readonly #telling = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: TerminationOptions) {
    this.#options = options;
  }

  /** Returns at once. @param subscription one that is no longer in the store */
  tell(subscription: McpSubscription, error: McpRequestError): void {
    const telling = this.#tell(subscription, error)
      // What cannot be sent cannot be told.
      .catch(() => undefined)
      .then(() => void this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  /** Resolves when the requests under way have ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#telling);
  }

  async #tell(subscription: McpSubscription, error: McpRequestError): Promise<void> {
    const { clock, sender, store, turns, allowLoopback, errorCodes, retryDelaysMs } = this.#options;
    const endpoint = endpointUrl(subscription.url, allowLoopback);
    const body = JSON.stringify({ type: "terminated", error: numbered(error, errorCodes) });
    const messageId = `msg_terminated_${randomBytes(12).toString("hex")}`;
    for (let attempt = 1; ; attempt += 1) {
      // In its turn: the message must not meet a subscription that begins anew under the same id.
      const isOver = await turns.run(subscription.id, async () => {
        if ((await store.find(subscription.id)) !== undefined) return true;
        const result = await sender.send({
          ...{ endpoint, messageId, body },
          subscriptionId: subscription.id,
          secrets: secretsOf(subscription, clock.now()),
        });
        // A 4xx is an endpoint that does not know the message: it will not know it later either.
        return result.error === undefined || result.error === "http_4xx";
      });
      if (isOver || attempt === MOST_ATTEMPTS) return;
      const pauseMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? 0;
      await sleep(clock, pauseMs, this.#stop.signal);
    }
  }
}
