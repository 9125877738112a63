import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { SourceEvent } from "../../model/source.js";

/** What a webhook says beside events. */
export type McpControl =
  | { readonly type: "verification"; readonly challenge: string }
  | { readonly type: "gap" }
  | { readonly type: "terminated"; readonly error: unknown };

/** A message of a server, parsed. It may be anything, though its sender is verified. */
export interface McpMessage {
  /** Where to go on when the event is stored; `undefined` if the message has none. */
  readonly cursor: string | null | undefined;
  /** Absent for an event. */
  readonly control: McpControl | { readonly type: "unknown" } | undefined;
}

export function readMessage(body: string): McpMessage {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return { cursor: undefined, control: undefined };
  }
  if (!isJsonObject(message)) return { cursor: undefined, control: undefined };
  return { cursor: cursorField(message.cursor), control: controlOf(message) };
}

/** A cursor is text; `null` says that there is no replay. */
export function cursorField(given: unknown): string | null | undefined {
  return typeof given === "string" || given === null ? given : undefined;
}

function controlOf({ type, challenge, error }: JsonObject): McpMessage["control"] {
  if (type === undefined) return undefined;
  if (type === "verification" && typeof challenge === "string") return { type, challenge };
  if (type === "gap") return { type };
  if (type === "terminated") return { type, error };
  return { type: "unknown" };
}

/**
 * The event of a message, for the pipeline. The subscription's key is part of its id: a server numbers its events as
 * it likes.
 *
 * @throws TypeError for what is no event of this subscription: it is dead-lettered
 */
export function eventOf(body: unknown, name: string, key: string): SourceEvent {
  if (!isJsonObject(body)) throw new TypeError("the message is no object");
  const { eventId, timestamp, data } = body;
  if (typeof eventId !== "string" || eventId === "") throw new TypeError("the event has no `eventId`");
  if (body.name !== name) throw new TypeError(`the event is not ${name}`);
  if (!isJsonObject(data)) throw new TypeError("the event has no `data`");
  const at = typeof timestamp === "string" ? timestamp : undefined;
  return { name, id: `${key}:${eventId}`, at, payload: data };
}
