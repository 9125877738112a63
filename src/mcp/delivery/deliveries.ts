import { messageOf } from "../../base/message-of.js";
import { Wake } from "../wake.js";
import { type DeliveryContext, DeliveryLoop } from "./delivery-loop.js";
import { type DeliveryProgress, isExpired, type McpSubscription } from "./subscription.js";

/** Runs a loop for each subscription in the store. */
export class WebhookDeliveries {
  readonly #context: DeliveryContext;
  readonly #expire: (id: string) => Promise<void>;
  readonly #wake: Wake;
  readonly #loops = new Map<string, DeliveryLoop>();
  /** The subscriptions as they were read last. */
  readonly #known = new Map<string, McpSubscription>();
  readonly #stop = new AbortController();
  #version: string | undefined;
  #isLoaded = false;
  #running: Promise<void> | undefined;

  /** @param expire removes a subscription whose time is over */
  constructor(context: DeliveryContext, expire: (id: string) => Promise<void>) {
    this.#context = context;
    this.#expire = expire;
    this.#wake = new Wake(context.clock);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** There may be new events. */
  wake(): void {
    for (const loop of this.#loops.values()) loop.wake();
  }

  /** A subscription of this process has changed. */
  changed(): void {
    this.#isLoaded = false;
    this.#wake.all();
  }

  /** A subscription has ended. Resolves when nothing more is sent for it. */
  async end(id: string): Promise<void> {
    const loop = this.#loops.get(id);
    this.#known.delete(id);
    this.#loops.delete(id);
    await loop?.stop(true);
    this.changed();
  }

  /** How far the deliveries of a subscription are, where this process delivers. */
  progressOf(id: string): DeliveryProgress | undefined {
    return this.#loops.get(id)?.progress;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    this.#loops.clear();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { calls } = this.#wake;
      await this.#reconcile().catch((error: unknown) => {
        if (!signal.aborted) this.#context.warn(`MCP subscriptions cannot be read: ${messageOf(error)}`);
      });
      await this.#wake.sleep(this.#context.pollMs, signal, calls);
    }
  }

  /** Follows the store: other processes change it too. */
  async #reconcile(): Promise<void> {
    const { store, clock } = this.#context;
    const version = await store.version();
    if (!this.#isLoaded || version !== this.#version) {
      this.#isLoaded = true;
      this.#version = version;
      try {
        await this.#load(await store.all());
      } catch (error) {
        this.#version = undefined;
        throw error;
      }
    }
    for (const [id, subscription] of this.#known) {
      // The version changes, and the loop ends with the next look; one that was refreshed elsewhere goes on.
      if (isExpired(subscription, clock.now())) await this.#expire(id);
    }
  }

  async #load(subscriptions: readonly McpSubscription[]): Promise<void> {
    const ids = new Set(subscriptions.map(({ id }) => id));
    for (const id of this.#known.keys()) {
      if (ids.has(id)) continue;
      const loop = this.#loops.get(id);
      this.#known.delete(id);
      this.#loops.delete(id);
      await loop?.stop(true);
    }
    for (const subscription of subscriptions) {
      const { id } = subscription;
      this.#known.set(id, subscription);
      const loop = this.#loops.get(id);
      if (loop !== undefined) loop.update(subscription);
      else await this.#begin(subscription);
    }
  }

  /** One that cannot be delivered, because an option has changed, must not stop the others. */
  async #begin(subscription: McpSubscription): Promise<void> {
    const { store, warn } = this.#context;
    const progress = await store.progress(subscription.id);
    try {
      this.#loops.set(subscription.id, new DeliveryLoop(this.#context, subscription, progress));
    } catch (error) {
      warn(`The MCP subscription ${subscription.id} is not delivered: ${messageOf(error)}`);
    }
  }
}
