import { expect, test } from "vitest";
import { account1, account3, page3, setUp, trigger1, trigger3 } from "./fixture.js";
import { rejection } from "./support.js";

const slack3 = {
  ...trigger3,
  slug: "SLACK_RECEIVE_MESSAGE",
  name: "Message",
  description: "Said",
  toolkit: { slug: "slack" },
};

const active3 = (id: string, more: object = {}) => ({
  id,
  uuid: `uuid-${id}`,
  connected_account_id: "ca_1",
  trigger_name: "GITHUB_STAR_ADDED_EVENT",
  user_id: "default",
  trigger_config: { owner: "acme" },
  updated_at: "2026-01-02T00:00:00Z",
  disabled_at: null,
  deprecated: { createdAt: "2026-01-01T00:00:00Z" },
  ...more,
});

const active1 = (id: string, more: object = {}) => ({
  id,
  connectionId: "acc-1",
  triggerName: "GITHUB_STAR_ADDED_EVENT",
  triggerConfig: { owner: "acme" },
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-02T00:00:00Z",
  ...more,
});

test("v3: triggers come in the SDK's terms, across pages, and only the pages that are read", async () => {
  const { toolset, server } = await setUp("v3", {
    "GET /api/v3.1/triggers_types": ({ query }) =>
      query.get("cursor") === null ? page3([trigger3], "c2") : page3([slack3]),
  });
  expect(await toolset.listTriggers()).toEqual([
    {
      name: "GITHUB_STAR_ADDED_EVENT",
      appName: "github",
      displayName: "Star added",
      description: "Someone starred",
      instructions: undefined,
      type: "webhook",
      config: trigger3.config,
      payload: { type: "object" },
      version: "20250930_00",
      requiresWebhookEndpoint: false,
    },
    expect.objectContaining({ name: "SLACK_RECEIVE_MESSAGE", appName: "slack" }),
  ]);
  expect(server.seen[1]?.query.get("cursor")).toBe("c2");
  for await (const { name } of toolset.listTriggers()) if (name.startsWith("GITHUB")) break;
  expect(server.seen).toHaveLength(3);
});

test("v3: what the platform cannot filter by is filtered here", async () => {
  const { toolset, server } = await setUp("v3", {
    "GET /api/v3.1/triggers_types": ({ query }) =>
      page3(
        [trigger3, slack3].filter(({ toolkit }) => {
          const apps = query.getAll("toolkit_slugs");
          return apps.length === 0 || apps.includes(toolkit.slug.toLowerCase());
        }),
      ),
    "GET /api/v3.1/connected_accounts": ({ query }) =>
      page3(
        query.get("connected_account_ids") === "ca_9"
          ? []
          : [account3("ca_1", { toolkit: { slug: "slack" } })],
      ),
    "GET /api/v3.1/trigger_instances/active": page3([active3("ti_1")]),
  });
  const namesFor = async (filter: object) =>
    (await toolset.listTriggers(filter)).map(({ appName }) => appName);
  expect(await namesFor({ appNames: "GitHub" })).toEqual(["github"]);
  expect(server.seen.at(-1)?.query.getAll("toolkit_slugs")).toEqual(["github"]);
  expect(await namesFor({ triggerNames: ["slack_receive_message"] })).toEqual(["slack"]);
  expect(await namesFor({ triggerIds: ["slack_receive_message"] })).toEqual(["slack"]);
  expect(await namesFor({ connectedAccountIds: "ca_1" })).toEqual(["slack"]);
  expect(await namesFor({ integrationIds: "ac_1" })).toEqual(["slack"]);
  expect(await namesFor({ connectedAccountIds: "ca_9" })).toEqual([]);
  expect(await namesFor({ showEnabledOnly: true })).toEqual(["github"]);
  expect(await namesFor({ search: "STARRED" })).toEqual(["github"]);
  expect(await namesFor({ search: "nothing like it" })).toEqual([]);
});

test("v1: triggers are filtered by the platform, lists comma-joined", async () => {
  const { toolset, server } = await setUp("v1", { "GET /api/v1/triggers": { json: [trigger1] } });
  const triggers = await toolset.listTriggers({
    appNames: ["GitHub", "slack"],
    triggerNames: "github_star_added_event",
    triggerIds: "slack_receive_message",
    connectedAccountIds: ["a", "b"],
    integrationIds: "i",
    showEnabledOnly: true,
  });
  expect(triggers).toMatchObject([
    { name: "GITHUB_STAR_ADDED_EVENT", appName: "github", displayName: "Star added" },
  ]);
  expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
    appNames: "github,slack",
    triggerNames: "GITHUB_STAR_ADDED_EVENT,SLACK_RECEIVE_MESSAGE",
    connectedAccountIds: "a,b",
    integrationIds: "i",
    showEnabledOnly: "true",
  });
  expect(await toolset.listTriggers({ search: "no such" })).toEqual([]);
});

test("v1: one trigger may come as an object or as a list of one", async () => {
  const { toolset } = await setUp("v1", {
    "GET /api/v2/triggers/ALONE": { json: { ...trigger1, displayName: "Alone" } },
    "GET /api/v2/triggers/LISTED": { json: [{ ...trigger1, displayName: "Listed" }] },
  });
  expect(await toolset.getTrigger("alone")).toMatchObject({ displayName: "Alone", config: trigger1.config });
  expect(await toolset.getTrigger("listed")).toMatchObject({ displayName: "Listed" });
});

test("v3: active triggers with every filter, across pages", async () => {
  const { toolset, server } = await setUp("v3", {
    "GET /api/v3.1/trigger_instances/active": ({ query }) =>
      query.get("cursor") === null
        ? page3([active3("ti_1"), active3("ti_0", { user_id: "somebody else" })], "c2")
        : page3([active3("ti_2", { disabled_at: "2026-01-03T00:00:00Z" })]),
  });
  const triggers = await toolset.activeTriggers({
    triggerIds: ["ti_1", "ti_2"],
    triggerNames: "github_star_added_event",
    connectedAccountIds: "ca_1",
    integrationIds: "ac_1",
    entityIds: "default",
    showDisabled: true,
  });
  expect(triggers).toEqual([
    {
      id: "ti_1",
      uuid: "uuid-ti_1",
      triggerName: "GITHUB_STAR_ADDED_EVENT",
      connectedAccountId: "ca_1",
      entityId: "default",
      config: { owner: "acme" },
      enabled: true,
      disabledAt: undefined,
      createdAt: new Date("2026-01-01T00:00:00Z"),
      updatedAt: new Date("2026-01-02T00:00:00Z"),
    },
    expect.objectContaining({ id: "ti_2", enabled: false, disabledAt: new Date("2026-01-03T00:00:00Z") }),
  ]);
  expect(server.seen[0]?.query.toString()).toBe(
    "connected_account_ids=ca_1&auth_config_ids=ac_1&trigger_ids=ti_1&trigger_ids=ti_2" +
      "&trigger_names=GITHUB_STAR_ADDED_EVENT&user_ids=default&show_disabled=true&limit=50",
  );
});

test("a repeated cursor is an error, not another round", async () => {
  const { toolset } = await setUp("v3", {
    "GET /api/v3.1/trigger_instances/active": page3([active3("ti_1")], "c2"),
  });
  await expect(Promise.resolve(toolset.activeTriggers())).rejects.toMatchObject({ code: "ERR_BAD_ANSWER" });
});

test.each<[string, (page: number) => unknown]>([
  ["a list of one", (page) => [{ currentPage: page, perPage: 1, totalPages: 3 }]],
  ["an object", (page) => ({ currentPage: page, perPage: 1, totalPages: 3 })],
])("v1: active triggers across pages, pageInfo as %s", async (_, pageInfo) => {
  const { toolset, asked } = await setUp("v1", {
    "GET /api/v1/triggers/active_triggers": ({ query }) => {
      const page = Number(query.get("page"));
      return { json: { triggers: [active1(`t${page}`)], pageInfo: pageInfo(page) } };
    },
  });
  expect((await toolset.activeTriggers()).map(({ id }) => id)).toEqual(["t1", "t2", "t3"]);
  expect(asked()).toHaveLength(3);
});

test("v1: active triggers with every filter; the entity through its accounts", async () => {
  const { toolset, server } = await setUp("v1", {
    "GET /api/v1/connectedAccounts": ({ query }) => ({
      json: {
        items: query.get("entityId") === "joe" ? [account1("acc-1", { clientUniqueUserId: "joe" })] : [],
        totalPages: 1,
        page: 1,
      },
    }),
    "GET /api/v1/triggers/active_triggers": {
      json: { triggers: [active1("t1")], pageInfo: [{ currentPage: 1, perPage: 100, totalPages: 1 }] },
    },
  });
  const filter = {
    triggerIds: ["t1", "t2"],
    triggerNames: "x_y",
    integrationIds: "int-1",
    showDisabled: true,
  };
  expect(await toolset.activeTriggers({ ...filter, entityIds: "joe" })).toMatchObject([
    { id: "t1", entityId: "joe" },
  ]);
  expect(Object.fromEntries(server.seen[1]?.query ?? [])).toEqual({
    connectedAccountIds: "acc-1",
    integrationIds: "int-1",
    triggerIds: "t1,t2",
    triggerNames: "X_Y",
    showDisabled: "true",
    limit: "100",
    page: "1",
  });
  // Nobody's accounts must not become everybody's triggers.
  expect(await toolset.activeTriggers({ entityIds: "nobody" })).toEqual([]);
  expect(server.seen).toHaveLength(3);
});

test("v3: connected accounts", async () => {
  const { toolset, server } = await setUp("v3", {
    "GET /api/v3.1/connected_accounts": page3([
      account3("ca_1"),
      account3("ca_2", { is_disabled: true, status_reason: "why", account_type: "SHARED" }),
    ]),
    "GET /api/v3.1/connected_accounts/ca_1": { json: account3("ca_1") },
  });
  const [first, second] = await toolset.connectedAccounts({
    entityIds: ["default", "joe"],
    appNames: "GitHub",
    statuses: "active",
  });
  expect(first).toEqual({
    id: "ca_1",
    uuid: "uuid-ca_1",
    appName: "github",
    integrationId: "ac_1",
    entityId: "default",
    status: "ACTIVE",
    statusReason: undefined,
    isShared: false,
    usable: true,
    createdAt: new Date("2026-01-01T00:00:00Z"),
    updatedAt: new Date("2026-01-02T00:00:00Z"),
  });
  expect(second).toMatchObject({ usable: false, statusReason: "why", isShared: true });
  expect(server.seen[0]?.query.getAll("user_ids")).toEqual(["default", "joe"]);
  expect(server.seen[0]?.query.getAll("statuses")).toEqual(["ACTIVE"]);
  // The platform's default leaves shared accounts out.
  expect(server.seen[0]?.query.get("account_type")).toBe("ALL");
  expect(await toolset.connectedAccount("ca_1")).toEqual(first);
});

test("v1: connected accounts; several values are filtered here where the platform takes one", async () => {
  const { toolset, server } = await setUp("v1", {
    "GET /api/v1/connectedAccounts": ({ query }) => {
      const page = Number(query.get("page"));
      const only = query.get("connectionId");
      if (only !== null) return { json: { items: [account1(only)], totalPages: 1, page } };
      return { json: { items: [account1(`acc-${page}`)], totalPages: 3, page } };
    },
  });
  const ids = async (filter: object) => (await toolset.connectedAccounts(filter)).map(({ id }) => id);
  expect(await ids({ connectedAccountIds: ["acc-1", "acc-3"] })).toEqual(["acc-1", "acc-3"]);
  expect(server.seen[0]?.query.get("connectionId")).toBeNull();
  expect(await toolset.getEntity("joe").connectedAccounts({ connectedAccountIds: "acc-2" })).toMatchObject([
    { id: "acc-2" },
  ]);
  expect(server.seen.at(-1)?.query.get("connectionId")).toBe("acc-2");
  expect(server.seen.at(-1)?.query.get("entityId")).toBe("joe");
});

test("an unknown filter is rejected with the nearest one, before any call", async () => {
  const { toolset, asked } = await setUp("v3", {});
  const strange = (filter: object) => filter;
  expect(() => toolset.listTriggers(strange({ appName: "github" }))).toThrow("did you mean `appNames`?");
  expect(() => toolset.activeTriggers(strange({ triggerName: "x" }))).toThrow("did you mean `triggerNames`?");
  expect(() => toolset.connectedAccounts(strange({ entityId: "x" }))).toThrow("did you mean `entityIds`?");
  expect(() => toolset.triggerLogs(strange({ sinse: 0 }))).toThrow("did you mean `since`?");
  expect(() => toolset.listTriggers({ appNames: [] })).toThrow("`appNames` is one text or a list of them");
  expect(() => toolset.listTriggers({ appNames: "" })).toThrow(
    expect.objectContaining({ code: "ERR_OPTION" }),
  );
  expect(asked()).toEqual([]);
});

test("a response without what the SDK needs is ERR_BAD_ANSWER, which names what is missing", async () => {
  const { toolset } = await setUp("v3", {
    "GET /api/v3.1/triggers_types/GITHUB_STAR_ADDED_EVENT": { json: { ...trigger3, toolkit: {} } },
    "GET /api/v3.1/trigger_instances/active": { json: { data: [] } },
    "GET /api/v3.1/connected_accounts": { json: [] },
  });
  for (const [call, word] of [
    [toolset.getTrigger("GITHUB_STAR_ADDED_EVENT"), "`toolkit.slug`"],
    [toolset.activeTriggers(), "no list"],
    [toolset.connectedAccounts(), "not an object"],
  ] as const) {
    const error = await rejection(call as PromiseLike<unknown>);
    expect(error).toMatchObject({ code: "ERR_BAD_ANSWER" });
    expect(error.message).toContain(word);
  }
});

test("a signal ends a list", async () => {
  const { toolset } = await setUp("v3", { "GET /api/v3.1/triggers_types": page3([trigger3]) });
  const signal = AbortSignal.abort();
  await expect(Promise.resolve(toolset.listTriggers({ signal }))).rejects.toMatchObject({
    code: "ERR_ABORTED",
  });
});
