import { v1 } from "../../../protocol/rest-v1.js";
import { linkUrl } from "../../connect/endpoints.js";
import type { PlatformContext } from "../../context.js";
import {
  type Call,
  type Endpoint,
  fieldsOf,
  optionalString,
  param,
  queryOf,
  requiredString,
} from "../../http/endpoint.js";
import { pageOf } from "../../http/page.js";
import type { QueryParams } from "../../http/query-params.js";
import {
  deleteAccount,
  expireLinks,
  findAccount,
  provideAccounts,
  switchAccount,
} from "../../operations/accounts.js";
import { findAuthConfig } from "../../operations/auth-configs.js";
import { connect } from "../../operations/connect.js";
import type { Account } from "../../state/accounts.js";
import { appId } from "../../trigger-catalog.js";
import { LOGO } from "../logo.js";
import { member } from "./client.js";

/** The platform's own default: published clients read the first page and take it for the whole. */
const ALL = 99_999_999;

export function accountEndpointsV1(context: PlatformContext): Endpoint[] {
  return [
    {
      ...v1.accounts,
      handle(c) {
        const query = queryOf(c);
        const page = pageOf(
          chosen(context, query),
          query.count("page", 1, Number.MAX_SAFE_INTEGER),
          query.count("pageSize", ALL, ALL),
        );
        const items = page.items.map((account) => ({
          ...shown(account),
          connectionParams: {},
          data: {},
          invocationCount: 0,
          deleted: false,
          logo: LOGO,
          authConfig: {},
          labels: [],
          member: member(context.state.project),
        }));
        return c.json({ items, totalPages: page.totalPages, page: page.page });
      },
    },
    {
      ...v1.account,
      handle(c) {
        const account = findAccount(context, param(c, "connectedAccountId"));
        return c.json({
          ...shown(account),
          // The published Python client insists on it.
          connectionParams: {},
          memberInfo: member(context.state.project),
          meta: { app: { id: appId(account.appName), name: account.appName } },
        });
      },
    },
    {
      ...v1.createAccount,
      handle(c) {
        const { entityId, userUuid, data } = fieldsOf(c);
        const account = connect(context, {
          config: findAuthConfig(context, requiredString(c, "integrationId")),
          userId: entityId ?? userUuid ?? "default",
          userIdName: "`entityId`",
          callbackUrl: optionalString(c, "redirectUri"),
          credentials: data,
          credentialsName: "`data`",
        });
        return c.json({
          connectionStatus: account.status,
          connectedAccountId: account.uuid,
          redirectUrl: linkUrl(c, account) ?? null,
        });
      },
    },
    {
      ...v1.deleteAccount,
      handle(c) {
        deleteAccount(context, findAccount(context, param(c, "connectedAccountId")));
        return c.json({ status: "success", count: 1 });
      },
    },
    ...([v1.enableAccount, v1.disableAccount] as const).map((route) => ({
      ...route,
      handle(c: Call) {
        const account = findAccount(context, param(c, "connectedAccountId"));
        switchAccount(context, account, route === v1.enableAccount);
        return c.json({ status: "success", connectionId: account.uuid });
      },
    })),
  ];
}

/** The accounts that fit every filter, newest first. */
function chosen(context: PlatformContext, query: QueryParams): Account[] {
  const users = query.list("user_uuid", "entityId");
  const apps = query.list("appNames")?.map((app) => app.toLowerCase());
  const statuses = query.list("status")?.map((status) => status.toUpperCase());
  const integration = query.text("integrationId");
  const connection = query.text("connectionId");
  const labels = query.list("labels");
  provideAccounts(context, users);
  expireLinks(context);
  const activeOnly = query.flag("showActiveOnly");
  const showDisabled = query.flag("showDisabled");
  return context.state.accounts
    .all()
    .filter(
      (one) =>
        (users?.includes(one.userId) ?? true) &&
        (apps?.includes(one.appName) ?? true) &&
        (statuses?.includes(one.status) ?? true) &&
        (integration === undefined || [one.integrationUuid, one.authConfigNanoId].includes(integration)) &&
        (connection === undefined || [one.uuid, one.nanoId].includes(connection)) &&
        // No account here has labels.
        labels === undefined &&
        (!activeOnly || one.status === "ACTIVE") &&
        (showDisabled || one.status !== "INACTIVE" || statuses !== undefined),
    )
    .reverse();
}

function shown(account: Account) {
  const disabled = account.status === "INACTIVE";
  return {
    id: account.uuid,
    integrationId: account.integrationUuid,
    // The published Python client looks for the app's name here, whatever the field is called.
    appUniqueId: account.appName,
    appName: account.appName,
    clientUniqueUserId: account.userId,
    entityId: account.userId,
    status: account.status,
    isDisabled: disabled,
    enabled: !disabled,
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
  };
}
