// The names under which the dashboard knows what the control API answers. The platform's own types, and types alone:
// nothing of the platform is built into the page.
import type { Sight as PlatformSight } from "../../ways/watch.js";

export type { CatalogTrigger as TriggerType } from "../../../catalog/types.js";
export type {
  DeadAnswer,
  DeliveriesAnswer,
  EventAnswer,
  FaultsAnswer as Faults,
  ListenersAnswer,
  RowsAnswer,
  StateAnswer,
} from "../../control/answers.js";
export type { DeliveryAttempt as Attempt } from "../../deliver/attempts.js";
export type { Instance } from "../../state/instances.js";
export type { Fate } from "../../ways/fate.js";
export type { Second } from "../../ways/series.js";
export type { EventRow } from "../../ways/watch.js";
export type { Step } from "../../ways/ways.js";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** What the platform tells as it happens, and what the page notices about its connection. */
export type Sight =
  | PlatformSight
  /** More happened than could be told: everything is to be asked for anew. */
  | { readonly type: "behind" }
  | { readonly type: "connected" }
  | { readonly type: "lost" };
