/** A connected account whose authorization was started or completed. Generation 1. */
export interface AccountProgress {
  readonly app_name: string;
  readonly integration_name: string;
  readonly integration_id: string;
  readonly connected_account_id: string;
  /** The data of the app and the platform about it so far. */
  readonly body: unknown;
}

/** A connected account whose authorization expired, as in the REST API. Generation 3. */
export interface ExpiredAccount {
  readonly id: string;
  readonly user_id: string;
  readonly toolkit: { readonly slug: string };
  readonly auth_config: { readonly id: string };
  readonly status: string;
  readonly status_reason?: string | null | undefined;
}

/** A trigger instance that the platform has disabled. Generation 3. */
export interface DisabledTrigger {
  /** The trigger instance: `ti_…`. */
  readonly id: string;
  readonly connected_account_id: string;
  /** The trigger type: `GITHUB_STAR_ADDED_EVENT`. */
  readonly trigger_name: string;
  readonly user_id: string;
  readonly trigger_config: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly disabled_at: string;
  /** Why; the platform may add reasons. After `connection_expired` it is enabled again with the account. */
  readonly disabled_reason:
    | "connection_expired"
    | "subscription_auth_failure"
    | "subscription_refresh_failure"
    | "polling_failure_in_composio_infra"
    | (string & {});
}

/** Events of connected accounts and trigger instances: name → payload. They need no enabled trigger. */
export interface AccountEvents {
  "connected_account.add.start": { readonly payload: AccountProgress };
  "connected_account.add.completed": { readonly payload: AccountProgress };
  /** Sent where the webhook subscription includes it. */
  "composio.connected_account.expired": { readonly payload: ExpiredAccount };
  /** Sent where the webhook subscription includes it. */
  "composio.trigger.disabled": { readonly payload: DisabledTrigger };
}
