/** What the control API answers with, as far as the dashboard reads it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonRecord = Record<string, unknown>;

export interface TriggerType {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly instructions: string;
  readonly appName: string;
  readonly appDisplayName: string;
  readonly type: "webhook" | "poll";
  readonly config: JsonRecord;
  readonly payload: JsonRecord;
}

export interface Instance {
  readonly uuid: string;
  readonly nanoId: string;
  readonly triggerName: string;
  readonly config: JsonRecord;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

export interface PlatformState {
  readonly url: string;
  readonly webhook: { readonly url: string; readonly version: string } | null;
  readonly instances: readonly Instance[];
  readonly events: { readonly kept: number; readonly fired: number };
  readonly pendingDeliveries: number;
  readonly faults: Faults;
}

export interface Faults {
  readonly calls: readonly { readonly path: string; readonly status?: number; readonly times?: number }[];
  readonly realtime: {
    readonly silent: boolean;
    readonly toLose: number;
    readonly toDuplicate: number;
    readonly toReorder: number;
    readonly delayMs: number;
  };
  readonly webhooks: {
    readonly badSignature: number;
    readonly staleTimestamp: number;
    readonly duplicate: number;
    readonly lose: number;
    readonly delayMs: number;
  };
}

export interface EventRow {
  readonly number: number;
  readonly id: string;
  readonly triggerName: string;
  readonly appName: string;
  readonly triggerId: string;
  readonly userId: string;
  readonly at: number;
  readonly error: string | null;
}

export interface Step {
  readonly type: string;
  readonly at: number;
  readonly source?: string;
  readonly callback?: string;
  readonly attempt?: number;
  readonly durationMs?: number;
  readonly againInMs?: number;
  readonly message?: string;
  readonly listener?: string;
}

export interface Attempt {
  readonly messageId: string;
  readonly logId: string;
  readonly url: string;
  readonly attempt: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestHeaders: Record<string, string>;
  readonly status?: number;
  readonly answerHeaders: Record<string, string>;
  readonly answerBody: string;
  readonly error?: string;
  readonly nextTryAt?: number;
}

export interface EventDetail {
  readonly row: EventRow;
  readonly event: {
    readonly logId: string;
    readonly triggerName: string;
    readonly appName: string;
    readonly timestamp: string;
    readonly payload: JsonRecord;
    readonly originalPayload: JsonRecord;
    readonly instance: { readonly nanoId: string; readonly config: JsonRecord };
    readonly account: { readonly userId: string; readonly nanoId: string };
  };
  readonly steps: readonly Step[];
  readonly attempts: readonly Attempt[];
}

export interface Second {
  readonly at: number;
  readonly fired: number;
  readonly done: number;
  readonly failed: number;
  readonly meanMs?: number;
}

export interface ListenersAnswer {
  readonly now: number;
  readonly connections: readonly {
    readonly socketId: string;
    readonly channels: readonly string[];
    readonly connectedAt: number;
    readonly client?: string;
    readonly sent: number;
  }[];
  readonly listeners: readonly {
    readonly about: {
      readonly id: string;
      readonly pid: number;
      readonly state: string;
      readonly healthy: boolean;
      readonly socketId?: string;
      readonly inbox: string;
      readonly running: number;
      readonly filters: readonly string[];
    };
    readonly lastSeenAt: number;
    readonly done: number;
    readonly failed: number;
    readonly dead: number;
  }[];
  readonly seconds: readonly Second[];
}

export interface DeadAnswer {
  readonly webhooks: readonly EventRow[];
  readonly listeners: readonly {
    readonly id: string;
    readonly at: number;
    readonly message: string;
    readonly row: EventRow | null;
  }[];
  readonly inbox: {
    readonly kind: string;
    readonly counts: Record<string, number>;
    readonly records: readonly {
      readonly id: string;
      readonly triggerName: string;
      readonly attempts: number;
      readonly receivedAt: number;
      readonly failures: readonly {
        readonly callback?: string;
        readonly message: string;
        readonly at: number;
      }[];
    }[];
  } | null;
}

export type Sight =
  | { readonly type: "fired"; readonly row: EventRow }
  | { readonly type: "step"; readonly id: string; readonly step: Step }
  | { readonly type: "attempt"; readonly attempt: Attempt }
  | { readonly type: "settled"; readonly id: string; readonly error: string | null }
  | { readonly type: "changed"; readonly what: string }
  | { readonly type: "behind" }
  | { readonly type: "connected" }
  | { readonly type: "lost" };
