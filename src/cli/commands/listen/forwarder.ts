import type { CallbackContext, TriggerEvent } from "../../../index.js";
import { errorText } from "../../errors.js";
import type { Target } from "../../forward/target.js";
import { type Accepted, postWebhook } from "../../forward/webhook.js";

/** The final result of forwarding an event. */
export type ForwardResult = Accepted | { readonly error: string; readonly attempt: number };

/** Posts events to one target and records those that it has not accepted. */
export class Forwarder {
  readonly #target: Target;
  readonly #maxAttempts: number;
  readonly #unaccepted = new Set<string>();

  constructor(target: Target, maxAttempts: number) {
    this.#target = target;
    this.#maxAttempts = maxAttempts;
  }

  /** Ids of events that were posted and not accepted, including those given up. */
  get unaccepted(): readonly string[] {
    return [...this.#unaccepted];
  }

  /**
   * Posts an event once.
   *
   * @returns the final result: accepted, or given up after the last attempt
   * @throws Error if another attempt must follow
   */
  async post(event: TriggerEvent, { signal, attempt }: CallbackContext): Promise<ForwardResult> {
    this.#unaccepted.add(event.id);
    try {
      const accepted = await postWebhook(this.#target, event, { signal, attempt });
      this.#unaccepted.delete(event.id);
      return accepted;
    } catch (thrown) {
      if (attempt < this.#maxAttempts || signal.aborted) throw thrown;
      return { error: errorText(thrown), attempt };
    }
  }
}
