import type { WebSocket } from "ws";
import type { Clock } from "../../base/clock.js";

/** How long a peer may take to answer a close frame before its connection is cut. */
const CLOSE_LIMIT_MS = 5000;
/** A close frame holds 125 bytes, two of them the code (RFC 6455, 5.5). */
const LONGEST_REASON = 120;

/** Closes a connection in the protocol's way, and cuts it where the peer does not answer. */
export function closeWebSocket(ws: WebSocket, clock: Clock, code: number, reason: string): void {
  if (ws.readyState === ws.CLOSED) return;
  const limit = clock.after(CLOSE_LIMIT_MS, () => ws.terminate());
  ws.once("close", () => limit.clear());
  // Reasons are ASCII: characters are bytes.
  ws.close(code, reason.slice(0, LONGEST_REASON));
}
