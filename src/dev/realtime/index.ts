export type { RealtimeFaultState, RealtimeFaults } from "./faults.js";
export {
  type ConnectionInfo,
  createRealtime,
  type Realtime,
  type RealtimeNews,
  type RealtimeOptions,
} from "./server.js";
