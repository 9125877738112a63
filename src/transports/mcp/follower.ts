import type { Clock } from "../../base/clock.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { fullJitterMs } from "../../base/retry.js";
import type { McpDeliveryMode } from "../../protocol/mcp-events.js";
import type { McpSettings } from "../../settings/mcp.js";
import type { McpCatalog } from "./catalog.js";
import type { McpConnection } from "./connection.js";
import { asMcpFailure, McpFailure, mcpError } from "./failure.js";
import type { McpSubscriptionHealth } from "./health.js";
import type { ModeContext } from "./mode.js";
import { Pause } from "./pause.js";
import { pollStep } from "./poll.js";
import { pushStep } from "./push.js";
import type { McpClientSubscription } from "./subscription.js";
import { McpWebhookSubscription } from "./webhook.js";

/** What {@link Follower} takes. */
export interface FollowerOptions {
  readonly server: McpSettings;
  readonly subscription: McpClientSubscription;
  readonly connection: McpConnection;
  readonly catalog: McpCatalog;
  readonly clock: Clock;
  readonly send: (event: ListenerEvent) => void;
  readonly random: (() => number) | undefined;
}

const pauses = { baseMs: 500, capMs: 30_000 };
/** Between tries of what fails again, whatever time passes: a person may have mended it. */
const FINAL_PAUSE_MS = 60_000;
/** Failures in a row before a warning. */
const FAILURES_TO_WARN = 3;
/** The best first. */
const preference: readonly McpDeliveryMode[] = ["webhook", "push", "poll"];

/** Keeps one subscription receiving: chooses the mode, tries again, and ends where the server says so. */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #ending = new AbortController();
  /** Modes that the server lists and then rejects. */
  readonly #rejected = new Set<McpDeliveryMode>();
  #webhook: McpWebhookSubscription | undefined;
  #failures = 0;
  #failure: string | undefined;
  #isWarned = false;
  #isActive = false;
  #isEnded = false;
  /** Whether the next step chooses the mode again. */
  #choosesAgain = false;
  readonly #pause = new Pause();
  #working: Promise<void> | undefined;
  #settleStart: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get health(): McpSubscriptionHealth {
    const { subscription } = this.#options;
    const { name, mode } = subscription;
    const state = this.#isEnded ? "ended" : this.#isActive ? "active" : "connecting";
    return { event: name, mode, state, ...(this.#failure !== undefined && { failure: this.#failure }) };
  }

  get isHealthy(): boolean {
    return !this.#isWarned && !this.#isEnded;
  }

  /** Where deliveries by webhook belong to; absent in another mode. */
  get webhook(): McpWebhookSubscription | undefined {
    return this.#webhook;
  }

  /**
   * Resolves when events are received, or when the first try has failed in a way that may pass.
   *
   * @throws EarshotError ERR_MCP; the inbox's error
   */
  async start(): Promise<void> {
    await this.#options.subscription.place.load();
    if (this.#ending.signal.aborted) return;
    const started = new Promise<void>((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.#working = this.#follow();
    await started;
  }

  /** @param leaves whether a subscription at the server ends with this process */
  async stop(leaves: boolean): Promise<void> {
    this.#ending.abort(new McpFailure("The listener has stopped."));
    this.#settleStart?.resolve();
    await this.#working;
    await this.#webhook?.stop(leaves);
    await this.#options.subscription.place.stop();
  }

  /** What the server did not have may be there now. */
  listChanged(): void {
    if (this.#failure === undefined) return;
    this.#pause.end();
    this.#webhook?.wake();
  }

  async #follow(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted && !this.#isEnded) {
      let pauseMs: number;
      try {
        pauseMs = await this.#step();
        this.#failures = 0;
      } catch (thrown) {
        if (signal.aborted) return;
        pauseMs = await this.#failed(asMcpFailure(thrown));
      }
      if (pauseMs <= 0 || this.#isEnded) continue;
      if (this.#webhook === undefined) await this.#pause.wait(clock, pauseMs, signal);
      else await this.#webhook.pause(pauseMs);
    }
  }

  /** @returns milliseconds until the next */
  async #step(): Promise<number> {
    const { subscription } = this.#options;
    if (this.#choosesAgain) {
      const mode = await this.#chooseMode();
      if (mode !== subscription.mode) {
        await this.#webhook?.stop(false);
        this.#webhook = undefined;
      }
      subscription.mode = mode;
      this.#choosesAgain = false;
    }
    subscription.mode ??= await this.#chooseMode();
    const context = this.#context();
    switch (subscription.mode) {
      case "push":
        return await pushStep(context).finally(() => {
          this.#isActive = false;
        });
      case "poll":
        return await pollStep(context);
      case "webhook": {
        const canPoll = (await this.#options.catalog.modesOf(subscription.name)).has("poll");
        this.#webhook ??= new McpWebhookSubscription(context, canPoll);
        return await this.#webhook.step();
      }
    }
  }

  #context(): ModeContext {
    const { server, subscription, connection, clock } = this.#options;
    return {
      ...{ server, subscription, connection, clock },
      signal: this.#ending.signal,
      established: () => {
        this.#isActive = true;
        this.#failure = undefined;
        this.#isWarned = false;
        this.#settleStart?.resolve();
        this.#settleStart = undefined;
      },
      warn: (failure) => this.#warn(failure),
    };
  }

  async #chooseMode(): Promise<McpDeliveryMode> {
    const { server, subscription, catalog } = this.#options;
    const offered = await catalog.modesOf(subscription.name);
    const wanted = preference.filter((mode) => {
      if (server.mode !== undefined) return mode === server.mode;
      return !this.#rejected.has(mode) && (mode !== "webhook" || server.webhookUrl !== undefined);
    });
    const mode = wanted.find((one) => offered.has(one));
    if (mode !== undefined) return mode;
    const message = `${subscription.name} comes by ${[...offered].join(", ") || "no mode"}, not by ${server.mode ?? "push or poll: it needs `webhookUrl`"}.`;
    throw new McpFailure(message, { isFinal: true, kind: "Unsupported" });
  }

  /** @returns milliseconds until the next try */
  async #failed(failure: McpFailure): Promise<number> {
    const { subscription, catalog, random } = this.#options;
    const { place, mode } = subscription;
    this.#isActive = false;
    if (failure.isEnd && failure.kind === "Forbidden") {
      this.#isEnded = true;
      this.#failure = failure.message;
      this.#warn(failure);
      return 0;
    }
    if (failure.isEnd || failure.kind === "NotFound" || failure.kind === "Unsupported") {
      catalog.forget();
      this.#choosesAgain = mode !== undefined;
    }
    if (failure.kind === "InvalidParams" && typeof place.now?.cursor === "string") {
      subscription.lost("The server does not take the stored cursor.");
      try {
        await place.reset();
        return 0;
      } catch {
        // The inbox cannot store: the next try finds out.
      }
    }
    if (this.#fallsBack(failure, mode)) return 0;
    this.#failures += 1;
    this.#failure = failure.message;
    const start = this.#settleStart;
    this.#settleStart = undefined;
    const isFinal = failure.isFinal && !failure.isEnd;
    if (isFinal && start !== undefined) {
      this.#isEnded = true;
      start.reject(mcpError(subscription.where, failure));
      return 0;
    }
    start?.resolve();
    if (!this.#isWarned && (isFinal || this.#failures >= FAILURES_TO_WARN)) {
      this.#isWarned = true;
      this.#warn(failure);
    }
    return isFinal ? FINAL_PAUSE_MS : fullJitterMs(pauses, this.#failures, random);
  }

  /** Webhooks need more than the other modes: a server that knows who asks, and a way to this process. */
  #fallsBack(failure: McpFailure, mode: McpDeliveryMode | undefined): boolean {
    const { server, subscription } = this.#options;
    const { kind } = failure;
    const isOfMode = kind === "Forbidden" || kind === "Unsupported" || kind === "CallbackEndpointError";
    if (mode !== "webhook" || server.mode !== undefined || !isOfMode || this.#settleStart === undefined) {
      return false;
    }
    this.#rejected.add(mode);
    subscription.mode = undefined;
    this.#webhook = undefined;
    this.#warn(new McpFailure(`No webhooks: ${failure.message}`, { kind }));
    return true;
  }

  #warn(failure: McpFailure): void {
    const { send, subscription } = this.#options;
    send({ type: "warning", error: mcpError(subscription.where, failure) });
  }
}
