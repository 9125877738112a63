import { EarshotError } from "./base/errors.js";
import type { WebSocketHealth } from "./transports/websocket/health.js";

/** Where a listener stands in its life. */
export type ListenerState = "new" | "starting" | "running" | "stopping" | "stopped" | "failed";

/** What `health()` says. */
export interface ListenerHealth {
  readonly state: ListenerState;
  /** Whether every transport that was asked for receives now, and the inbox takes. */
  readonly healthy: boolean;
  /** Absent without a WebSocket. */
  readonly websocket: WebSocketHealth | undefined;
  /** Absent without a server of our own. */
  readonly webhook: { readonly url: string | undefined; readonly inFlight: number } | undefined;
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

/** Why no event can come: the listener was not started yet, or (final) has ended. `undefined` where one can. */
export function blocked(
  state: ListenerState,
  what: string,
): { readonly error: EarshotError; readonly isFinal: boolean } | undefined {
  if (state === "starting" || state === "running") return undefined;
  const isFinal = state !== "new";
  const message = isFinal
    ? `${what} waits for events, and the listener is ${state}: create another one and start it.`
    : `${what} waits for events, and the listener is not started: call \`await listener.start()\` first.`;
  return { error: new EarshotError("ERR_LISTENER_STATE", message), isFinal };
}
