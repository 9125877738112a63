import { isJsonObject } from "../../../model/json.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage } from "../../http/page.js";
import type { QueryParams } from "../../http/query-params.js";
import { connectAccount, findAccount, provideAccounts } from "../../operations/accounts.js";
import { type Account, accountStatuses } from "../../state/accounts.js";

export function accountEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.accounts,
      handle(c) {
        const query = queryOf(c);
        return c.json(
          cursorPage(
            chosen(context, query).map((one) => accountV3(context, one)),
            query,
          ),
        );
      },
    },
    {
      ...v3.account,
      handle: (c) => c.json({ ...accountV3(context, findAccount(context, param(c, "nanoid"))), params: {} }),
    },
    {
      // Without a page to visit: accounts here need no credentials.
      method: "POST",
      path: "/api/v3.1/connected_accounts",
      handle(c) {
        const { auth_config: config, connection } = fieldsOf(c);
        const { id } = isJsonObject(config) ? config : {};
        const { user_id: userId } = isJsonObject(connection) ? connection : {};
        const account = connectAccount(context, id, userId, "`auth_config.id`", "`connection.user_id`");
        const { status } = account;
        const connectionData = { authScheme: "OAUTH2", val: { status, redirectUrl: null } };
        return c.json(
          { ...accountV3(context, account), connectionData, redirect_url: null, redirect_uri: null },
          201,
        );
      },
    },
  ];
}

/** The accounts that fit every filter, newest first unless asked otherwise. */
function chosen(context: PlatformContext, query: QueryParams): Account[] {
  const toolkits = query.list("toolkit_slugs")?.map((slug) => slug.toLowerCase());
  const users = query.list("user_ids");
  const type = typeOf(query.text("account_type"));
  const statuses = query.list("statuses")?.map(statusOf);
  provideAccounts(context, users);
  const configs = query.list("auth_config_ids");
  const ids = query.list("connected_account_ids");
  const found = context.state.accounts
    .all()
    .filter(
      (one) =>
        (type === "ALL" || type === accountType(one)) &&
        (toolkits?.includes(one.appName) ?? true) &&
        (users?.includes(one.userId) ?? true) &&
        (statuses?.includes(one.status) ?? true) &&
        (configs?.some((id) => id === one.authConfigNanoId || id === one.integrationUuid) ?? true) &&
        (ids?.some((id) => id === one.nanoId || id === one.uuid) ?? true),
    );
  const by = query.text("order_by") === "updated_at" ? "updatedAt" : "createdAt";
  // The sort is stable, so those of one moment stay in the order they were added.
  found.sort((a, b) => a[by].localeCompare(b[by]));
  return query.text("order_direction") === "asc" ? found : found.reverse();
}

function accountType({ isShared }: Account): string {
  return isShared === true ? "SHARED" : "PRIVATE";
}

/** Shared accounts are listed only if they are asked for. */
function typeOf(type = "PRIVATE"): string {
  if (type === "PRIVATE" || type === "SHARED" || type === "ALL") return type;
  throw new HttpProblem(400, `There is no account type ${type}; there are PRIVATE, SHARED and ALL`);
}

function statusOf(status: string): string {
  const upper = status.toUpperCase();
  if (accountStatuses.some((known) => known === upper)) return upper;
  throw new HttpProblem(400, `There is no status ${status}; there are ${accountStatuses.join(", ")}`);
}

/** An account as generation 3 shows it, in the API and in the events about accounts. */
export function accountV3({ types }: PlatformContext, account: Account) {
  const { status } = account;
  return {
    toolkit: { slug: account.appName },
    auth_config: {
      id: account.authConfigNanoId,
      auth_scheme: "OAUTH2",
      is_composio_managed: !types.needsOwnApp(account.appName),
      is_disabled: false,
      deprecated: { uuid: account.integrationUuid },
    },
    id: account.nanoId,
    account_type: accountType(account),
    user_id: account.userId,
    status,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    // Published clients insist on a token with an account that is active. It opens nothing.
    state: { authScheme: "OAUTH2", val: { status, access_token: "local", redirectUrl: "" } },
    data: {},
    status_reason: status === "ACTIVE" ? null : `The account is ${status.toLowerCase()}.`,
    is_disabled: status === "INACTIVE",
    deprecated: { labels: [], uuid: account.uuid },
  };
}
