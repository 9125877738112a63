import type { DevReports } from "./dev-reports.js";
import type { TriggerLog } from "./trigger-log.js";

/** Where the realtime channel is, asked anew before every connection. */
export interface RealtimePlace {
  /** The whole WebSocket URL, protocol parameters included. */
  readonly url: string;
  readonly channel: string;
}

/** What the socket asks of the platform. */
export interface RealtimeAccess {
  /** @throws EarshotError; ERR_UNAUTHORIZED does not heal, everything else may */
  locate(signal: AbortSignal): Promise<RealtimePlace>;
  /** Signs a subscription of one connection: bound to its socket id, so every reconnect asks again. */
  authorize(socketId: string, channel: string, signal: AbortSignal): Promise<{ readonly auth: string }>;
}

/** A trigger that was enabled for a connected account, and may have been disabled since. */
export interface TriggerInstance {
  readonly id: string;
  /** The UUID beside a `ti_…` id (generation 3). */
  readonly uuid: string | undefined;
  readonly triggerName: string;
  readonly connectedAccountId: string;
  /** Whose it is; `undefined` where the platform does not say. */
  readonly entityId: string | undefined;
  readonly enabled: boolean;
}

/** The platform's record of where it sends webhooks. */
export interface WebhookTarget {
  readonly url: string | undefined;
  readonly secret: string | undefined;
}

/** How a listener tells the local platform, and it alone, how its events fare. */
export interface DevLink {
  /** Whether it can be at all: the platform is on this machine. */
  readonly possible: boolean;
  /** Whether the platform has said that it is the local one. */
  announced(): boolean;
  tell(posted: DevReports, signal: AbortSignal): Promise<void>;
}

/** Which app a trigger belongs to, as the platform's trigger types say it. Names in upper case, slugs in lower. */
export interface TriggerApps {
  /** What an earlier call has told; `undefined` where none has. */
  known(triggerName: string): string | undefined;
  /** @returns `undefined` where the platform does not know the trigger */
  find(triggerName: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Why lines of the trigger log may not have been read. */
export interface LogDoubt {
  /** In words, to stand within a sentence: "a line has no `id`". */
  readonly reason: string;
  /** The time of the line, epoch milliseconds by the platform's clock; `undefined`: it may be any of the range. */
  readonly at: number | undefined;
}

/** Milliseconds that one clock is ahead of another, as measured at first, and the least and the most since. */
export interface ClockAhead {
  readonly first: number;
  readonly least: number;
  readonly most: number;
}

/** What a listener needs of the platform, beyond the two transports themselves. */
export interface PlatformLink {
  /** Origin of the REST API. */
  readonly baseUrl: string;
  /** Who talks to whom, and how: the same for toolsets with the same key and base URL. Holds the key: never shown. */
  readonly account: string;
  readonly realtime: RealtimeAccess;
  /** Absent where nobody is to be told. */
  readonly dev?: DevLink | undefined;
  /** The names of all triggers, in upper case. Absent where nobody asks. */
  readonly triggerNames?: ((signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  /** Absent where the app is only told by the trigger's name. */
  readonly apps?: TriggerApps | undefined;
  /**
   * The trigger instances, disabled ones included. Absent where nobody asks.
   *
   * @returns `undefined` where there are too many to list
   */
  readonly triggerInstances?:
    | ((signal: AbortSignal) => Promise<readonly TriggerInstance[] | undefined>)
    | undefined;
  /**
   * The trigger log, oldest first, from `since` up to but without `until` (epoch milliseconds by the platform's
   * clock). Where it ends without a doubt, every line of the range was given.
   */
  logs(range: {
    readonly since: number;
    readonly until: number;
    readonly signal: AbortSignal;
    readonly onDoubt?: ((doubt: LogDoubt) => void) | undefined;
  }): AsyncIterable<TriggerLog>;
  /** How far the platform's clock is ahead of ours. Absent where nothing tells. */
  readonly clockAhead?: (() => ClockAhead) | undefined;
  readonly webhook: {
    current(signal: AbortSignal): Promise<WebhookTarget>;
    /** Points the platform's webhook at `url`. @returns the secret it signs with and the URL it replaced */
    register(
      url: string,
      signal: AbortSignal,
    ): Promise<{ readonly secret: string | undefined; readonly replaced: string | undefined }>;
  };
}
