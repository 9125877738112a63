import type { DisconnectReason } from "../../base/listener-events.js";
import type { Gap } from "../backfill/gap.js";

/** The state of the WebSocket. */
export type WebSocketState =
  /** Not started. */
  | "idle"
  /** Locating the server, dialing, or waiting for the greeting. */
  | "connecting"
  /** Greeted; the subscription is being signed or confirmed. */
  | "subscribing"
  /** The subscription is confirmed. */
  | "ready"
  /** Pausing before the next try. */
  | "waiting"
  /** Stopped by `stop()`. */
  | "stopped"
  /** Given up: the server or the platform rejects for good. */
  | "failed";

/** The WebSocket's health at one moment. All times are epoch milliseconds. */
export interface WebSocketHealth {
  readonly state: WebSocketState;
  /** When it entered this state. */
  readonly since: number;
  /** Whether the subscription is confirmed. */
  readonly subscribed: boolean;
  /** Whether it is also alive: something was received within the quiet limit and the pong limit. */
  readonly healthy: boolean;
  /** Whether it has stopped reading, because too many deliveries are in flight. */
  readonly paused: boolean;
  /** Deliveries that are not stored yet. */
  readonly inFlight: number;
  readonly lastFrameAt: number | undefined;
  readonly lastEventAt: number | undefined;
  /** Connections tried since a subscription was last confirmed; 0 while one is. */
  readonly attempts: number;
  readonly lastDisconnect: WebSocketDisconnect | undefined;
  /** The last span in which events may have been missed. */
  readonly lastGap: Gap | undefined;
  /** Since when events may be missing, or are incomplete; `undefined` if all have been delivered. */
  readonly missingSince: number | undefined;
  /** When the oldest delivery in flight was received. */
  readonly unstoredSince: number | undefined;
}

/** Why a connection was lost, or could not be made. */
export interface WebSocketDisconnect {
  readonly reason: DisconnectReason;
  /** The server's close code, if it sent one. */
  readonly closeCode: number | undefined;
  readonly detail: string;
  /** When it happened. */
  readonly at: number;
}
