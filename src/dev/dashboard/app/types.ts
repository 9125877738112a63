// The names under which the page knows the types of the control API. They are types only: no code of the platform is
// built into the page.
import type { LiveUpdate as PlatformUpdate } from "../../timeline/monitor.js";

export type { CatalogTrigger as TriggerType } from "../../../catalog/types.js";
export type {
  ListedRecord,
  OverviewAnswer as OverviewResponse,
  RecordAnswer as RecordResponse,
  RecordsAnswer as RecordsResponse,
} from "../../../protocol/dashboard.js";
export type {
  DeadAnswer as DeadLettersResponse,
  DeliveriesAnswer as DeliveriesResponse,
  EventAnswer as EventResponse,
  FaultsAnswer as FaultState,
  ListenersAnswer as ListenersResponse,
  MatchingAnswer as MatchingResponse,
  RowsAnswer as RowsResponse,
  StateAnswer as StateResponse,
} from "../../api/types.js";
export type { ModelRun } from "../../model/scripted-model.js";
export type { Instance } from "../../state/instances.js";
export type { CallbackLog } from "../../timeline/attempt-logs.js";
export type { EventProgress, EventStatus } from "../../timeline/event-status.js";
export type { EventRow } from "../../timeline/monitor.js";
export type { Second } from "../../timeline/throughput.js";
export type { TimelineStep } from "../../timeline/timelines.js";
export type { ToolRun } from "../../tools/tool-runs.js";
export type { DeliveryAttempt } from "../../webhooks/attempts.js";
export type { World } from "../../world/world.js";

export type JsonRecord = Readonly<Record<string, unknown>>;

/** An update from the platform, or about the connection to it. */
export type DashboardUpdate =
  | PlatformUpdate
  /** The page read too slowly and missed updates: everything is loaded again. */
  | { readonly type: "behind" }
  | { readonly type: "connected" }
  | { readonly type: "lost" };
