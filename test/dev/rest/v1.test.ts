import { expect, test } from "vitest";
import { accountOf, call, enable, errorV1, iso, nano, run, SITE, STAR, text, uuid } from "./fixture.js";

const badRequest = (more: object = {}) =>
  errorV1(400, "BadRequestError", { details: expect.anything(), ...more });

test("client info names the client, its webhook and the key", async () => {
  const platform = await run();
  const { status, json } = await call(platform, "GET", "/api/v1/client/auth/client_info");
  expect(status).toBe(200);
  expect(json.client).toEqual({
    autoId: 1,
    id: platform.project.clientId,
    name: text,
    email: text,
    createdAt: iso,
    updatedAt: iso,
    apiKey: "test-key",
    webhookSecret: platform.project.webhookSecret,
    triggersEnabled: true,
    plan: text,
    isNewWebhook: false,
  });
  expect(json.apiKey).toMatchObject({ id: uuid, clientId: platform.project.clientId, key: "test-key" });
});

test("triggers are a bare array, with schemas as the published Python client insists on them", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", "/api/v1/triggers?appNames=github,SLACK");
  expect(new Set(json.map(({ appName }: { appName: string }) => appName))).toEqual(
    new Set(["github", "slack"]),
  );
  const star = json.find(({ name }: { name: string }) => name === STAR);
  expect(star).toEqual({
    name: STAR,
    display_name: text,
    description: text,
    instructions: text,
    type: "webhook",
    appKey: "github",
    appId: uuid,
    appName: "github",
    logo: text,
    enabled: false,
    count: 0,
    config: expect.objectContaining({ type: "object", title: text, properties: expect.anything() }),
    payload: expect.objectContaining({ type: "object", title: text, properties: expect.anything() }),
  });
  for (const trigger of json) {
    for (const schema of [trigger.config, trigger.payload]) {
      for (const member of Object.values(schema.properties)) {
        expect(member).toMatchObject({ title: text, description: text });
      }
    }
  }
});

test("every filter of the trigger list narrows it", async () => {
  const platform = await run();
  const account = await accountOf(platform);
  const { uuid: instance } = await enable(platform);
  const names = async (query: string): Promise<string[]> => {
    const { json } = await call(platform, "GET", `/api/v1/triggers?${query}`);
    return json.map(({ name }: { name: string }) => name);
  };
  const github = await names("appNames=github");
  expect(github.length).toBeGreaterThan(1);
  expect((await names("")).length).toBeGreaterThan(github.length);
  expect(await names(`connectedAccountIds=${account.deprecated.uuid}`)).toEqual(github);
  expect(await names(`integrationIds=${account.auth_config.deprecated.uuid}`)).toEqual(github);
  expect(await names("connectedAccountIds=nobody")).toEqual([]);
  expect(await names("integrationIds=nothing")).toEqual([]);
  expect(await names(`triggerIds=${STAR.toLowerCase()}`), "published clients put names there").toEqual([
    STAR,
  ]);
  expect(await names(`triggerIds=${instance}`)).toEqual([STAR]);
  expect(await names(`triggerNames=${STAR},SLACK_RECEIVE_MESSAGE`)).toHaveLength(2);
  expect(await names(`triggerNames[]=${STAR}&triggerNames[]=nope`)).toEqual([STAR]);
  expect(await names("showEnabledOnly=true")).toEqual([STAR]);
});

test("trigger names are text, one a line, with an ETag that answers HEAD and If-None-Match", async () => {
  const platform = await run();
  const path = "/api/v1/triggers/list/enums";
  const got = await call(platform, "GET", path);
  expect(got.headers["content-type"]).toMatch(/^text\/plain/);
  expect(got.text.split("\n")).toContain(STAR);
  const head = await call(platform, "HEAD", path);
  expect([head.status, head.text, head.headers.etag]).toEqual([200, "", got.headers.etag]);
  expect(head.headers["content-length"]).toBe(String(Buffer.byteLength(got.text)));
  const same = await call(platform, "GET", path, { headers: { "if-none-match": `W/${got.headers.etag}` } });
  expect([same.status, same.text]).toEqual([304, ""]);
  const other = await call(platform, "GET", path, { headers: { "if-none-match": '"other"' } });
  expect(other.status).toBe(200);
});

test("one trigger, and a misspelt one", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", `/api/v2/triggers/${STAR.toLowerCase()}`);
  expect(json).toMatchObject({ name: STAR, enum: STAR, displayName: text, appName: "github", appId: uuid });
  expect(json.config.properties).toMatchObject({ owner: { type: "string" }, repo: { type: "string" } });
  const unknown = await call(platform, "GET", "/api/v2/triggers/GITHUB_STAR_ADED_EVENT");
  expect(unknown.status).toBe(404);
  expect(unknown.json).toEqual(errorV1(404, "NotFoundError", { name: "TriggerNotFoundError" }));
  expect(unknown.json.message).toContain(`Did you mean ${STAR}?`);
});

test("enabling is idempotent, whatever the order of the config's members, and wakes a disabled one", async () => {
  const platform = await run();
  const account = (await accountOf(platform)).deprecated.uuid;
  const path = `/api/v1/triggers/enable/${account}/${STAR}`;
  const enabling = (triggerConfig: unknown) => call(platform, "POST", path, { body: { triggerConfig } });
  const first = await enabling({ owner: "acme", repo: "site" });
  expect(first.status).toBe(200);
  expect(first.json).toEqual({ status: "success", message: text, triggerId: uuid, isNew: true });
  const again = await enabling({ repo: "site", owner: "acme" });
  expect(again.json).toMatchObject({ triggerId: first.json.triggerId, isNew: false });
  const other = await enabling({ owner: "acme", repo: "other" });
  expect(other.json).toMatchObject({ isNew: true });
  expect(other.json.triggerId).not.toBe(first.json.triggerId);

  await call(platform, "POST", `/api/v1/triggers/disable/${first.json.triggerId}`);
  const active = async () => (await call(platform, "GET", "/api/v1/triggers/active_triggers")).json.triggers;
  expect(await active()).toHaveLength(1);
  expect((await enabling({ owner: "acme", repo: "site" })).json).toMatchObject({
    triggerId: first.json.triggerId,
    isNew: false,
  });
  expect(await active()).toHaveLength(2);
});

test("what cannot be enabled is answered with the reason", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob", status: "EXPIRED" }] });
  const account = (await accountOf(platform)).deprecated.uuid;
  const enabling = (id: string, name: string, triggerConfig: unknown) =>
    call(platform, "POST", `/api/v1/triggers/enable/${id}/${name}`, { body: { triggerConfig } });

  const misfit = await enabling(account, STAR, { owner: 7, branch: "main" });
  expect(misfit.status).toBe(400);
  const errors = ["owner: expected string, received number", "repo: is missing"];
  expect(misfit.json).toEqual(
    badRequest({ details: { errors }, errors: errors.map((message) => ({ message })) }),
  );
  expect((await enabling(account, STAR, undefined)).json.message).toContain("owner: is missing");
  expect((await enabling(account, STAR, ["x"])).status).toBe(400);
  expect((await enabling(account, "NO_SUCH", SITE)).status).toBe(404);
  const nobody = await enabling("f2a7b7e0-0000-4000-8000-000000000000", STAR, SITE);
  expect(nobody.json).toEqual(errorV1(404, "NotFoundError", { name: "ConnectedAccountNotFoundError" }));
  const slack = (await accountOf(platform, "slack")).deprecated.uuid;
  expect((await enabling(slack, STAR, SITE)).json.message).toMatch(/is a trigger of github.* is of slack/);
  const expired = (await accountOf(platform, "github", "bob")).deprecated.uuid;
  const refused = await enabling(expired, STAR, SITE);
  expect([refused.status, refused.json.message]).toEqual([
    400,
    expect.stringContaining("is EXPIRED, not ACTIVE"),
  ]);
  expect((await call(platform, "GET", "/api/v1/triggers/active_triggers")).json.triggers).toEqual([]);
});

test("active triggers: filters, pages, disabled ones", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob" }] });
  const ours = await enable(platform);
  const bobs = await enable(platform, STAR, SITE, "bob");
  const account = (await accountOf(platform)).deprecated.uuid;
  const active = async (query = "") =>
    (await call(platform, "GET", `/api/v1/triggers/active_triggers?${query}`)).json;
  const all = await active();
  expect(all.pageInfo).toEqual([{ currentPage: 1, perPage: 1_000, totalPages: 1 }]);
  expect(all.triggers.map(({ id }: { id: string }) => id)).toEqual([bobs.uuid, ours.uuid]);
  expect(all.triggers[1]).toEqual({
    id: ours.uuid,
    connectionId: account,
    triggerName: STAR,
    triggerData: text,
    triggerConfig: SITE,
    createdAt: iso,
    updatedAt: iso,
    disabledAt: null,
  });
  expect((await active("limit=1&page=2")).triggers).toHaveLength(1);
  expect((await active("limit=1&page=3")).triggers).toHaveLength(0);
  expect((await active(`connectedAccountIds=${account}`)).triggers).toHaveLength(1);
  expect((await active(`triggerIds=${ours.uuid},${bobs.uuid}`)).triggers).toHaveLength(2);
  expect((await active(`triggerNames=${STAR.toLowerCase()}`)).triggers).toHaveLength(2);
  expect((await active("integrationIds=nothing")).triggers).toHaveLength(0);

  await call(platform, "PATCH", `/api/v1/triggers/instance/${bobs.uuid}/status`, {
    body: { enabled: false },
  });
  expect((await active()).triggers).toHaveLength(1);
  const withDisabled = (await active("showDisabled=true")).triggers;
  expect(withDisabled.map(({ disabledAt }: { disabledAt: unknown }) => disabledAt)).toEqual([iso, null]);
  const wrong = await call(platform, "GET", "/api/v1/triggers/active_triggers?page=0");
  expect([wrong.status, wrong.json]).toEqual([400, badRequest()]);
});

test("an instance is switched, disabled and deleted; one that is not there is 404", async () => {
  const platform = await run();
  const { uuid: id } = await enable(platform);
  const base = `/api/v1/triggers/instance/${id}`;
  const off = await call(platform, "PATCH", `${base}/status`, { body: { enabled: false } });
  expect(off.json).toEqual({ status: "success", triggerId: id });
  expect((await call(platform, "PATCH", `${base}/status`, { body: { enabled: "no" } })).status).toBe(400);
  expect((await call(platform, "POST", `/api/v1/triggers/disable/${id}`)).json.status).toBe("success");
  expect((await call(platform, "DELETE", base)).json).toEqual({ status: "success", count: 1 });
  for (const [method, path] of [
    ["DELETE", base],
    ["PATCH", `${base}/status`],
    ["POST", `/api/v1/triggers/disable/${id}`],
  ] as const) {
    const got = await call(platform, method, path, { body: { enabled: true } });
    expect(got.json).toEqual(errorV1(404, "NotFoundError", { name: "TriggerInstanceNotFoundError" }));
  }
});

test("connected accounts: the shape, every filter, pages, one", async () => {
  const platform = await run({
    accounts: [
      { appName: "GitHub", userId: "bob" },
      { appName: "github", status: "EXPIRED" },
      { appName: "github", userId: "bob", status: "INACTIVE" },
    ],
  });
  const list = async (query: string) =>
    (await call(platform, "GET", `/api/v1/connectedAccounts?pageSize=99999999&${query}`)).json;
  const found = await list("user_uuid=default&appNames=github&showActiveOnly=true");
  expect(found).toMatchObject({ page: 1, totalPages: 1 });
  expect(found.items).toHaveLength(1);
  const account = found.items[0];
  expect(account).toMatchObject({
    id: uuid,
    integrationId: uuid,
    appUniqueId: "github",
    appName: "github",
    clientUniqueUserId: "default",
    status: "ACTIVE",
    isDisabled: false,
    invocationCount: 0,
    connectionParams: {},
    createdAt: iso,
    updatedAt: iso,
  });
  const count = async (query: string) => (await list(query)).items.length;
  expect(await count("entityId=bob")).toBe(1);
  expect(await count("entityId=bob&showDisabled=true")).toBe(2);
  expect(await count("user_uuid=bob,default&appNames=GITHUB")).toBe(3);
  expect(await count("status=expired&appNames=github")).toBe(1);
  expect(await count(`integrationId=${account.integrationId}`)).toBe(3);
  expect(await count(`connectionId=${account.id}`)).toBe(1);
  const paged = (await call(platform, "GET", "/api/v1/connectedAccounts?pageSize=2&page=2")).json;
  expect([paged.items.length, paged.page]).toEqual([2, 2]);

  const one = await call(platform, "GET", `/api/v1/connectedAccounts/${account.id}`);
  expect(one.json).toMatchObject({
    id: account.id,
    entityId: "default",
    status: "ACTIVE",
    connectionParams: {},
  });
  const none = await call(platform, "GET", "/api/v1/connectedAccounts/nobody");
  expect(none.json).toEqual(errorV1(404, "NotFoundError", { name: "ConnectedAccountNotFoundError" }));
});

test("the callback URL is set, got and taken away; its format is chosen", async () => {
  const platform = await run();
  const get = async () => (await call(platform, "GET", "/api/v1/triggers/callback_url")).json;
  expect(await get()).toEqual({ status: "success" });
  const set = (body: unknown, path = "set_callback_url") =>
    call(platform, "POST", `/api/v1/triggers/${path}`, { body });
  const version = async () => {
    const { json } = await call(platform, "GET", "/api/v3.1/webhook_subscriptions");
    return json.items[0]?.version;
  };
  expect((await set({ callbackURL: "http://127.0.0.1:9/hook" })).json).toMatchObject({ status: "success" });
  expect(await get()).toEqual({ status: "success", callbackURL: "http://127.0.0.1:9/hook" });
  expect(await version()).toBe("V1");
  await set({ callbackURL: "http://localhost:9/other" }, "setCallbackURL");
  expect((await get()).callbackURL).toBe("http://localhost:9/other");

  const format = (body: unknown) =>
    call(platform, "POST", "/api/v1/triggers/update_webhook_format", { body });
  expect((await format({ id: platform.project.clientId, isNewWebhook: true })).status).toBe(200);
  expect(await version()).toBe("V2");
  const info = (await call(platform, "GET", "/api/v1/client/auth/client_info")).json.client;
  expect(info).toMatchObject({ webhookURL: "http://localhost:9/other", isNewWebhook: true });
  expect((await format({ id: "somebody", isNewWebhook: true })).status).toBe(404);
  expect((await format({ id: platform.project.clientId })).status).toBe(400);

  const remote = await set({ callbackURL: "https://example.com/hook" });
  expect(remote.status).toBe(400);
  expect(remote.json.message).toContain("example.com is not this machine");
  expect((await set({ callbackURL: 7 })).status).toBe(400);
  await set({ callbackURL: "" });
  expect(await get()).toEqual({ status: "success" });
});

test("logs: newest first, payloads as text, pages, filters", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob" }] });
  await enable(platform);
  for (let n = 1; n <= 3; n += 1) await platform.fire(STAR, { data: { n }, originalData: { raw: n } });
  const bobs = await enable(platform, STAR, SITE, "bob");
  const bob = await platform.fire(STAR, { data: { n: 4 }, triggerId: bobs.id });
  const logs = async (query = "") => (await call(platform, "GET", `/api/v1/triggers/logs?${query}`)).json;
  const all = await logs();
  expect(all.pageInfo).toEqual({ currentPage: 1, perPage: 10, totalPages: 1 });
  const account = (await accountOf(platform)).deprecated.uuid;
  expect(all.data[1]).toEqual({
    id: nano("log"),
    clientId: platform.project.clientId,
    connectionId: account,
    triggerName: STAR,
    triggerType: "webhook",
    appKey: "github",
    errorTrigger: null,
    triggerClientError: null,
    triggerClientPayload: '{"n":3}',
    triggerClientResponse: null,
    triggerProviderPayload: '{"raw":3}',
    createdAt: iso,
  });
  const numbers = (page: { data: { triggerClientPayload: string }[] }) =>
    page.data.map(({ triggerClientPayload }) => JSON.parse(triggerClientPayload).n);
  expect(numbers(all)).toEqual([4, 3, 2, 1]);
  const second = await logs("limit=3&page=2");
  expect([numbers(second), second.pageInfo]).toEqual([[1], { currentPage: 2, perPage: 3, totalPages: 2 }]);
  expect(numbers(await logs(`connectionId=${account}`))).toEqual([3, 2, 1]);
  expect(numbers(await logs("integrationId=nothing"))).toEqual([]);
  expect(all.data[0].id).toBe(bob.logIds[0]);
});

test("actions: listed, described, run", async () => {
  const platform = await run();
  const list = (await call(platform, "GET", "/api/v2/actions")).json;
  expect(list).toMatchObject({ page: 1, totalPages: 1 });
  expect(list.items[0]).toMatchObject({ name: "LOCAL_ECHO", no_auth: true, parameters: { type: "object" } });
  const github = (await call(platform, "GET", "/api/v2/actions?apps=github")).json.items;
  expect(github[0]).toMatchObject({ appName: "github", no_auth: false });
  expect((await call(platform, "GET", "/api/v2/actions?actions=local_time")).json.items).toHaveLength(1);
  const echo = (input: unknown, name = "LOCAL_ECHO") =>
    call(platform, "POST", `/api/v2/actions/${name}/execute`, { body: { input } });
  expect((await echo({ message: "hello" })).json).toEqual({
    data: { message: "hello" },
    successful: true,
    successfull: true,
    logId: text,
  });
  expect((await echo({})).json).toMatchObject({ data: {}, successful: false, error: "message: is missing" });
  expect((await echo({}, "NOPE")).json).toEqual(
    errorV1(404, "NotFoundError", { name: "ActionNotFoundError" }),
  );
  expect((await echo("x")).status).toBe(400);
});

test("API keys: made, listed, deleted, and refused from then on", async () => {
  const platform = await run();
  const made = await call(platform, "POST", "/api/v1/api_keys", { body: { name: "agent" } });
  expect(made.status).toBe(200);
  expect(made.json).toMatchObject({ id: uuid, name: "agent", createdAt: iso, key: text, isHidden: false });
  expect((await call(platform, "GET", "/api/v1/api_keys")).json).toEqual([made.json]);
  const info = () => call(platform, "GET", "/api/v1/client/auth/client_info", { key: made.json.key });
  expect((await info()).json.apiKey.name).toBe("agent");
  const path = `/api/v1/api_keys/${made.json.id}`;
  expect((await call(platform, "DELETE", path)).status).toBe(204);
  expect((await call(platform, "DELETE", path)).status).toBe(404);
  expect((await info()).json).toEqual(errorV1(401, "UnauthorizedError"));
  expect((await call(platform, "POST", "/api/v1/api_keys", { body: {} })).status).toBe(400);
});

test("apps, and the names that the published Python client looks up", async () => {
  const platform = await run();
  const { json } = await call(platform, "GET", "/api/v1/apps");
  expect(json.items[0]).toMatchObject({
    appId: uuid,
    key: text,
    name: text,
    description: text,
    categories: [],
  });
  expect((await call(platform, "GET", "/api/v1/apps/GITHUB")).json).toMatchObject({ key: "github" });
  expect((await call(platform, "GET", "/api/v1/apps/nope")).status).toBe(404);
  expect((await call(platform, "GET", "/api/v1/apps/list/enums")).text.split("\n")).toContain("GITHUB");
  expect((await call(platform, "GET", "/api/v1/actions/list/enums")).text.split("\n")).toContain(
    "LOCAL_ECHO",
  );
});
