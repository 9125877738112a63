import { dateOf } from "../../base/date-of.js";
import type { JsonObject } from "../../model/json.js";
import { type LinkBodyV3, v3 } from "../../protocol/rest-v3.js";
import type { AccountCalls } from "../api-adapter.js";
import { booleanOf, objectIn, objectOf, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ConnectedAccount } from "../types.js";
import { cursorPages, LONG_PAGE } from "./pages.js";

export function accountCallsV3(requester: Requester): AccountCalls {
  return {
    list: (query, signal) =>
      cursorPages(
        requester,
        v3.accounts,
        {
          // The default leaves shared accounts out.
          account_type: "ALL",
          toolkit_slugs: query.appNames,
          statuses: query.statuses,
          user_ids: query.entityIds,
          auth_config_ids: query.integrationIds,
          connected_account_ids: query.connectedAccountIds,
        },
        readAccount,
        signal,
        LONG_PAGE,
      ),
    async get(id, signal) {
      const response = await requester.call(v3.account, { nanoid: id }, { signal });
      return readAccount(objectIn(response, "the connected account"));
    },
    async link({ integrationId, entityId, callbackUrl }, signal) {
      const what = "the link to connect an account";
      const json: LinkBodyV3 = {
        auth_config_id: integrationId,
        user_id: entityId,
        ...(callbackUrl !== undefined && { callback_url: callbackUrl }),
      };
      const response = objectIn(await requester.call(v3.linkAccount, {}, { json, signal }), what);
      return {
        connectedAccountId: requiredText(response, "connected_account_id", what),
        redirectUrl: optionalText(response.redirect_url),
      };
    },
    async create({ integrationId, entityId, scheme, credentials }, signal) {
      const what = "the new connected account";
      const state = { authScheme: scheme, val: { status: "ACTIVE", ...credentials } };
      const json = { auth_config: { id: integrationId }, connection: { user_id: entityId, state } };
      const response = objectIn(await requester.call(v3.createAccount, {}, { json, signal }), what);
      return { connectedAccountId: requiredText(response, "id", what), redirectUrl: undefined };
    },
    async setEnabled(id, enabled, signal) {
      // 409: already in that state.
      const settled = (status: number) => status === 409;
      await requester.call(v3.setAccountStatus, { nanoid: id }, { json: { enabled }, settled, signal });
    },
    async delete(id, signal) {
      // 404 on a second try: the first one, whose response was lost, has deleted it.
      const settled = (status: number, tries: number) => status === 410 || (status === 404 && tries > 1);
      await requester.call(v3.deleteAccount, { nanoid: id }, { settled, signal });
    },
  };
}

function readAccount(from: JsonObject): ConnectedAccount {
  const what = "the connected accounts";
  const status = requiredText(from, "status", what);
  return {
    id: requiredText(from, "id", what),
    uuid: optionalText(objectOf(from.deprecated).uuid),
    appName: requiredText(from, "toolkit.slug", what).toLowerCase(),
    integrationId: requiredText(from, "auth_config.id", what),
    entityId: optionalText(from.user_id),
    status,
    statusReason: optionalText(from.status_reason),
    isManaged: booleanOf(objectOf(from.auth_config).is_composio_managed),
    isShared: optionalText(from.account_type)?.toUpperCase() === "SHARED",
    usable: status.toUpperCase() === "ACTIVE" && from.is_disabled !== true,
    createdAt: dateOf(from.created_at),
    updatedAt: dateOf(from.updated_at),
  };
}
