import { isJsonObject, type JsonObject } from "../../model/json.js";
import { type Chunk, type Frame, PING, PONG, SUBSCRIBE, UNSUBSCRIBE } from "../../protocol/pusher.js";

/** Longest part of a server's text that a message quotes. */
const LONGEST_QUOTE = 200;

/** Reads the text of a frame: `undefined` if it is not JSON, not an object, or has no event name. */
export function readFrame(text: string): Frame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isJsonObject(value) && typeof value.event === "string" ? (value as unknown as Frame) : undefined;
}

/** Reads a frame's `data`, an object or the JSON text of one: `undefined` if it is neither. */
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
 * The body of a trigger frame as text. `data` that holds no event is returned too: the decoder then
 * reports it with its bytes. Of a frame without `data`, the whole text is returned.
 */
export function bodyOf(frame: Frame, text: string): string {
  const { data } = frame;
  if (typeof data === "string") return data;
  if (data === undefined) return text;
  try {
    return JSON.stringify(data);
  } catch {
    // Nested too deeply for the stack: the decoder reports the frame.
    return text;
  }
}

/** Longest id of a chunked message, in characters; the platform's are far shorter. */
const LONGEST_ID = 256;

/**
 * Reads the `data` of a chunk frame: `undefined` if it is not a chunk. Numbers may come as text, and `final`
 * as a number or text, if the meaning is unambiguous.
 */
export function readChunk(data: unknown): Chunk | undefined {
  const value = readData(data);
  if (value === undefined) return undefined;
  const { id, chunk } = value;
  if (typeof id !== "string" && !(typeof id === "number" && Number.isFinite(id))) return undefined;
  const name = String(id);
  if (name.length === 0 || name.length > LONGEST_ID) return undefined;
  const index = indexOf(value.index);
  const final = flagOf(value.final);
  if (index === undefined || final === undefined || typeof chunk !== "string") return undefined;
  return { id: name, index, chunk, final };
}

function indexOf(value: unknown): number | undefined {
  const index = typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  return Number.isSafeInteger(index) && (index as number) >= 0 ? (index as number) : undefined;
}

function flagOf(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  switch (String(value).trim().toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      return undefined;
  }
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

/** Quotes text of the server for a message: one line, cut to 200 characters. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  // JSON.stringify escapes line breaks and control characters: a server cannot forge lines of a log.
  return JSON.stringify(cut);
}
