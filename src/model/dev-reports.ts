/** A line that a callback wrote to the console. */
export interface AttemptLogLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** A listener event as the local platform receives it: without payloads. */
export interface DevReport {
  /** The listener event's type: `event.stored`, `callback.failed`, `event.done`, `gap.filled`, … */
  readonly type: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The id of the event; absent where it is about the listener. */
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  readonly callback?: string | undefined;
  readonly attempt?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly retryInMs?: number | undefined;
  /** The error, or the detail of a listener event. */
  readonly message?: string | undefined;
  /** Where the error was thrown; of `callback.failed` only. */
  readonly stack?: string | undefined;
  /** What the callback wrote to the console, oldest first; of `callback.done` and `callback.failed` only. */
  readonly logs?: readonly AttemptLogLine[] | undefined;
}

/** The body of one post: the listener's state and its latest events. */
export interface DevReports {
  readonly listener: {
    /** A random UUID for each listener. */
    readonly id: string;
    readonly pid: number;
    readonly state: string;
    readonly healthy: boolean;
    /** The socket id of its WebSocket, while connected. */
    readonly socketId?: string | undefined;
    /** Its inbox's kind: `memory`, `sqlite`, … */
    readonly inbox: string;
    readonly running: number;
    /** The filters of its callbacks, one text each. */
    readonly filters: readonly string[];
  };
  readonly reports: readonly DevReport[];
}
