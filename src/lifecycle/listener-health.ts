import type { SocketHealth } from "../intake/socket/index.js";

/** Where a listener stands in its life. */
export type ListenerState = "new" | "starting" | "running" | "stopping" | "stopped" | "failed";

/** What `health()` says. */
export interface ListenerHealth {
  readonly state: ListenerState;
  /** Whether every transport that was asked for receives now, and the inbox takes. */
  readonly healthy: boolean;
  /** Absent without a WebSocket. */
  readonly socket: SocketHealth | undefined;
  /** Absent without a server of our own. */
  readonly door: { readonly url: string | undefined; readonly inFlight: number } | undefined;
  readonly inbox: {
    readonly kind: string;
    /** Whether it holds as many unfinished records as it may. */
    readonly full: boolean;
    /**
     * Whether it would store the next delivery: what the last delivery or the last look found. A look that is more
     * than a second old is repeated, for the next call. `/readyz` waits for it.
     */
    readonly ready: boolean;
    /** Why it would not. */
    readonly reason?: string | undefined;
  };
  /** Records in work. */
  readonly running: number;
  readonly lastEventAt: Date | undefined;
}
