import type { AdminShape, V3OtherShape } from "../../protocol/shapes.js";
import type { FiredAccount, FiredEvent } from "../fired.js";

/** What the event about a connected account is made of; a {@link FiredEvent} has all of it. */
export type AccountEvent = Pick<FiredEvent, "messageId" | "timestamp" | "appName" | "account" | "project">;

/** `type` of the V3 event for an account whose authorization ran out. */
export const ACCOUNT_EXPIRED = "composio.connected_account.expired";

/** The V3 envelope with an event that no trigger fired: the account stands in `data`, as the REST API shows it. */
export function accountExpiredShape(event: AccountEvent): V3OtherShape {
  return {
    id: event.messageId,
    timestamp: event.timestamp,
    type: ACCOUNT_EXPIRED,
    metadata: { project_id: event.project.projectId, org_id: event.project.orgId },
    data: accountData(event.account, event),
  };
}

function accountData(account: FiredAccount, event: AccountEvent): Record<string, unknown> {
  return {
    id: account.nanoId,
    user_id: account.userId,
    toolkit: { slug: event.appName },
    auth_config: { id: account.authConfigNanoId, is_disabled: false },
    status: "EXPIRED",
    status_reason: "The authorization ran out and could not be renewed.",
    is_disabled: false,
    updated_at: event.timestamp,
    deprecated: { uuid: account.uuid, labels: [] },
  };
}

/** Generation 1's webhook about an account that is being connected. */
export function adminShape(event: AccountEvent, step: "start" | "completed"): AdminShape {
  return {
    type: `connected_account.add.${step}`,
    timestamp: event.timestamp,
    data: {
      app_name: event.appName,
      integration_name: event.appName,
      integration_id: event.account.integrationUuid,
      connected_account_id: event.account.uuid,
      body: { entityId: event.account.userId, status: step === "start" ? "INITIATED" : event.account.status },
    },
  };
}

/** The admin webhook as some relays hand it on: the request that they got, described. */
export interface RelayedAdminShape {
  readonly event: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly client_ip: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: AdminShape;
  };
}

/**
 * Wraps an admin webhook as a relay does.
 *
 * @param url where the relay is said to have taken it
 */
export function relayedAdminShape(body: AdminShape, url = "http://127.0.0.1/webhook"): RelayedAdminShape {
  const { pathname, searchParams } = new URL(url);
  return {
    event: {
      method: "POST",
      path: pathname,
      query: Object.fromEntries(searchParams),
      client_ip: "127.0.0.1",
      url,
      headers: { "content-type": "application/json" },
      body,
    },
  };
}
