import { objectField, textField } from "../../../model/json.js";
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
import { HttpProblem } from "../../http/http-problem.js";
import { pageOf } from "../../http/page.js";
import type { QueryParams } from "../../http/query-params.js";
import {
  deleteAccount,
  expireLinks,
  findAccount,
  provideAccounts,
  switchAccount,
} from "../../operations/accounts.js";
import { findAuthConfig, makeAuthConfig } from "../../operations/auth-configs.js";
import { connect, renewLink } from "../../operations/connect.js";
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
        return c.json(begunV1(c, account));
      },
    },
    {
      // What the published JavaScript client of generation 1 calls: it may make the integration on the way.
      method: "POST",
      path: "/api/v2/connectedAccounts/initiateConnection",
      handle(c) {
        const { app, config, connection } = fieldsOf(c);
        const { uniqueKey, integrationId } = objectField(app) ?? {};
        const { authScheme, useComposioAuth } = objectField(config) ?? {};
        const { entityId, initiateData, extra } = objectField(connection) ?? {};
        const known = textField(integrationId);
        const scheme = textField(authScheme);
        if (known === undefined && textField(uniqueKey) === undefined) {
          throw new HttpProblem(400, "`app.uniqueKey` or `app.integrationId` is missing in the body");
        }
        const isManaged =
          scheme === undefined || (scheme.toUpperCase() === "OAUTH2" && useComposioAuth !== false);
        const account = connect(context, {
          config:
            known === undefined
              ? makeAuthConfig(context, textField(uniqueKey) ?? "", { scheme, isManaged })
              : findAuthConfig(context, known),
          userId: entityId ?? "default",
          userIdName: "`connection.entityId`",
          callbackUrl: textField(objectField(extra)?.redirectURL),
          credentials: initiateData,
          credentialsName: "`connection.initiateData`",
        });
        const connectionResponse = begunV1(c, account);
        return c.json({ connectionResponse, integrationId: account.integrationUuid });
      },
    },
    {
      method: "POST",
      path: "/api/v1/connectedAccounts/{connectedAccountId}/reinitiate",
      handle(c) {
        const account = findAccount(context, param(c, "connectedAccountId"));
        return c.json(begunV1(c, renewLink(context, account, optionalString(c, "redirectUri"))));
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

/** An account that is being connected. */
function begunV1(c: Call, account: Account) {
  const { status: connectionStatus, uuid: connectedAccountId } = account;
  const redirectUrl = linkUrl(c, account);
  return { connectionStatus, connectedAccountId, ...(redirectUrl !== undefined && { redirectUrl }) };
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
