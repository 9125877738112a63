/** A connected account that somebody has begun, or finished, to authorize. Generation 1. */
export interface AccountProgress {
  readonly app_name: string;
  readonly integration_name: string;
  readonly integration_id: string;
  readonly connected_account_id: string;
  /** What the app and the platform have said of it so far. */
  readonly body: unknown;
}

/** A connected account whose authorization ran out, as the REST API shows it. Generation 3. */
export interface ExpiredAccount {
  readonly id: string;
  readonly user_id: string;
  readonly toolkit: { readonly slug: string };
  readonly auth_config: { readonly id: string };
  readonly status: string;
  readonly status_reason?: string | null | undefined;
}

/** What the platform tells of connected accounts by webhook: name → its payload. No trigger has to be enabled for it. */
export interface AccountEvents {
  "connected_account.add.start": { readonly payload: AccountProgress };
  "connected_account.add.completed": { readonly payload: AccountProgress };
  /** Sent where the webhook subscription asks for it. */
  "composio.connected_account.expired": { readonly payload: ExpiredAccount };
}
