import type { ClockAhead, LogDoubt } from "../../model/platform.js";

/** One line of a log of events. */
export interface LogLine {
  /** When it was written, epoch milliseconds by the log's clock. */
  readonly at: number;
  /** Passes the line's event to the pipeline: true where it was new. Absent where the line has no event to run. */
  readonly deliver?: (() => boolean | Promise<boolean>) | undefined;
  /** Whether an event is lost with the line: it has no payload that a callback can run with. */
  readonly isUnusable?: boolean | undefined;
  /** Why the line may not have been read whole. */
  readonly doubt?: string | undefined;
}

/** A log that has the events of a gap: the platform's, or the list of a webhook sender. */
export interface GapLog {
  /** The subject of a message: "The platform's log". */
  readonly name: string;
  /** How long the log has an event, milliseconds. Default: it is not known. */
  readonly retentionMs?: number | undefined;
  /** How far the log's clock is ahead of ours. Default: not at all. */
  readonly clockAhead?: (() => ClockAhead) | undefined;
  /** The lines from `since` up to but without `until` (epoch milliseconds by the log's clock), oldest first. */
  read(range: {
    readonly since: number;
    readonly until: number;
    readonly signal: AbortSignal;
    readonly onDoubt: (doubt: LogDoubt) => void;
  }): AsyncIterable<LogLine>;
}
