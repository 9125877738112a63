/** How a listener receives events. A transport is a folder beside this file, and a line in `index.ts`. */
export interface Transport {
  /**
   * Resolves when events are received. Rejects with the error that prevents it.
   *
   * @param signal is aborted when the listener stops
   */
  start(signal: AbortSignal): Promise<void>;
  /** The listener stops soon: clients are to move to another process. Deliveries are still accepted. Default: nothing. */
  leave?(): void;
  /** Ends receiving. MUST work after a failed start, and MUST NOT wait longer than `graceMs` for what is in flight. */
  stop(graceMs: number): Promise<void>;
  /** The transport's member of `listener.health()`. */
  readonly health: object;
  /** Whether events are received now. */
  readonly isHealthy: boolean;
  /** When it last received an event that it skipped before the pipeline, epoch milliseconds. Default: none is skipped. */
  readonly lastEventAt?: number | undefined;
}
