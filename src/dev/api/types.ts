import type { InboxViewRecord } from "../dashboard/inbox-view.js";
import type { FiredEvent } from "../fired.js";
import type { CallFault } from "../http/call-faults.js";
import type { ModelFaults, ModelRun } from "../model/scripted-model.js";
import type { RealtimeFaultState } from "../realtime/faults.js";
import type { ConnectionInfo } from "../realtime/server.js";
import type { Account } from "../state/accounts.js";
import type { Instance } from "../state/instances.js";
import type { Project, WebhookSubscription } from "../state/project.js";
import type { CallbackLog } from "../timeline/attempt-logs.js";
import type { DeadLetter, KnownListener } from "../timeline/listeners.js";
import type { EventRow } from "../timeline/monitor.js";
import type { Second } from "../timeline/throughput.js";
import type { TimelineStep } from "../timeline/timelines.js";
import type { ToolFault } from "../tools/tool-faults.js";
import type { ToolRun } from "../tools/tool-runs.js";
import type { DeliveryAttempt } from "../webhooks/attempts.js";
import type { WebhookFaultState } from "../webhooks/faults.js";

// What the control API answers, where more than one side has to know it.

export interface FaultsAnswer {
  readonly calls: readonly CallFault[];
  readonly realtime: RealtimeFaultState;
  readonly webhooks: WebhookFaultState;
  readonly tools: readonly ToolFault[];
  readonly model: ReturnType<ModelFaults["current"]>;
}

export interface StateAnswer {
  readonly url: string;
  readonly project: Pick<Project, "id" | "clientId" | "appKey">;
  readonly webhook: WebhookSubscription | null;
  readonly webhookSecret: string;
  readonly accounts: readonly Account[];
  readonly instances: readonly Instance[];
  readonly connections: readonly ConnectionInfo[];
  readonly events: { readonly kept: number; readonly fired: number };
  readonly pendingDeliveries: number;
  readonly faults: FaultsAnswer;
}

/** What came of a call that fires. */
export interface FireAnswer {
  /** How many events. */
  readonly fired: number;
  readonly logIds: readonly string[];
  /** To how many realtime connections the last event went. */
  readonly connections: number;
  /** Where the events are posted to; `null` where no webhook is set up. */
  readonly webhook: string | null;
  /** In what way the given payload is not what the schema describes. Absent where it is, or none was given. */
  readonly misfits?: readonly string[];
}

export interface DeliveriesAnswer {
  readonly pending: number;
  /** Newest first. */
  readonly deliveries: readonly DeliveryAttempt[];
}

/** Newest first; `next` is what `before` is to be for the next page. */
export interface RowsAnswer {
  readonly rows: readonly EventRow[];
  readonly next: number | null;
}

/** The events whose payload an expression selects. */
export interface MatchingAnswer {
  /** Oldest first. */
  readonly numbers: readonly number[];
  /** The newest event that was looked at: the next call's `after`. */
  readonly last: number;
}

export interface EventAnswer {
  readonly row: EventRow;
  readonly event: FiredEvent;
  readonly steps: readonly TimelineStep[];
  /** The attempts to deliver its webhook that are still in memory, newest first. */
  readonly deliveries: readonly DeliveryAttempt[];
  /** Tools that ran while a callback ran on the event, oldest first. */
  readonly toolRuns: readonly ToolRun[];
  /** Requests to the scripted model while a callback ran on the event, oldest first. */
  readonly modelRuns: readonly ModelRun[];
  /** What each attempt wrote to the console. */
  readonly logs: readonly CallbackLog[];
  /** Whether the platform has an inbox, from which a dead letter can be replayed. */
  readonly hasInbox: boolean;
}

export interface ListenersAnswer {
  /** Epoch milliseconds, by the platform's clock. */
  readonly now: number;
  readonly connections: readonly ConnectionInfo[];
  readonly listeners: readonly KnownListener[];
  readonly seconds: readonly Second[];
}

export interface DeadInboxRecord
  extends Pick<InboxViewRecord, "id" | "triggerName" | "attempts" | "receivedAt" | "failures"> {
  /** Null where the log has the event no more. */
  readonly summary: string | null;
}

export interface DeadAnswer {
  /** Given up by the platform. */
  readonly webhooks: readonly EventRow[];
  /** Given up by listeners; the row is null where the log has the event no more. */
  readonly listeners: readonly (DeadLetter & { readonly row: EventRow | null })[];
  /** `null` where no inbox was given. */
  readonly inbox: {
    readonly kind: string;
    readonly canDrop: boolean;
    readonly records: readonly DeadInboxRecord[];
    readonly counts: Readonly<Record<string, number>>;
  } | null;
}
