export type { RealtimeFaultState, RealtimeFaults } from "./faults.js";
export {
  type ConnectionInfo,
  createRealtimeServer,
  type RealtimeEvent,
  type RealtimeServer,
  type RealtimeServerOptions,
} from "./server.js";
