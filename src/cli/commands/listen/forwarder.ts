import type { Dispatcher } from "undici";
import type { CallbackContext, TriggerEvent } from "../../../index.js";
import { forward } from "../../forward/forward.js";
import type { ForwardResult } from "./output.js";
import { webhookBody } from "../../forward/webhook.js";

/** Posts events to one place, and keeps count of what has not arrived there yet. */
export class Forwarding {
  readonly #url: string;
  readonly #secret: string;
  readonly #attempts: number;
  readonly #dispatcher: Dispatcher | undefined;
  readonly #owing = new Set<string>();

  /**
   * @param attempts after so many an event is given up
   * @param dispatcher checks certificates in another way than the usual one
   */
  constructor(url: string, secret: string, attempts: number, dispatcher: Dispatcher | undefined) {
    this.#dispatcher = dispatcher;
    this.#url = url;
    this.#secret = secret;
    this.#attempts = attempts;
  }

  /** Ids of events that were taken and have not been accepted, those that were given up among them. */
  get owing(): readonly string[] {
    return [...this.#owing];
  }

  /**
   * Posts an event once.
   *
   * @returns what came of it for good: that it was accepted, or given up
   * @throws Error where it is to be tried again
   */
  async post(event: TriggerEvent, context: CallbackContext): Promise<ForwardResult> {
    this.#owing.add(event.id);
    try {
      const { signal, attempt } = context;
      const options = { signal, attempt, dispatcher: this.#dispatcher };
      const accepted = await forward(this.#url, webhookBody(event), this.#secret, options);
      this.#owing.delete(event.id);
      return accepted;
    } catch (thrown) {
      if (context.attempt < this.#attempts || context.signal.aborted) throw thrown;
      return { error: thrown instanceof Error ? thrown.message : String(thrown), attempt: context.attempt };
    }
  }
}
