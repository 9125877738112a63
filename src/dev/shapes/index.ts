export {
  ACCOUNT_EXPIRED,
  type AccountEvent,
  accountExpiredShape,
  adminShape,
  type RelayedAdminShape,
  relayedAdminShape,
} from "./account.js";
export { realtimeShape } from "./realtime.js";
export { v1Shape, v2Shape, v3Shape, webhookShape } from "./webhook.js";
