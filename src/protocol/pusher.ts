/**
 * The Pusher Channels protocol, version 7, as far as both sides need the same facts.
 * Source: the protocol's public description (pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol).
 */

export const PROTOCOL_VERSION = 7;

/** Event names that the protocol reserves. */
export const ESTABLISHED = "pusher:connection_established";
export const SUBSCRIBE = "pusher:subscribe";
export const UNSUBSCRIBE = "pusher:unsubscribe";
export const SUBSCRIBED = "pusher_internal:subscription_succeeded";
export const SUBSCRIPTION_ERROR = "pusher:subscription_error";
export const ERROR = "pusher:error";
export const PING = "pusher:ping";
export const PONG = "pusher:pong";

/** The platform's event on its channel. */
export const TRIGGER_EVENT = "trigger_to_client";
/** The same in parts, for bodies over the message limit. */
export const CHUNKED_TRIGGER_EVENT = "chunked-trigger_to_client";

/** Bodies above this many bytes travel as chunks. */
export const MESSAGE_LIMIT_BYTES = 10_000;

/** One frame: a JSON text. `data` is usually JSON encoded again as a string, and may be an object. */
export interface Frame {
  readonly event: string;
  readonly channel?: string | null;
  readonly data?: unknown;
}

/** The `data` of a chunk. `chunk` is a piece of the text of the whole message's `data`. */
export interface Chunk {
  readonly id: string;
  /** From 0. */
  readonly index: number;
  readonly chunk: string;
  /** True on the chunk with the highest index, which need not arrive last. */
  readonly final: boolean;
}

/** Close codes that have a meaning of their own. */
export const closeCodes = {
  noSuchApp: 4001,
  overQuota: 4004,
  invalidVersion: 4006,
  unsupportedVersion: 4007,
  noVersion: 4008,
  notAuthorizedInTime: 4009,
  overCapacity: 4100,
  genericReconnect: 4200,
  pongNotReceived: 4201,
  closedForInactivity: 4202,
  /** 4300 to 4399 do not end the connection: they stand in `pusher:error` alone. */
  otherError: 4300,
  clientEventRateLimit: 4301,
} as const;

/** What a close code asks of the client. */
export type AfterClose = "give-up" | "back-off" | "at-once";

/** Reads a close code by its range; any code outside the protocol's ranges means reconnect with back-off. */
export function afterClose(code: number | undefined): AfterClose {
  if (code === undefined) return "back-off";
  if (code >= 4000 && code <= 4099) return "give-up";
  if (code >= 4200 && code <= 4299) return "at-once";
  return "back-off";
}

/** The private channel of a project (generation 3) or client (generation 1). */
export function triggerChannel(projectOrClientId: string): string {
  return `private-${projectOrClientId}_triggers`;
}

/** The text that the channel authorization's HMAC-SHA256 covers, keyed with the app secret. */
export function channelAuthText(socketId: string, channel: string): string {
  return `${socketId}:${channel}`;
}
