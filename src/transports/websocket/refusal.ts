import type { JsonObject } from "../../model/json.js";
import { closeCodes } from "../../protocol/pusher.js";
import { quote, readData } from "./protocol.js";

/**
 * What a refusal says about the next try. `clear`: the signature or this application is refused. `unclear`: it
 * gives no reason that is known. `passing`: the server is busy, or asks to come back.
 */
export type RefusalKind = "clear" | "unclear" | "passing";

/** What a server says in `pusher:error` or `pusher:subscription_error`. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** The number that came with it: a close code of the protocol, or an HTTP status. */
  readonly code: number | undefined;
  /** Its words, quoted. */
  readonly words: string;
}

/** What {@link Refusal} has for words where there are none. */
export const NO_WORDS = "without a reason";

/** Longest part of a server's words that is searched, in characters. */
const SEARCHED = 500;

/** Words of servers that may be well again later. They go first: an authentication service may be unavailable. */
const passingWords = [
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

/** Words that servers refuse a signature, a channel or an application with. */
const clearWords = [
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
 * Reads the `data` of an error frame. Servers differ: the number is called `status` or `code`, the words `error`
 * or `message`, numbers come as text, and data may be an object, its JSON text, or plain words.
 *
 * @param own texts of ours that the words may repeat, such as the channel's name: they say nothing
 */
export function readRefusal(data: unknown, own: readonly string[]): Refusal {
  const facts: JsonObject = readData(data) ?? {};
  const code = numberOf(facts.status) ?? numberOf(facts.code);
  const said = [facts.error, facts.message, facts.reason, facts.type, data].find(isWords);
  return {
    kind: kindOfCode(code) ?? kindOfWords(said ?? "", own),
    code,
    words: said === undefined ? NO_WORDS : quote(said),
  };
}

/** What a number says; `undefined` where it says nothing. */
export function kindOfCode(code: number | undefined): RefusalKind | undefined {
  if (code === undefined) return undefined;
  if (code >= 4000 && code < closeCodes.overCapacity) return "clear";
  if (code >= closeCodes.overCapacity && code < 4400) return "passing";
  if (code >= 500 && code < 600) return "passing";
  if (code < 400 || code >= 500) return undefined;
  return isPassingStatus(code) ? "passing" : "clear";
}

/** What a server's words say. */
export function kindOfWords(words: string, own: readonly string[] = []): RefusalKind {
  let text = words.slice(0, SEARCHED);
  for (const name of own) if (name !== "") text = text.replaceAll(name, "");
  text = text.toLowerCase();
  if (passingWords.some((word) => text.includes(word))) return "passing";
  return clearWords.some((word) => text.includes(word)) ? "clear" : "unclear";
}

/** HTTP statuses that another try may not meet again: 408, 425, 429 and 5xx. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^\d{3,4}$/.test(value.trim()) ? Number(value) : undefined;
}

function isWords(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
