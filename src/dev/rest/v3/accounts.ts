import { isJsonObject } from "../../../model/json.js";
import { v3 } from "../../../protocol/rest-v3.js";
import { linkUrl } from "../../connect/endpoints.js";
import type { PlatformContext } from "../../context.js";
import { type Endpoint, fieldsOf, optionalString, param, queryOf } from "../../http/endpoint.js";
import { HttpProblem } from "../../http/http-problem.js";
import { cursorPage } from "../../http/page.js";
import type { QueryParams } from "../../http/query-params.js";
import {
  deleteAccount,
  expireLinks,
  findAccount,
  provideAccounts,
  switchAccount,
} from "../../operations/accounts.js";
import { findAuthConfig } from "../../operations/auth-configs.js";
import { connect, connectByLink, renewLink } from "../../operations/connect.js";
import { type Account, accountStatuses } from "../../state/accounts.js";
import type { AuthConfig } from "../../state/auth-configs.js";

export function accountEndpointsV3(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v3.accounts,
      handle(c) {
        const query = queryOf(c);
        const page = cursorPage(chosen(context, query), query);
        return c.json({ ...page, items: page.items.map((one) => accountV3(context, one)) });
      },
    },
    {
      ...v3.account,
      handle: (c) => c.json({ ...accountV3(context, findAccount(context, param(c, "nanoid"))), params: {} }),
    },
    {
      ...v3.createAccount,
      handle(c) {
        const { auth_config: config, connection } = fieldsOf(c);
        const { id } = isJsonObject(config) ? config : {};
        const wish = isJsonObject(connection) ? connection : {};
        const state = isJsonObject(wish.state) ? wish.state : {};
        const account = connect(context, {
          config: configOf(context, id, "`auth_config.id`"),
          userId: wish.user_id,
          userIdName: "`connection.user_id`",
          callbackUrl: textOf(wish.callback_url),
          credentials: state.val ?? wish.data,
          credentialsName: "`connection.state.val`",
          scheme: textOf(state.authScheme),
        });
        const { status, scheme } = account;
        const url = linkUrl(c, account) ?? null;
        const connectionData = { authScheme: scheme, val: { status, redirectUrl: url } };
        return c.json(
          { ...accountV3(context, account), connectionData, redirect_url: url, redirect_uri: url },
          201,
        );
      },
    },
    {
      ...v3.linkAccount,
      handle(c) {
        const account = connectByLink(context, {
          config: configOf(context, fieldsOf(c).auth_config_id, "`auth_config_id`"),
          userId: fieldsOf(c).user_id,
          userIdName: "`user_id`",
          callbackUrl: optionalString(c, "callback_url"),
          credentialsName: "",
        });
        const { link, nanoId } = account;
        return c.json(
          {
            link_token: link?.token,
            redirect_url: linkUrl(c, account),
            expires_at: link?.expiresAt,
            connected_account_id: nanoId,
          },
          201,
        );
      },
    },
    {
      ...v3.deleteAccount,
      handle(c) {
        deleteAccount(context, findAccount(context, param(c, "nanoid")));
        return c.json({ success: true });
      },
    },
    {
      ...v3.setAccountStatus,
      handle(c) {
        const { enabled } = fieldsOf(c);
        if (typeof enabled !== "boolean") throw new HttpProblem(400, "`enabled` is true or false");
        const account = findAccount(context, param(c, "nanoid"));
        switchAccount(context, account, enabled);
        return c.json({ success: true });
      },
    },
    {
      method: "POST",
      path: "/api/v3.1/connected_accounts/{nanoid}/refresh",
      handle(c) {
        const account = findAccount(context, param(c, "nanoid"));
        const callback = queryOf(c).text("redirect_url") ?? optionalString(c, "redirect_url");
        const renewed = renewLink(context, account, callback);
        return c.json({
          id: renewed.nanoId,
          status: renewed.status,
          redirect_url: linkUrl(c, renewed) ?? null,
        });
      },
    },
  ];
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** @throws HttpProblem 400, 404 */
function configOf(context: PlatformContext, id: unknown, name: string): AuthConfig {
  if (typeof id !== "string" || id === "") throw new HttpProblem(400, `${name} is missing in the body`);
  return findAuthConfig(context, id);
}

/** The accounts that fit every filter, newest first unless asked otherwise. */
function chosen(context: PlatformContext, query: QueryParams): Account[] {
  const toolkits = query.list("toolkit_slugs")?.map((slug) => slug.toLowerCase());
  const users = query.list("user_ids");
  const type = typeOf(query.text("account_type"));
  const statuses = query.list("statuses")?.map(statusOf);
  provideAccounts(context, users);
  expireLinks(context);
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
  found.sort((a, b) => (a[by] < b[by] ? -1 : a[by] > b[by] ? 1 : 0));
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
export function accountV3({ state }: PlatformContext, account: Account) {
  const { status, scheme = "OAUTH2" } = account;
  const config = state.authConfigs.ofAccount(account);
  return {
    toolkit: { slug: account.appName },
    auth_config: {
      id: account.authConfigNanoId,
      auth_scheme: scheme,
      is_composio_managed: config?.isManaged ?? true,
      is_disabled: config?.isDisabled ?? false,
      deprecated: { uuid: account.integrationUuid },
    },
    id: account.nanoId,
    account_type: accountType(account),
    user_id: account.userId,
    status,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    // Published clients insist on a token with an account that is active. It opens nothing.
    state: { authScheme: scheme, val: { status, ...tokenOf(scheme), redirectUrl: "" } },
    data: {},
    status_reason: status === "ACTIVE" ? null : `The account is ${status.toLowerCase()}.`,
    is_disabled: status === "INACTIVE",
    deprecated: { labels: [], uuid: account.uuid },
  };
}

/** What opens an account of a scheme. It opens nothing: what a user gave is not kept. */
function tokenOf(scheme: string): Readonly<Record<string, string>> {
  if (scheme === "OAUTH2") return { access_token: "local" };
  if (scheme === "API_KEY") return { api_key: "local", generic_api_key: "local" };
  return scheme === "NO_AUTH" ? {} : { token: "local", username: "local", password: "local" };
}
