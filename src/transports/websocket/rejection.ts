import type { JsonObject } from "../../model/json.js";
import { closeCodes } from "../../protocol/pusher.js";
import { quote, readData } from "./protocol.js";

/**
 * What a rejection says about the next try. `definite`: the signature or this application is rejected. `unclear`: no
 * known reason is given. `temporary`: the server is busy, or requests a retry.
 */
export type RejectionKind = "definite" | "unclear" | "temporary";

/** The content of `pusher:error` or `pusher:subscription_error`. */
export interface Rejection {
  readonly kind: RejectionKind;
  /** The number that came with it: a close code of the protocol, or an HTTP status. */
  readonly code: number | undefined;
  /** The server's message, quoted. */
  readonly message: string;
}

/** The `message` of a {@link Rejection} without one. */
export const NO_MESSAGE = "without a reason";

/** Longest part of a server's message that is searched, in characters. */
const SEARCHED = 500;

/** Words of servers that may recover. They are searched first: an authentication service may be unavailable. */
const temporaryWords = [
  "too many",
  "capacity",
  "rate limit",
  "rate-limit",
  "rate exceeded",
  "overload",
  "busy",
  "try again",
  "later",
  "temporar",
  "unavailable",
  "timed out",
  "timeout",
  "internal error",
  "server error",
  "is closing",
  "shutting down",
] as const;

/** Words that servers reject a signature, a channel or an application with. */
const definiteWords = [
  "signature",
  "auth",
  "forbidden",
  "denied",
  "not allowed",
  "not permitted",
  "permission",
  "credential",
  "hmac",
  "invalid key",
  "app key",
  "does not exist",
  "disabled",
  "not enabled",
] as const;

/**
 * Reads the `data` of an error frame. Servers differ: the number is called `status` or `code`, the message `error`
 * or `message`, numbers come as text, and data may be an object, its JSON text, or plain words.
 *
 * @param own texts of ours that the message may repeat, such as the channel's name: they are ignored
 */
export function readRejection(data: unknown, own: readonly string[]): Rejection {
  const members: JsonObject = readData(data) ?? {};
  const code = numberOf(members.status) ?? numberOf(members.code);
  const texts = [members.error, members.message, members.reason, members.type, data];
  const message = texts.find((text) => typeof text === "string" && text.trim() !== "") as string | undefined;
  return {
    kind: kindOfCode(code) ?? kindOfMessage(message ?? "", own),
    code,
    message: message === undefined ? NO_MESSAGE : quote(message),
  };
}

/** The kind that a number means; `undefined` if it has no meaning. */
export function kindOfCode(code: number | undefined): RejectionKind | undefined {
  if (code === undefined) return undefined;
  if (code >= 4000 && code < closeCodes.overCapacity) return "definite";
  if (code >= closeCodes.overCapacity && code < BEYOND_PROTOCOL) return "temporary";
  if (code >= 500 && code < 600) return "temporary";
  if (code < 400 || code >= 500) return undefined;
  return isTemporaryStatus(code) ? "temporary" : "definite";
}

/** Codes from here on have no meaning in the protocol: some servers write an HTTP status as 4401. */
const BEYOND_PROTOCOL = 4400;

/** Whether a code is one of those that the protocol has. */
export function isOfProtocol(code: number): boolean {
  return code >= 4000 && code < BEYOND_PROTOCOL;
}

/** Whether a code ends nothing: a client event was rejected. */
export function isOtherError(code: number): boolean {
  return code >= closeCodes.otherError && code < BEYOND_PROTOCOL;
}

/** The kind that a server's message means. */
export function kindOfMessage(message: string, own: readonly string[] = []): RejectionKind {
  let text = message.slice(0, SEARCHED);
  for (const name of own) if (name !== "") text = text.replaceAll(name, "");
  text = text.toLowerCase();
  if (temporaryWords.some((word) => text.includes(word))) return "temporary";
  return definiteWords.some((word) => text.includes(word)) ? "definite" : "unclear";
}

/** HTTP statuses that another try may not meet again: 408, 425, 429 and 5xx. */
export function isTemporaryStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^\d{3,4}$/.test(value.trim()) ? Number(value) : undefined;
}

/** A close code of the protocol that ends the connection; `undefined` for any other number. */
export function endingCode(code: number | undefined): number | undefined {
  return code !== undefined && code >= 4000 && code < closeCodes.otherError ? code : undefined;
}
