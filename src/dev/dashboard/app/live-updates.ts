import { callHeaders, callUrl } from "./api.js";
import type { DashboardUpdate } from "./types.js";

const RECONNECT_DELAY_MS = 1_000;

/** The platform's stream of updates, open as long as the page is, with reconnects. */
export class LiveUpdates {
  readonly #subscribers = new Set<(updates: readonly DashboardUpdate[]) => void>();

  constructor() {
    void this.#run();
  }

  /** @returns a function that unsubscribes */
  subscribe(subscriber: (updates: readonly DashboardUpdate[]) => void): () => void {
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  #publish(updates: readonly DashboardUpdate[]): void {
    for (const subscriber of this.#subscribers) subscriber(updates);
  }

  async #run(): Promise<never> {
    for (;;) {
      try {
        await this.#read();
      } catch {
        // The update below reports it: usually, the platform was stopped.
      }
      this.#publish([{ type: "lost" }]);
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_DELAY_MS));
    }
  }

  async #read(): Promise<void> {
    const response = await fetch(callUrl("live"), { headers: callHeaders });
    if (!response.ok || response.body === null) throw new Error("no stream");
    this.#publish([{ type: "connected" }]);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      const updates = parts
        .filter((part) => part.startsWith("data: "))
        .map((part) => JSON.parse(part.slice(6)) as DashboardUpdate);
      if (updates.length > 0) this.#publish(updates);
    }
  }
}

export const liveUpdates = new LiveUpdates();
