/** What happened to an event in a listener, or to the listener itself. */
export interface DevReport {
  /** A report's type: `event.stored`, `callback.failed`, `event.done`, `gap.filled`, … */
  readonly type: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The event's id; absent where the report is about the listener. */
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  readonly callback?: string | undefined;
  readonly attempt?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly retryInMs?: number | undefined;
  /** Why something failed, or what a report about the listener says. */
  readonly message?: string | undefined;
}

/** One post of a listener. */
export interface DevReports {
  readonly listener: {
    /** Made up anew for each listener. */
    readonly id: string;
    readonly pid: number;
    readonly state: string;
    readonly healthy: boolean;
    /** Of its WebSocket, where it has one and is connected. */
    readonly socketId?: string | undefined;
    /** Its inbox's kind: `memory`, `sqlite`, … */
    readonly inbox: string;
    readonly running: number;
    /** What its callbacks asked for, one text each. */
    readonly filters: readonly string[];
  };
  readonly reports: readonly DevReport[];
}
