import { expect, onTestFinished, test } from "vitest";
import { Toolset } from "../../../src/index.js";
import { accountOf, call, enable, errorV3, iso, KEY, nano, run, SITE, STAR, text, uuid } from "./fixture.js";

test("the session names the project, the key and the member", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", "/api/v3.1/auth/session/info");
  expect(json).toEqual({
    project: {
      auto_id: 1,
      id: uuid,
      org_id: uuid,
      name: text,
      email: text,
      nano_id: platform.project.id,
      created_at: iso,
      updated_at: iso,
      webhook_url: null,
      event_webhook_url: null,
      webhook_secret: platform.project.webhookSecret,
      triggers_enabled: true,
      last_subscribed_at: null,
      deleted: false,
      is_new_webhook: false,
      webhook_version: "V1",
      org: { id: nano("ok"), name: text, plan: text },
    },
    api_key: {
      auto_id: 1,
      id: uuid,
      name: text,
      project_id: platform.project.id,
      org_member_id: uuid,
      created_at: iso,
      updated_at: iso,
      deleted_at: null,
      key: "test-key",
      deleted: false,
    },
    org_member: { id: uuid, email: text, name: text, role: "admin" },
  });
  expect(platform.project.id).toEqual(nano("pr"));
});

test("every call is there under both roots", async () => {
  const platform = await run();
  const paths = [
    "/auth/session/info",
    "/triggers_types",
    `/triggers_types/${STAR}`,
    "/trigger_instances/active",
  ];
  for (const path of [...paths, "/connected_accounts", "/webhook_subscriptions", "/tools"]) {
    const [old, current] = await Promise.all(
      ["/api/v3", "/api/v3.1"].map((root) => call(platform, "GET", `${root}${path}`)),
    );
    expect(old?.status, path).toBe(200);
    expect(current?.json, path).toEqual(old?.json);
  }
});

test("the session says when a WebSocket subscribed last", async () => {
  const platform = await run();
  const listener = new Toolset({ apiKey: KEY, baseUrl: platform.url }).createTriggerListener({
    signals: false,
  });
  onTestFinished(() => listener.stop());
  await listener.start();
  const { json } = await call(platform, "GET", "/api/v3.1/auth/session/info");
  expect(json.project).toMatchObject({ last_subscribed_at: iso });
});

test("trigger types: pages by cursor, filtered by toolkit, one, names, and the misspelt", async () => {
  const platform = await run();
  const list = async (query: string) =>
    (await call(platform, "GET", `/api/v3.1/triggers_types?${query}`)).json;
  const first = await list("limit=2&toolkit_slugs=github&toolkit_slugs=slack");
  expect(first).toMatchObject({ current_page: 1, next_cursor: text });
  expect(first.total_pages).toBe(Math.ceil(first.total_items / 2));
  const slugs: string[] = [];
  for (let page = first; ; page = await list(`toolkit_slugs=github,slack&cursor=${page.next_cursor}`)) {
    expect(page.items.length).toBeLessThanOrEqual(2);
    slugs.push(...page.items.map(({ slug }: { slug: string }) => slug));
    if (page.next_cursor === null) break;
  }
  expect(slugs).toHaveLength(first.total_items);
  expect(new Set(slugs).size).toBe(slugs.length);
  expect((await call(platform, "GET", "/api/v3.1/triggers_types?cursor=made-up")).json).toEqual(errorV3(400));
  expect((await call(platform, "GET", "/api/v3.1/triggers_types?limit=none")).json).toEqual(errorV3(400));

  const names = await call(platform, "GET", "/api/v3.1/triggers_types/list/enum");
  expect(names.json).toContain(STAR);
  const one = await call(platform, "GET", `/api/v3.1/triggers_types/${STAR}`);
  expect(one.json).toEqual({
    slug: STAR,
    name: text,
    description: text,
    instructions: text,
    type: "webhook",
    toolkit: { slug: "github", name: "GitHub", logo: text },
    config: expect.objectContaining({ type: "object" }),
    payload: expect.objectContaining({ type: "object" }),
    version: text,
    requires_webhook_endpoint_setup: false,
  });
  const unknown = await call(platform, "GET", "/api/v3.1/triggers_types/GITHUB_STAR_ADED_EVENT");
  expect(unknown.json).toEqual(errorV3(400, { suggested_fix: `Did you mean ${STAR}?` }));
});

test("an upsert is idempotent and wakes a disabled instance; older names are understood", async () => {
  const platform = await run();
  const account = await accountOf(platform);
  const upsert = (body: unknown) =>
    call(platform, "POST", `/api/v3/trigger_instances/${STAR}/upsert`, { body });
  const first = await upsert({
    connected_account_id: account.id,
    trigger_config: SITE,
    toolkit_versions: "latest",
  });
  expect([first.status, first.json]).toEqual([200, { trigger_id: nano("ti"), deprecated: { uuid } }]);
  const manage = `/api/v3/trigger_instances/manage/${first.json.trigger_id}`;
  await call(platform, "PATCH", manage, { body: { status: "disable" } });
  const again = await upsert({ connectedAuthId: account.deprecated.uuid, triggerConfig: SITE });
  expect(again.json).toEqual(first.json);
  expect((await upsert({ user_id: "default", trigger_config: SITE })).json).toEqual(first.json);
  const { json } = await call(platform, "GET", "/api/v3/trigger_instances/active");
  expect(json.items).toHaveLength(1);
  expect(json.items[0].disabled_at).toBeNull();
});

test("an upsert that cannot be is answered with the reason", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob", status: "INACTIVE" }] });
  const account = await accountOf(platform);
  const upsert = (body: unknown, slug = STAR) =>
    call(platform, "POST", `/api/v3.1/trigger_instances/${slug}/upsert`, { body });
  const misfit = await upsert({ connected_account_id: account.id, trigger_config: { owner: "acme" } });
  expect(misfit.json).toEqual(errorV3(400, { suggested_fix: text, errors: ["repo: is missing"] }));
  expect((await upsert({ connected_account_id: account.id }, "NOPE")).json).toEqual(
    errorV3(404, { suggested_fix: text }),
  );
  expect((await upsert({ connected_account_id: "ca_nobody", trigger_config: SITE })).json).toEqual(
    errorV3(404, { suggested_fix: text }),
  );
  expect((await upsert({ trigger_config: SITE })).json).toEqual(errorV3(400, { suggested_fix: text }));
  expect((await upsert({ user_id: "nobody", trigger_config: SITE })).json.error).toMatchObject({
    status: 404,
    code: 1803,
  });
  expect((await upsert({ user_id: "bob", trigger_config: SITE })).status, "has an inactive one only").toBe(
    404,
  );
  expect((await upsert([1, 2])).json).toEqual(errorV3(400));
  expect((await upsert({ connected_account_id: 7 })).json).toEqual(errorV3(400));
});

test("active instances: the shape and every filter, old names and new", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob" }] });
  const ours = await enable(platform);
  const bobs = await enable(platform, STAR, SITE, "bob");
  const account = await accountOf(platform);
  const active = async (query = "") =>
    (await call(platform, "GET", `/api/v3.1/trigger_instances/active?${query}`)).json;
  const all = await active();
  expect(all).toMatchObject({ next_cursor: null, total_pages: 1, current_page: 1, total_items: 2 });
  expect(all.items[1]).toEqual({
    id: ours.id,
    uuid: ours.uuid,
    connected_account_id: account.id,
    connected_account_uuid: account.deprecated.uuid,
    trigger_name: STAR,
    user_id: "default",
    trigger_data: text,
    trigger_config: SITE,
    state: {},
    updated_at: iso,
    disabled_at: null,
    disabledAt: null,
    connectedAccountId: account.id,
    triggerName: STAR,
    updatedAt: iso,
    triggerConfig: SITE,
    deprecated: { createdAt: iso },
  });
  const ids = async (query: string) => (await active(query)).items.map(({ id }: { id: string }) => id);
  for (const query of [
    `connected_account_ids=${account.id}`,
    `connectedAccountIds=${account.id}`,
    `deprecatedConnectedAccountUuids=${account.deprecated.uuid}`,
    `trigger_ids=${ours.id}`,
    `triggerIds=${ours.uuid}`,
    "user_ids=default",
    "user_ids=default&user_ids=nobody",
    "limit=1&page=2",
  ]) {
    expect(await ids(query), query).toEqual([ours.id]);
  }
  for (const query of [
    `auth_config_ids=${account.auth_config.id}`,
    `authConfigIds=${account.auth_config.id}`,
    `trigger_names=${STAR}`,
    "user_ids=default,bob",
    "user_ids[0]=default&user_ids[1]=bob",
    "triggerNames=",
  ]) {
    expect(await ids(query), query).toEqual([bobs.id, ours.id]);
  }
  expect(await ids("trigger_names=NOPE")).toEqual([]);
  await call(platform, "PATCH", `/api/v3.1/trigger_instances/manage/${bobs.id}`, {
    body: { status: "disable" },
  });
  expect(await ids("")).toEqual([ours.id]);
  expect(await ids("show_disabled=true")).toEqual([bobs.id, ours.id]);
  expect(await ids("showDisabled=1")).toEqual([bobs.id, ours.id]);
  expect((await active("show_disabled=perhaps")).error.status).toBe(400);
});

test("an instance is switched and deleted; one that is not there is 404", async () => {
  const platform = await run();
  const { id } = await enable(platform);
  const path = `/api/v3.1/trigger_instances/manage/${id}`;
  const off = await call(platform, "PATCH", path, { body: { status: "disable" } });
  expect(off.json).toEqual({ status: "success" });
  expect((await call(platform, "PATCH", path, { body: { status: "off" } })).json).toEqual(errorV3(400));
  expect((await call(platform, "DELETE", path)).json).toEqual({ trigger_id: id });
  expect((await call(platform, "DELETE", path)).json).toEqual(errorV3(404, { suggested_fix: text }));
  const gone = await call(platform, "PATCH", path, { body: { status: "enable" } });
  expect(gone.json).toEqual(errorV3(404, { suggested_fix: text }));
});

test("connected accounts: the shape, every filter, order, one", async () => {
  const platform = await run({
    accounts: [
      { appName: "github", userId: "bob" },
      { appName: "github", userId: "bob", status: "EXPIRED" },
    ],
  });
  const list = async (query: string) =>
    (await call(platform, "GET", `/api/v3.1/connected_accounts?${query}`)).json;
  const account = (await list("toolkit_slugs=github&user_ids=default")).items[0];
  expect(account).toEqual({
    toolkit: { slug: "github" },
    auth_config: {
      id: nano("ac"),
      auth_scheme: "OAUTH2",
      is_composio_managed: true,
      is_disabled: false,
      deprecated: { uuid },
    },
    id: nano("ca"),
    account_type: "PRIVATE",
    user_id: "default",
    status: "ACTIVE",
    created_at: iso,
    updated_at: iso,
    state: { authScheme: "OAUTH2", val: expect.objectContaining({ status: "ACTIVE", access_token: text }) },
    data: {},
    status_reason: null,
    is_disabled: false,
    deprecated: { labels: [], uuid },
  });
  const count = async (query: string) => (await list(query)).total_items;
  expect(await count("toolkit_slugs=github&toolkit_slugs=nope")).toBe(3);
  expect(await count("user_ids=bob")).toBe(2);
  expect(await count("user_ids=bob&statuses=ACTIVE")).toBe(1);
  expect(await count("statuses=EXPIRED,INACTIVE")).toBe(1);
  expect(await count(`auth_config_ids=${account.auth_config.id}`)).toBe(3);
  expect(await count(`connected_account_ids=${account.id},ca_nobody`)).toBe(1);
  expect((await list("statuses=HAPPY")).error.status).toBe(400);
  const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
  const newest = ids(await list("limit=100"));
  expect(ids(await list("limit=100&order_direction=asc&order_by=updated_at"))).toEqual(newest.reverse());
  expect(ids(await list("user_ids=bob"))[0], "the last one added is the newest").toBe(newest.at(-1));

  const one = await call(platform, "GET", `/api/v3.1/connected_accounts/${account.id}`);
  expect(one.json).toEqual({ ...account, params: {} });
  const none = await call(platform, "GET", "/api/v3.1/connected_accounts/ca_nobody");
  expect(none.json).toEqual(errorV3(404, { suggested_fix: text }));
});

test("without default accounts there is none", async () => {
  const platform = await run({ defaultAccounts: false });
  const { json } = await call(platform, "GET", "/api/v3.1/connected_accounts");
  expect(json).toMatchObject({ items: [], total_items: 0, total_pages: 0, next_cursor: null });
});

test("realtime credentials, and authorizations for the project's own channels alone", async () => {
  const platform = await run();
  const { id, clientId, appKey } = platform.project;
  const credentials = await call(platform, "GET", "/api/v3/internal/sdk/realtime/credentials");
  expect(credentials.json).toEqual({ pusher_key: appKey, project_id: id, pusher_cluster: text });
  const form = "application/x-www-form-urlencoded";
  const paths = ["/api/v3/internal/sdk/realtime/auth", "/api/v1/client/auth/pusher_auth?fromPython=true"];
  for (const path of paths) {
    for (const channel of [`private-${id}_triggers`, `private-${clientId}_triggers`]) {
      const body = { socket_id: "123.456", channel_name: channel };
      const asForm = new URLSearchParams(body).toString();
      const sent = await call(platform, "POST", path, { bytes: asForm, headers: { "content-type": form } });
      expect(sent.status).toBe(200);
      expect(sent.json).toEqual({ auth: expect.stringMatching(new RegExp(`^${appKey}:[0-9a-f]{64}$`)) });
      expect((await call(platform, "POST", path, { body })).json).toEqual(sent.json);
      const elsewhere = await call(platform, "POST", path, { body: { ...body, socket_id: "123.457" } });
      expect(elsewhere.json.auth, "bound to the connection").not.toBe(sent.json.auth);
    }
    for (const channel of ["private-somebody_triggers", `private-${id}_triggers2`, `${id}_triggers`]) {
      const foreign = await call(platform, "POST", path, {
        body: { socket_id: "1.2", channel_name: channel },
      });
      expect(foreign.status, channel).toBe(403);
    }
    const channel_name = `private-${id}_triggers`;
    for (const socket_id of ["1.2:private-other_triggers", "", "x", 12]) {
      expect((await call(platform, "POST", path, { body: { socket_id, channel_name } })).status).toBe(400);
    }
    expect((await call(platform, "POST", path, { body: {}, key: "" })).status).toBe(401);
  }
});

const anything = expect.anything();

test("tools: listed, described, run", async () => {
  const platform = await run();
  const list = (await call(platform, "GET", "/api/v3.1/tools")).json;
  expect(list.total_items).toBeGreaterThanOrEqual(42);
  expect(list.items[0]).toEqual({
    slug: "LOCAL_ECHO",
    name: text,
    description: text,
    toolkit: { slug: "local", name: text, logo: text },
    input_parameters: expect.objectContaining({ type: "object" }),
    output_parameters: expect.objectContaining({
      properties: {
        data: expect.objectContaining({ type: "object" }),
        error: anything,
        successful: anything,
      },
    }),
    no_auth: true,
    version: text,
    available_versions: [text],
    scopes: [],
    tags: ["readOnlyHint", "idempotentHint", "openWorldHint"],
    is_deprecated: false,
    deprecated: expect.objectContaining({ displayName: text }),
  });
  expect(
    (await call(platform, "GET", "/api/v3.1/tools?tool_slugs=LOCAL_TIME&search=time")).json.total_items,
  ).toBe(1);
  const github = (await call(platform, "GET", "/api/v3.1/tools?toolkit_slug=github")).json;
  expect(github.items.every(({ toolkit }: { toolkit: { slug: string } }) => toolkit.slug === "github")).toBe(
    true,
  );
  expect((await call(platform, "GET", "/api/v3.1/tools/local_time")).json.slug).toBe("LOCAL_TIME");
  const execute = (slug: string, body: unknown) =>
    call(platform, "POST", `/api/v3.1/tools/execute/${slug}`, { body });
  const echoed = await execute("LOCAL_ECHO", { user_id: "default", arguments: { message: "hello" } });
  expect(echoed.json).toMatchObject({
    data: { message: "hello" },
    error: null,
    successful: true,
    log_id: text,
  });
  expect((await execute("LOCAL_ECHO", { arguments: { message: 1 } })).json).toMatchObject({
    data: {},
    error: "message: expected string, received number",
    successful: false,
  });
  expect((await execute("LOCAL_TIME", {})).json.data).toEqual({ time: iso });
  expect((await execute("NOPE", {})).json).toEqual(errorV3(404, { suggested_fix: text }));
  expect((await execute("LOCAL_ECHO", { arguments: [] })).json).toEqual(errorV3(400));
});
