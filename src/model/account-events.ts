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

/** Events of connected accounts, sent by webhook: name → payload. They need no enabled trigger. */
export interface AccountEvents {
  "connected_account.add.start": { readonly payload: AccountProgress };
  "connected_account.add.completed": { readonly payload: AccountProgress };
  /** Sent where the webhook subscription includes it. */
  "composio.connected_account.expired": { readonly payload: ExpiredAccount };
}
