import type { Clock } from "../base/clock.js";

/** The settings and services of the listener, for `Inbox.open`. */
export interface InboxContext {
  readonly clock: Clock;
  /**
   * The deduplication window: how long the keys of a stored record are remembered, milliseconds. `Infinity`: this
   * process forgets nothing, and leaves that to the listeners on the same store.
   */
  readonly dedupeWindowMs: number;
  /** How many unfinished records there may be before `store` answers `full`. */
  readonly maxPending: number;
  /** How long a claimed record is held without a `renew`, milliseconds. */
  readonly leaseMs: number;
  /** Bytes of the bodies of waiting and running records before `store` answers `full`. Default: no limit. */
  readonly maxPendingBytes?: number | undefined;
  /**
   * How often a record may be lost by a process that ended before it counts as the cause. The inbox only counts
   * (`InboxRecord.crashes`); the listener dead-letters.
   */
  readonly maxCrashes?: number | undefined;
  /** How long an unmatched record is left for others before it becomes done, which `warn` reports, milliseconds. Default: for ever. */
  readonly unmatchedForMs?: number | undefined;
  /** Bounds of the dead-letter queue; what is beyond is dropped, oldest first, and reported with `warn`. */
  readonly deadLimits?:
    | {
        /** Default: no limit. */
        readonly records?: number | undefined;
        /** Of their bodies. Default: no limit. */
        readonly bytes?: number | undefined;
        /** Since they became dead, milliseconds. Default: no limit. */
        readonly ageMs?: number | undefined;
      }
    | undefined;
  /** Names this process in leases: `host:pid`. Default: made by the inbox. */
  readonly owner?: string | undefined;
  /** Reports an error that belongs to no call of the contract: a lost connection, a full disk. */
  readonly warn: (error: Error) => void;
}
