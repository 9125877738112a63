/** The realtime channel: a client of the Pusher Channels protocol, version 7. docs/realtime.md tells it in prose. */
export type { Gap } from "../backfill/gap.js";
export type { SocketState, SocketTrouble, WebSocketHealth } from "./health.js";
export type { SocketOptions } from "./options.js";
export { shareSocket } from "./shared-socket.js";
export { createSocket, type Socket } from "./shared-connection.js";
