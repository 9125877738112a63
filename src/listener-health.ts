import { EarshotError } from "./base/errors.js";
import type { KeptTriggersHealth } from "./keep-enabled.js";
import type { Pipeline } from "./pipeline/pipeline.js";
import type { Transports } from "./transports/index.js";
import type { McpHealth } from "./transports/mcp/health.js";
import type { PollHealth } from "./transports/poll/transport.js";
import type { WebhookHealth } from "./transports/webhook/transport.js";
import type { WebSocketHealth } from "./transports/websocket/health.js";

/** The state of a listener. */
export type ListenerState = "new" | "starting" | "running" | "stopping" | "stopped" | "failed";

/** The result of `health()`. */
export interface ListenerHealth {
  readonly state: ListenerState;
  /** Whether every configured transport receives now, and the inbox can store. */
  readonly healthy: boolean;
  /** Absent without a WebSocket. */
  readonly websocket: WebSocketHealth | undefined;
  /** Absent without `webhook`. Its `url` is absent without a `port`. */
  readonly webhook: WebhookHealth | undefined;
  /** Absent without `poll`. */
  readonly poll: PollHealth | undefined;
  /** Absent without `mcp`. */
  readonly mcp: McpHealth | undefined;
  readonly inbox: {
    readonly kind: string;
    /** Whether it has reached its limit of unfinished records. */
    readonly full: boolean;
    /**
     * Whether it would store the next delivery, by the last delivery or the last check. A check that is more than a
     * second old is repeated, for the next call. `/readyz` waits for it.
     */
    readonly ready: boolean;
    /** Why it would not. */
    readonly reason?: string | undefined;
  };
  /** The triggers of `keepEnabled()`; absent without any. */
  readonly triggers: KeptTriggersHealth | undefined;
  /** Batches of callbacks with `coalesce` that take events, by the last check of the inbox; `undefined` if it does not count them. */
  readonly openBatches: number | undefined;
  /** Records that are running. */
  readonly running: number;
  readonly lastEventAt: Date | undefined;
}

/** The result of `/readyz`. */
export interface ListenerReadiness {
  readonly ready: boolean;
  /** One sentence. Any client can read it: `health()` has the full reason, which may name hosts and files. */
  readonly reason?: string | undefined;
  readonly checks: Readonly<Record<string, unknown>>;
}

/** Whether the next delivery would be stored. */
export function readinessOf(health: ListenerHealth): ListenerReadiness {
  const { state, healthy, websocket, inbox, running } = health;
  const checks = {
    listener: { state, running },
    inbox: { kind: inbox.kind, ready: inbox.ready, full: inbox.full },
    ...(websocket === undefined ? {} : { websocket: { state: websocket.state } }),
  };
  if (healthy) return { ready: true, checks };
  if (state !== "running") return { ready: false, reason: `The listener is ${state}.`, checks };
  const reason = inbox.ready ? notReceiving(health) : "The inbox cannot store.";
  return { ready: false, reason, checks };
}

/** Which transport does not receive. */
function notReceiving({ websocket, poll, mcp }: ListenerHealth): string {
  if (websocket?.healthy === false) return `The WebSocket is ${websocket.state}.`;
  if (poll?.sources.some(({ failure }) => failure !== undefined)) return "A polled source cannot be read.";
  return mcp === undefined ? "The WebSocket is closed." : "An MCP server's events are not received.";
}

/** Why no event can be received: the listener has not started, or (final) has ended. `undefined` if one can. */
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

/** The error of a start after `stop()`, and of one that `stop()` overtook: what it has closed stays closed. */
export function stopped(): EarshotError {
  return new EarshotError("ERR_LISTENER_STATE", "The listener has been stopped.");
}

/** @param inbox what is known of it, without `full` */
export function healthOf(
  state: ListenerState,
  transports: Transports,
  { store, running }: Pipeline,
  inbox: Omit<ListenerHealth["inbox"], "full">,
  triggers: KeptTriggersHealth | undefined,
  openBatches: number | undefined,
): ListenerHealth {
  // Includes frames that the frame filter skipped.
  const lastEventAt = Math.max(store.lastEventAt ?? 0, transports.lastEventAt);
  return {
    state,
    healthy: state === "running" && inbox.ready && transports.areHealthy,
    ...transports.health,
    inbox: { full: store.isFull, ...inbox },
    triggers,
    openBatches,
    running,
    lastEventAt: lastEventAt === 0 ? undefined : new Date(lastEventAt),
  };
}

/** What the local platform's dashboard shows of a listener. */
export function aboutOf({ state, healthy, inbox, running }: ListenerHealth, filters: readonly string[]) {
  return { state, healthy, inbox: inbox.kind, running, filters };
}
