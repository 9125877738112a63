import { expect, onTestFinished, test } from "vitest";
import { manualClock } from "../../support/manual-clock.js";
import { receiver } from "../webhooks/receiver.js";
import { accountOf, call, control, enable, run, STAR, until } from "./fixture.js";

test("the state, in one look", async () => {
  const platform = await run();
  const { id } = await enable(platform);
  await platform.fire(STAR);
  const { json } = await control(platform, "GET", "/state");
  expect(json).toMatchObject({
    url: platform.url,
    project: { id: platform.project.id, clientId: platform.project.clientId },
    webhook: null,
    instances: [{ nanoId: id, triggerName: STAR }],
    connections: [],
    events: { kept: 1, fired: 1 },
    pendingDeliveries: 0,
  });
  expect(json.accounts.length).toBeGreaterThan(10);
  expect(JSON.stringify(json), "what signs authorizations stays inside").not.toContain("appSecret");
});

test("the catalog", async () => {
  const platform = await run();
  const { json } = await control(platform, "GET", "/triggers");
  const star = json.triggers.find(({ name }: { name: string }) => name === STAR);
  expect(star).toMatchObject({ appName: "github", config: { type: "object" }, payload: { type: "object" } });
});

test("firing: one, many, with data, to some", async () => {
  const platform = await run();
  const { id } = await enable(platform);
  const one = await control(platform, "POST", "/fire", { name: STAR });
  expect(one.json).toEqual({
    fired: 1,
    logIds: platform.events().map(({ event }) => event.logId),
    connections: 0,
    webhook: null,
  });
  const many = await control(platform, "POST", "/fire", {
    name: STAR,
    data: { n: 1 },
    count: 1_200,
    triggerId: id,
  });
  expect(many.json.fired).toBe(1_200);
  expect(new Set(many.json.logIds).size).toBe(1_200);
  expect(platform.events(1)[0]?.event.payload).toEqual({ n: 1 });
});

test("over the control API, `changes` are merged over the sample, `data` is the whole payload, and misfits are told", async () => {
  const platform = await run();
  await enable(platform);
  const merged = await control(platform, "POST", "/fire", { name: STAR, changes: { starred_by: "ada" } });
  expect(merged.json).not.toHaveProperty("misfits");
  expect(platform.events(1)[0]?.event.payload).toMatchObject({ starred_by: "ada", action: "created" });
  const whole = await control(platform, "POST", "/fire", {
    name: STAR,
    data: { starred_by: "ada", stars: 1 },
  });
  expect(whole.json.misfits).toEqual(
    expect.arrayContaining(["repository_id: is missing", "stars: is not in the schema"]),
  );
  expect(platform.events(1)[0]?.event.payload).toEqual({ starred_by: "ada", stars: 1 });
  const both = await control(platform, "POST", "/fire", { name: STAR, changes: {}, data: {} });
  expect(both.status).toBe(400);
});

test("firing at a rate keeps to the platform's clock", async () => {
  const clock = manualClock();
  const platform = await run({ clock });
  await enable(platform);
  let answered = false;
  const firing = control(platform, "POST", "/fire", { name: STAR, count: 4, rate: 2 }).then((got) => {
    answered = true;
    return got;
  });
  await until(() => clock.pending() > 0);
  expect(platform.events()).toHaveLength(1);
  for (const count of [2, 3, 4]) {
    clock.advance(499);
    expect(platform.events()).toHaveLength(count - 1);
    expect(answered).toBe(false);
    clock.advance(1);
    await until(() => platform.events().length === count);
    if (count < 4) await until(() => clock.pending() > 0);
  }
  expect((await firing).json.fired).toBe(4);
  const times = platform.events().map(({ atMs }) => atMs);
  expect(times.map((at) => (times[0] ?? 0) - at)).toEqual([0, 500, 1_000, 1_500]);
});

test.each([
  [404, { name: "NOPE" }],
  [409, { name: "SLACK_RECEIVE_MESSAGE" }],
  [400, {}],
  [400, { name: 7 }],
  [400, { name: STAR, count: 0 }],
  [400, { name: STAR, count: 1.5 }],
  [400, { name: STAR, count: 1_000_000 }],
  [400, { name: STAR, rate: 0 }],
  [400, { name: STAR, count: 1_000, rate: 1 }],
  [400, { name: STAR, data: [] }],
  [400, [STAR]],
])("firing answers %i for %j", async (status, body) => {
  const platform = await run();
  await enable(platform);
  const got = await control(platform, "POST", "/fire", body);
  expect([got.status, got.json.error.status]).toEqual([status, status]);
  expect(platform.events()).toEqual([]);
});

test("events: newest first, in pages", async () => {
  const platform = await run();
  await enable(platform);
  for (let n = 1; n <= 5; n += 1) await platform.fire(STAR, { data: { n } });
  const first = (await control(platform, "GET", "/events?limit=3")).json;
  expect(first.events.map(({ number }: { number: number }) => number)).toEqual([5, 4, 3]);
  expect(first.events[0]).toMatchObject({ status: "success", error: null, event: { payload: { n: 5 } } });
  const second = (await control(platform, "GET", `/events?limit=3&before=${first.next}`)).json;
  expect(second.events.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
  expect(second.next).toBeNull();
  expect((await control(platform, "GET", "/events?before=x")).status).toBe(400);
});

test("deliveries: what was sent, and what came back", async () => {
  const platform = await run();
  await enable(platform);
  const door = await receiver((_request, response) => {
    response.statusCode = 202;
    response.end("thanks");
  });
  onTestFinished(() => door.close());
  await call(platform, "POST", "/api/v1/triggers/set_callback_url", { body: { callbackURL: door.url } });
  const { logIds } = await platform.fire(STAR);
  await platform.idle();
  const { json } = await control(platform, "GET", "/deliveries");
  expect(json).toMatchObject({
    pending: 0,
    deliveries: [{ logId: logIds[0], url: door.url, attempt: 1, status: 202, answerBody: "thanks" }],
  });
});

test("accounts: added, and told of when they expire", async () => {
  const platform = await run();
  const door = await receiver();
  onTestFinished(() => door.close());
  const enabled_events = ["composio.trigger.message", "composio.connected_account.expired"];
  const body = { webhook_url: door.url, enabled_events, version: "V3" };
  await call(platform, "POST", "/api/v3.1/webhook_subscriptions", { body });
  const added = await control(platform, "POST", "/accounts", { appName: "github", userId: "bob" });
  expect(added.status).toBe(201);
  expect(added.json.id).toBe((await accountOf(platform, "github", "bob")).id);
  await enable(platform, STAR, { owner: "acme", repo: "site" }, "bob");

  const expired = await control(platform, "PATCH", `/accounts/${added.json.id}`, { status: "EXPIRED" });
  expect(expired.json).toMatchObject({ id: added.json.id, status: "EXPIRED" });
  await control(platform, "PATCH", `/accounts/${added.json.id}`, { status: "EXPIRED" });
  await platform.idle();
  expect(door.received).toHaveLength(1);
  expect(JSON.parse(door.received[0]?.body ?? "")).toMatchObject({
    type: "composio.connected_account.expired",
    metadata: { project_id: platform.project.id },
    data: { id: added.json.id, user_id: "bob", status: "EXPIRED" },
  });
  await expect(platform.fire(STAR)).rejects.toMatchObject({
    code: "ERR_TRIGGER_NOT_ENABLED",
    message: expect.stringContaining("is EXPIRED"),
  });
  expect((await control(platform, "PATCH", `/accounts/${added.json.id}`, { status: "FINE" })).status).toBe(
    400,
  );
  expect((await control(platform, "PATCH", "/accounts/nobody", { status: "ACTIVE" })).status).toBe(404);
  expect((await control(platform, "POST", "/accounts", {})).status).toBe(400);
});
