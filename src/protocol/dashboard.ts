/**
 * What the dashboard over an inbox answers to its page: `dashboard()` of earshot/dashboard sends it, the page reads it.
 */

/** On every call of the page: no page of another origin can send it without this server's consent. */
export const DASHBOARD_HEADER = "x-earshot-dashboard";

/** A record in the list: everything but its body. */
export interface ListedRecord {
  readonly id: string;
  readonly triggerName: string;
  readonly appName: string;
  /** In one line: `ada starred acme/site`. */
  readonly summary: string;
  readonly state: string;
  readonly source: string;
  readonly provider: string;
  readonly attempts: number;
  /** The callback that failed last, else the last that is done; null where none has run. */
  readonly callback: string | null;
  readonly otherCallbacks: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly settledAt: number | null;
  /** The message of the last failure. */
  readonly error: string | null;
}

/** A part of the list, newest first. */
export interface RecordsAnswer {
  readonly rows: readonly ListedRecord[];
  /** Continues the search; null at the end of the inbox, "" where it is not to be continued. */
  readonly next: string | null;
  /** Records that were looked at for this part. */
  readonly searched: number;
  /** When the last of them was received, epoch milliseconds; null where there was none. */
  readonly searchedTo: number | null;
}

/** One record in full. */
export interface RecordAnswer {
  readonly row: ListedRecord;
  /** The decoded payload; the parsed body where it cannot be decoded. */
  readonly payload: unknown;
  readonly signed: boolean;
  readonly route: string | null;
  readonly orderKey: string | null;
  /** Epoch milliseconds: when a waiting record runs. */
  readonly dueAt: number;
  readonly done: readonly string[];
  readonly failures: readonly {
    readonly callback: string | null;
    readonly attempt: number;
    readonly at: number;
    readonly message: string;
    readonly stack: string | null;
  }[];
  readonly steps: readonly {
    readonly callback: string;
    readonly name: string;
    readonly at: number;
    /** JSON; null for `undefined`. */
    readonly result: string | null;
  }[];
  /** The request's headers without credentials; null where it came over a WebSocket. */
  readonly headers: Readonly<Record<string, unknown>> | null;
  /** The stored body as text, at most 100,000 characters. */
  readonly body: string;
}

/** Something that a listener reported: a gap, an alert, an error of the inbox. */
export interface NotableEvent {
  readonly at: number;
  readonly type: string;
  readonly message: string;
}

/** The state of the inbox, and of the listener where there is one. */
export interface OverviewAnswer {
  /** Epoch milliseconds, by the server's clock. */
  readonly now: number;
  readonly inbox: string;
  readonly readOnly: boolean;
  readonly version: string;
  readonly counts: Readonly<Record<string, number>>;
  /** When the oldest record that waits or runs was received; null where there is none, or it is not measured. */
  readonly oldestPending: number | null;
  /** The result of `listener.health()`; null over a store. */
  readonly health: unknown;
  /** Newest first; null over a store. */
  readonly notable: readonly NotableEvent[] | null;
}
