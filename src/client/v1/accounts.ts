import { dateOf } from "../../base/date-of.js";
import type { JsonObject } from "../../model/json.js";
import { v1 } from "../../protocol/rest-v1.js";
import type { AccountCalls } from "../api-adapter.js";
import { commaQuery } from "../query.js";
import { itemsIn, objectIn, optionalText, requiredText } from "../read.js";
import type { Requester } from "../request.js";
import type { ConnectedAccount } from "../types.js";
import { countOf, numberedPages, PAGE_SIZE, successIn, totalPages } from "./response.js";

export function accountCallsV1(requester: Requester): AccountCalls {
  const begin = async (json: object, signal: AbortSignal | undefined) => {
    const what = "the new connected account";
    const response = objectIn(await requester.call(v1.createAccount, {}, { json, signal }), what);
    return {
      connectedAccountId: requiredText(response, "connectedAccountId", what),
      redirectUrl: optionalText(response.redirectUrl),
    };
  };
  return {
    async *list(query, signal) {
      const { entityIds, integrationIds, connectedAccountIds } = query;
      const filters = {
        // The same under the older key: servers support one of them, or both.
        entityId: entityIds,
        user_uuid: entityIds,
        appNames: query.appNames,
        status: query.statuses,
        // As in generation 3: disabled accounts are listed.
        showDisabled: true,
        // These two have one value; several are filtered below.
        integrationId: one(integrationIds),
        connectionId: one(connectedAccountIds),
        pageSize: PAGE_SIZE,
      };
      const what = "the connected accounts";
      const fetch = async (page: number) => {
        const queryString = commaQuery({ ...filters, page });
        const response = objectIn(
          await requester.call(v1.accounts, {}, { query: queryString, signal }),
          what,
        );
        const items = itemsIn(response.items, what, readAccount, (warning) => requester.warn(warning));
        return { items, count: countOf(response.items), total: totalPages(response) };
      };
      for await (const page of numberedPages(fetch, {
        what,
        maxPages: requester.maxPages,
        idOf: ({ id }) => id,
      })) {
        yield page.filter(
          (account) => meets(integrationIds, account.integrationId) && meets(connectedAccountIds, account.id),
        );
      }
    },
    async get(id, signal) {
      const response = await requester.call(v1.account, { connectedAccountId: id }, { signal });
      return readAccount(objectIn(response, "the connected account"));
    },
    link: ({ integrationId, entityId, callbackUrl }, signal) =>
      begin(
        {
          integrationId,
          entityId,
          ...(callbackUrl !== undefined && { redirectUri: callbackUrl }),
          data: {},
        },
        signal,
      ),
    create: ({ integrationId, entityId, credentials }, signal) =>
      begin({ integrationId, entityId, data: credentials }, signal),
    async setEnabled(id, enabled, signal) {
      const at = enabled ? v1.enableAccount : v1.disableAccount;
      await requester.call(at, { connectedAccountId: id }, { json: {}, signal });
    },
    async delete(id, signal) {
      // 404 on a second try: the first one, whose response was lost, has deleted it.
      const settled = (status: number, tries: number) => status === 404 && tries > 1;
      const response = await requester.call(
        v1.deleteAccount,
        { connectedAccountId: id },
        { settled, signal },
      );
      successIn(response, `deleting account ${id}`);
    },
  };
}

/** The only value of a list; `undefined` where there are none or several. */
export function one(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function meets(wanted: readonly string[], value: string): boolean {
  return wanted.length < 2 || wanted.includes(value);
}

function readAccount(from: JsonObject): ConnectedAccount {
  const what = "the connected accounts";
  const status = requiredText(from, "status", what);
  return {
    id: requiredText(from, "id", what),
    uuid: undefined,
    appName: requiredText(from, "appName", what).toLowerCase(),
    integrationId: requiredText(from, "integrationId", what),
    entityId: optionalText(from.entityId) ?? optionalText(from.clientUniqueUserId),
    status,
    statusReason: undefined,
    isShared: false,
    isManaged: undefined,
    usable: status.toUpperCase() === "ACTIVE" && from.isDisabled !== true,
    createdAt: dateOf(from.createdAt),
    updatedAt: dateOf(from.updatedAt),
  };
}
