export type { DeliveryAttempt } from "./attempts.js";
export { type Courier, type CourierOptions, createCourier, type Parcel, type Settled } from "./sender.js";
export type { CourierFaultState, CourierFaults } from "./faults.js";
export { targetProblem } from "./target.js";
