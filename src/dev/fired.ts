/** The account that an event is about, under the names of both generations. */
export interface FiredAccount {
  /** ClientConnection id of generation 1. */
  readonly uuid: string;
  /** Connected account id of generation 3: `ca_…`. */
  readonly nanoId: string;
  /** Integration id of generation 1, a UUID. */
  readonly integrationUuid: string;
  /** Auth config id of generation 3: `ac_…`. */
  readonly authConfigNanoId: string;
  /** The entity, or user, that the account belongs to. */
  readonly userId: string;
  /** `ACTIVE`, `INACTIVE`, … */
  readonly status: string;
}

/** The enabled trigger that fired. */
export interface FiredInstance {
  readonly uuid: string;
  /** `ti_…` */
  readonly nanoId: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * One event as the local platform knows it, before it is written in any of the wire's shapes. Every shape of
 * one event is made from the same value, so copies on both transports share their ids, time and payload.
 */
export interface FiredEvent {
  /** What all copies of the event have in common: the id of its line in the event log. */
  readonly logId: string;
  /** `msg_…`: the `webhook-id` header and the V3 shape's `id`. */
  readonly messageId: string;
  /** When it happened, ISO 8601 with milliseconds. */
  readonly timestamp: string;
  /** `GITHUB_STAR_ADDED_EVENT` */
  readonly triggerName: string;
  /** In lower case: `github`. */
  readonly appName: string;
  readonly instance: FiredInstance;
  readonly account: FiredAccount;
  /** What the trigger's payload schema describes. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the app itself is supposed to have sent. */
  readonly originalPayload: Readonly<Record<string, unknown>>;
  readonly project: {
    /** Generation 1's client id: names its realtime channel. */
    readonly clientId: string;
    /**
     * Generation 1's number for the same client. The legacy realtime shape's `clientId` is this one:
     * the published Python client takes nothing but a number there.
     */
    readonly clientNumber: number;
    /** Generation 3's project id, `pr_…`: names its realtime channel. */
    readonly projectId: string;
    readonly orgId: string;
  };
}
