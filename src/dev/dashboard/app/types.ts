// The names under which the dashboard knows what the control API answers. The platform's own types, and types alone:
// nothing of the platform is built into the page.
import type { Sight as PlatformSight } from "../../timeline/monitor.js";

export type { CatalogTrigger as TriggerType } from "../../../catalog/types.js";
export type {
  DeadAnswer,
  DeliveriesAnswer,
  EventAnswer,
  FaultsAnswer as Faults,
  ListenersAnswer,
  RowsAnswer,
  StateAnswer,
} from "../../api/types.js";
export type { Instance } from "../../state/instances.js";
export type { Fate } from "../../timeline/event-status.js";
export type { EventRow } from "../../timeline/monitor.js";
export type { Second } from "../../timeline/throughput.js";
export type { Step } from "../../timeline/timelines.js";
export type { DeliveryAttempt as Attempt } from "../../webhooks/attempts.js";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** What the platform tells as it happens, and what the page notices about its connection. */
export type Sight =
  | PlatformSight
  /** More happened than could be told: everything is to be asked for anew. */
  | { readonly type: "behind" }
  | { readonly type: "connected" }
  | { readonly type: "lost" };
