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
  authorise(socketId: string, channel: string, signal: AbortSignal): Promise<{ readonly auth: string }>;
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

/** What a listener needs of the platform, beyond the two transports themselves. */
export interface PlatformLink {
  /** Origin of the REST API. */
  readonly baseUrl: string;
  /** Who talks to whom, and how: the same for toolsets with the same key and base URL. Holds the key: never shown. */
  readonly account: string;
  readonly realtime: RealtimeAccess;
  /** Absent where nobody is to be told. */
  readonly dev?: DevLink;
  /** The names of all triggers, in upper case. Absent where nobody asks. */
  triggerNames?(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The trigger instances, disabled ones included. Absent where nobody asks.
   *
   * @returns `undefined` where there are too many to list
   */
  triggerInstances?(signal: AbortSignal): Promise<readonly TriggerInstance[] | undefined>;
  /** The trigger log, oldest first, from `since` up to but without `until` (epoch milliseconds). */
  logs(range: {
    readonly since: number;
    readonly until: number;
    readonly signal: AbortSignal;
  }): AsyncIterable<TriggerLog>;
  readonly webhook: {
    current(signal: AbortSignal): Promise<WebhookTarget>;
    /** Points the platform's webhook at `url`. @returns the secret it signs with and the URL it replaced */
    register(
      url: string,
      signal: AbortSignal,
    ): Promise<{ readonly secret: string | undefined; readonly replaced: string | undefined }>;
  };
}
