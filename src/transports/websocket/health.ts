import type { DisconnectReason } from "../../base/listener-events.js";
import type { Gap } from "../backfill/gap.js";
import type { Step } from "./connection.js";

/** Where the socket stands. */
export type SocketState =
  /** Not started. */
  | "idle"
  /** Asking where the server is, dialling, waiting for the greeting. */
  | "connecting"
  /** Greeted; the subscription is being signed or confirmed. */
  | "subscribing"
  /** The subscription is confirmed. */
  | "ready"
  /** Pausing before the next try. */
  | "waiting"
  /** Stopped by its owner. */
  | "stopped"
  /** Given up: the server or the platform refuses for good. */
  | "failed";

/** How the socket is, at one moment. All times are epoch milliseconds. */
export interface WebSocketHealth {
  readonly state: SocketState;
  /** Since when it has been in this state. */
  readonly since: number;
  /** Whether the subscription is confirmed. */
  readonly subscribed: boolean;
  /** Whether it is also known to be alive: something was heard within the quiet limit and the pong limit. */
  readonly healthy: boolean;
  /** Whether it has stopped reading, because it was told to or because too much is in flight. */
  readonly paused: boolean;
  /** Deliveries that `receive` has not settled. */
  readonly inFlight: number;
  readonly lastFrameAt: number | undefined;
  readonly lastEventAt: number | undefined;
  /** Connections tried since a subscription was last confirmed; 0 while one is. */
  readonly attempts: number;
  readonly lastTrouble: SocketTrouble | undefined;
  /** The last span in which events may have been missed. */
  readonly lastGap: Gap | undefined;
  /** Since when events may be missing right now, or are still in parts; `undefined` where all has been delivered. */
  readonly missingSince: number | undefined;
  /** When the oldest delivery in flight came. */
  readonly unkeptSince: number | undefined;
}

/** What was last wrong with a connection. */
export interface SocketTrouble {
  readonly trouble: DisconnectReason;
  readonly closeCode: number | undefined;
  readonly detail: string;
  /** When. */
  readonly at: number;
}

/** The state that a connection's step amounts to. */
export function stateOf(step: Step): SocketState {
  switch (step) {
    case "new":
    case "locating":
    case "located":
    case "opening":
      return "connecting";
    case "greeted":
    case "authorizing":
    case "authorized":
    case "subscribing":
      return "subscribing";
    case "subscribed":
      return "ready";
    case "lost":
      return "waiting";
  }
}
