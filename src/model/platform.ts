import type { DevReports } from "./dev-reports.js";
import type { ListenerMonitor } from "./monitor.js";
import type { TriggerLog } from "./trigger-log.js";

/** The realtime server and its channel, requested anew before every connection. */
export interface RealtimePlace {
  /** The WebSocket URL with its protocol parameters. */
  readonly url: string;
  readonly channel: string;
}

/** The calls that a WebSocket connection makes to the platform. */
export interface RealtimeAccess {
  /** @throws EarshotError; ERR_UNAUTHORIZED is permanent, everything else may be transient */
  locate(signal: AbortSignal): Promise<RealtimePlace>;
  /** Signs the subscription of one connection. The signature is bound to the socket id: every reconnect needs another. */
  authorize(socketId: string, channel: string, signal: AbortSignal): Promise<{ readonly auth: string }>;
}

/** A trigger that was enabled for a connected account, and may have been disabled since. */
export interface TriggerInstance {
  readonly id: string;
  /** The UUID beside a `ti_…` id (generation 3). */
  readonly uuid: string | undefined;
  readonly triggerName: string;
  readonly connectedAccountId: string;
  /** The entity of its account; `undefined` where the platform returns none. */
  readonly entityId: string | undefined;
  readonly enabled: boolean;
}

/** The platform's record of where it sends webhooks. */
export interface WebhookTarget {
  readonly url: string | undefined;
  readonly secret: string | undefined;
}

/** Receives a listener's events for the dashboard: the local platform, never the real one. */
export interface DevReportTarget {
  /** Whether the base URL is this machine. */
  readonly isLoopback: boolean;
  /** Whether the server there has identified itself as the local platform. */
  isIdentified(): boolean;
  post(reports: DevReports, signal: AbortSignal): Promise<void>;
}

/** The app of a trigger, from the platform's trigger types. Trigger names in upper case, apps in lower case. */
export interface TriggerApps {
  /** From an earlier response; `undefined` where none had it. */
  known(triggerName: string): string | undefined;
  /** @returns `undefined` where the platform does not know the trigger */
  find(triggerName: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Why lines of the trigger log may not have been read. */
export interface LogDoubt {
  /** A clause for a message: "a line has no `id`". */
  readonly reason: string;
  /** The time of the line, epoch milliseconds by the platform's clock; `undefined`: it may be any of the range. */
  readonly at: number | undefined;
}

/** How far one clock is ahead of another, milliseconds: the first measurement, the least and the most since. */
export interface ClockAhead {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/** The calls that a listener makes to the platform. */
export interface PlatformAccess {
  /** Origin of the REST API. */
  readonly baseUrl: string;
  /** Equal for toolsets with the same key, base URL and generation. Contains the key: never print it. */
  readonly account: string;
  /** Metrics and traces of the toolset; its listeners share them. */
  readonly monitors?: readonly ListenerMonitor[] | undefined;
  readonly realtime: RealtimeAccess;
  /** Absent where there is no local platform to report to. */
  readonly dev?: DevReportTarget | undefined;
  /**
   * Enables a trigger, as `toolset.enableTrigger` does. Absent: triggers cannot be kept enabled.
   *
   * @throws EarshotError
   */
  readonly enable?:
    | ((
        name: string,
        options: object,
        signal: AbortSignal,
      ) => Promise<{ readonly triggerId: string; readonly triggerName: string }>)
    | undefined;
  /** Whether the project fires triggers at all; `undefined` where the platform does not say. */
  readonly triggersEnabled?: ((signal: AbortSignal) => Promise<boolean | undefined>) | undefined;
  /** The names of all triggers, in upper case. Absent: names are not checked. */
  readonly triggerNames?: ((signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  /** Absent: the app is read from the trigger's name. */
  readonly apps?: TriggerApps | undefined;
  /**
   * The trigger instances, disabled ones included. Absent: filters are not checked against them.
   *
   * @returns `undefined` where there are too many to list
   */
  readonly triggerInstances?:
    | ((signal: AbortSignal) => Promise<readonly TriggerInstance[] | undefined>)
    | undefined;
  /**
   * The trigger log, oldest first, from `since` up to but without `until` (epoch milliseconds by the platform's
   * clock). Without a call of `onDoubt`, every line of the range was listed.
   */
  logs(range: {
    readonly since: number;
    readonly until: number;
    readonly signal: AbortSignal;
    readonly onDoubt?: ((doubt: LogDoubt) => void) | undefined;
  }): AsyncIterable<TriggerLog>;
  /** How far the platform's clock is ahead of ours. Absent: taken as equal. */
  readonly clockAhead?: (() => ClockAhead) | undefined;
  readonly webhook: {
    current(signal: AbortSignal): Promise<WebhookTarget>;
    /**
     * Sets the platform's webhook URL.
     *
     * @param events in addition to the events of triggers: `composio.trigger.disabled`
     * @returns the signing secret and the previous URL
     */
    register(
      url: string,
      events: readonly string[],
      signal: AbortSignal,
    ): Promise<{ readonly secret: string | undefined; readonly replaced: string | undefined }>;
  };
}
