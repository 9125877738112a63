import { describe, warn } from "../base/warning.js";
import type { FiredEvent } from "./fired.js";

/** What happens in the local platform, for whoever shows it. */
export type PlatformNews =
  | {
      readonly type: "call";
      readonly method: string;
      readonly path: string;
      readonly status: number;
      readonly durationMs: number;
    }
  | { readonly type: "refused"; readonly method: string; readonly path: string; readonly message: string }
  | {
      readonly type: "trigger";
      readonly change: "created" | "enabled" | "disabled" | "deleted";
      readonly id: string;
    }
  | { readonly type: "webhook"; readonly url: string | undefined }
  | {
      readonly type: "fired";
      readonly event: FiredEvent;
      readonly sockets: number;
      readonly webhook: boolean;
    }
  /** A webhook was delivered, or given up. */
  | { readonly type: "settled"; readonly logId: string; readonly error: string | undefined }
  | {
      readonly type: "realtime";
      readonly what: "connected" | "subscribed" | "disconnected";
      readonly socketId: string;
    }
  /** Something failed inside the platform; it goes on. */
  | { readonly type: "trouble"; readonly error: Error };

/** Where the news is sent and heard. */
export class NewsDesk {
  readonly #listeners = new Set<(news: PlatformNews) => void>();
  #own: ((news: PlatformNews) => void) | undefined;

  /** @returns a function that takes the listener off again */
  on(listener: (news: PlatformNews) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The platform's own ear, which does not count as somebody who hears of trouble. */
  tap(fn: (news: PlatformNews) => void): void {
    this.#own = fn;
  }

  /** Trouble that nobody hears becomes a process warning. A listener that throws disturbs nobody else. */
  tell(news: PlatformNews): void {
    this.#own?.(news);
    for (const listener of this.#listeners) {
      try {
        const result: unknown = listener(news);
        // An async listener: without this, its rejection would end the process.
        if (result instanceof Promise) result.catch((thrown: unknown) => warn(describe(thrown)));
      } catch (thrown) {
        warn(describe(thrown));
      }
    }
    if (news.type === "trouble" && this.#listeners.size === 0) warn(describe(news.error));
  }
}
