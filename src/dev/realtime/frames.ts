import {
  ERROR,
  ESTABLISHED,
  type Frame,
  PING,
  PONG,
  SUBSCRIBED,
  SUBSCRIPTION_ERROR,
} from "../../protocol/pusher.js";

/** A frame's text. `data` that is a string is encoded once more, as the protocol wants it. */
function frameText(event: string, data: unknown, channel?: string): string {
  return JSON.stringify(channel === undefined ? { event, data } : { event, channel, data });
}

/** The first frame of a connection. @param activityTimeoutSeconds how long a silence may last */
export function establishedFrame(socketId: string, activityTimeoutSeconds: number): string {
  const data = JSON.stringify({ socket_id: socketId, activity_timeout: activityTimeoutSeconds });
  return frameText(ESTABLISHED, data);
}

export function subscribedFrame(channel: string): string {
  return frameText(SUBSCRIBED, "{}", channel);
}

/** Why a subscription was rejected. */
export interface SubscriptionProblem {
  readonly type: "AuthError" | "LimitReached" | "InvalidChannel";
  readonly error: string;
  /** As an authorization endpoint would have answered: 400, 401, 403. */
  readonly status: number;
}

/** Errors stand in `data` as objects, not as text (protocol description, `pusher:error`). */
export function subscriptionErrorFrame(channel: string, problem: SubscriptionProblem): string {
  return frameText(SUBSCRIPTION_ERROR, problem, channel);
}

export function errorFrame(code: number, message: string): string {
  return frameText(ERROR, { code, message });
}

export const PING_FRAME = frameText(PING, "{}");
export const PONG_FRAME = frameText(PONG, "{}");

/** An event on a channel. @param data the event's body as text */
export function eventFrame(channel: string, event: string, data: string): string {
  return frameText(event, data, channel);
}

/** Reads a client's frame. `undefined` where it is not JSON, or no frame. */
export function parseFrame(text: string): Frame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { event, channel, data } = value as { event?: unknown; channel?: unknown; data?: unknown };
  if (typeof event !== "string") return undefined;
  return typeof channel === "string" ? { event, channel, data } : { event, data };
}

/** A frame's `data` as an object: clients send it as one, or as text of one. */
export function frameData(frame: Frame): Readonly<Record<string, unknown>> {
  let data = frame.data;
  if (typeof data === "string") {
    try {
      data = JSON.parse(data);
    } catch {
      return {};
    }
  }
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
}
