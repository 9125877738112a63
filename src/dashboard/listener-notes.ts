import type { Clock } from "../base/clock.js";
import { messageOf } from "../base/message-of.js";
import { plainText } from "../base/plain-text.js";
import { isJsonObject } from "../model/json.js";
import type { NotableEvent } from "../protocol/dashboard.js";

/** The part of a listener that the dashboard shows. */
export interface ObservedListener {
  health(): unknown;
  on(type: "*", fn: (event: { readonly type: string }) => unknown): () => void;
}

/** Kinds of listener events that concern all events: gaps, alerts, the inbox, the connection. */
const NOTABLE =
  /^(?:gap|alert|inbox|websocket|trigger)\.|^(?:callback\.(?:paused|resumed)|delivery\.(?:rejected|undecodable)|warning)$/;
const MAX_NOTES = 200;

/** The latest listener events that concern more than one event. */
export class ListenerNotes {
  readonly #listener: ObservedListener;
  readonly #notes: NotableEvent[] = [];
  readonly #off: () => void;

  constructor(listener: ObservedListener, clock: Clock) {
    this.#listener = listener;
    this.#off = listener.on("*", (event) => {
      if (!NOTABLE.test(event.type)) return;
      this.#notes.unshift({ at: clock.now(), type: event.type, message: textOf(event) });
      if (this.#notes.length > MAX_NOTES) this.#notes.pop();
    });
  }

  health(): unknown {
    return this.#listener.health();
  }

  /** Newest first. */
  list(): readonly NotableEvent[] {
    return this.#notes;
  }

  close(): void {
    this.#off();
  }
}

/** What it is about, in one line. */
function textOf(event: object): string {
  if (!isJsonObject(event)) return "";
  const { message, detail, reason, error, alert, from, to } = event;
  const time = (value: unknown) => (value instanceof Date ? value.toISOString() : undefined);
  const parts = [
    alert,
    message ?? detail ?? reason ?? (error === undefined ? undefined : messageOf(error)),
    time(from) === undefined ? undefined : `from ${time(from)}`,
    time(to) === undefined ? undefined : `to ${time(to)}`,
  ];
  return plainText(parts.filter((part) => typeof part === "string" && part !== "").join(", "), 400);
}
