export type { DeliveryAttempt } from "./attempts.js";
export type { WebhookFaultState, WebhookFaults } from "./faults.js";
export {
  createWebhookSender,
  type DeliveryResult,
  type WebhookDelivery,
  type WebhookSender,
  type WebhookSenderOptions,
} from "./sender.js";
export { targetProblem } from "./target.js";
