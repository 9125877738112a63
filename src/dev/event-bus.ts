import { describe, warn } from "../base/warning.js";
import type { FiredEvent } from "./fired.js";
import type { ModelApi, ModelReply } from "./model/conversation.js";
import type { AccountStatus } from "./state/accounts.js";
import type { ToolRun } from "./tools/tool-runs.js";

/** What happens in the local platform, as `platform.on` reports it. */
export type PlatformEvent =
  /** A response was sent. */
  | {
      readonly type: "call";
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly durationMs: number;
    }
  /** A request of another origin, or for another host, was rejected. */
  | { readonly type: "rejected"; readonly method: string; readonly path: string; readonly message: string }
  /** A trigger instance changed. */
  | {
      readonly type: "trigger";
      readonly change: "created" | "enabled" | "disabled" | "deleted";
      readonly id: string;
    }
  /** The webhook subscription changed; without a URL, webhooks are off. */
  | { readonly type: "webhook"; readonly url: string | undefined }
  /** A trigger fired. */
  | {
      readonly type: "fired";
      readonly event: FiredEvent;
      readonly sockets: number;
      readonly webhook: boolean;
    }
  /** A webhook was delivered, or given up with an error. */
  | { readonly type: "settled"; readonly logId: string; readonly error: string | undefined }
  /** A tool was run, whatever came of it. */
  | { readonly type: "tool"; readonly run: ToolRun }
  /** A connected account changed its state. */
  | { readonly type: "account"; readonly id: string; readonly status: AccountStatus }
  /** A realtime client connected, subscribed or disconnected. */
  | {
      readonly type: "realtime";
      readonly change: "connected" | "subscribed" | "disconnected";
      readonly socketId: string;
    }
  /** The scripted model replied. */
  | ({ readonly type: "model"; readonly api: ModelApi; readonly model: string } & ModelReply)
  /** Something failed inside the platform; the platform continues. */
  | { readonly type: "error"; readonly error: Error };

type Subscriber = (event: PlatformEvent) => void;

/** Carries the platform's events to their subscribers. */
export class EventBus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #internal: Subscriber;

  /** @param internal receives every event first; an error counts as unhandled unless another subscriber exists */
  constructor(internal: Subscriber = () => undefined) {
    this.#internal = internal;
  }

  /** @returns an unsubscribe function */
  on(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  /** Errors without a subscriber become process warnings. A subscriber that throws does not affect the others. */
  emit(event: PlatformEvent): void {
    this.#internal(event);
    for (const subscriber of this.#subscribers) {
      try {
        const result: unknown = subscriber(event);
        // An async subscriber: without this, its rejection would end the process.
        if (result instanceof Promise) result.catch((thrown: unknown) => warn(describe(thrown)));
      } catch (thrown) {
        warn(describe(thrown));
      }
    }
    if (event.type === "error" && this.#subscribers.size === 0) warn(describe(event.error));
  }
}
