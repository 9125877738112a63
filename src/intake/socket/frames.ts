import { isJsonObject, type JsonObject } from "../../model/json.js";
import { type Chunk, type Frame, PING, PONG, SUBSCRIBE, UNSUBSCRIBE } from "../../wire/pusher.js";

/** Longest part of a server's text that a report or an error quotes. */
const LONGEST_QUOTE = 200;

/** Reads the text of a frame: `undefined` where it is not JSON, not an object, or names no event. */
export function readFrame(text: string): Frame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isJsonObject(value) && typeof value.event === "string" ? (value as unknown as Frame) : undefined;
}

/** Reads a frame's `data`, an object or the JSON text of one: `undefined` where it is neither. */
export function readData(data: unknown): JsonObject | undefined {
  if (typeof data !== "string") return isJsonObject(data) ? data : undefined;
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The body of a trigger frame as text. `data` that no event can be read from passes too: whoever decodes it
 * then reports it with its bytes. A frame without any `data` is passed whole.
 */
export function bodyOf(frame: Frame, text: string): string {
  const { data } = frame;
  if (typeof data === "string") return data;
  return data === undefined ? text : JSON.stringify(data);
}

/** Longest id of a chunked message, in characters; the platform's are far shorter. */
const LONGEST_ID = 256;

/** Reads the `data` of a chunk frame: `undefined` where it is not a chunk. */
export function readChunk(data: unknown): Chunk | undefined {
  const value = readData(data);
  if (value === undefined) return undefined;
  const { id, index, chunk, final } = value;
  if (typeof id !== "string" && typeof id !== "number") return undefined;
  const name = String(id);
  if (name.length === 0 || name.length > LONGEST_ID) return undefined;
  if (!Number.isSafeInteger(index) || (index as number) < 0) return undefined;
  if (typeof chunk !== "string") return undefined;
  if (typeof final !== "boolean" && final !== undefined) return undefined;
  return { id: name, index: index as number, chunk, final: final === true };
}

export function subscribeFrame(channel: string, auth: string): string {
  return JSON.stringify({ event: SUBSCRIBE, data: { channel, auth } });
}

export function unsubscribeFrame(channel: string): string {
  return JSON.stringify({ event: UNSUBSCRIBE, data: { channel } });
}

export function pingFrame(): string {
  return JSON.stringify({ event: PING, data: {} });
}

export function pongFrame(): string {
  return JSON.stringify({ event: PONG, data: {} });
}

/** Text of the server's for a message of ours: one line, and never long. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  // JSON.stringify escapes line breaks and control characters: a server cannot forge lines of a log.
  return JSON.stringify(cut);
}
