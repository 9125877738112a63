import { expect, test } from "vitest";
import { call, errorV3, iso, nano, run, text } from "./fixture.js";

test("the webhook subscription: made once, read, changed, its secret rotated, deleted", async () => {
  const platform = await run();
  const root = "/api/v3.1/webhook_subscriptions";
  const wanted = {
    webhook_url: "http://127.0.0.1:9/hook",
    enabled_events: ["composio.trigger.message"],
    version: "V3",
  };
  const list = async () => (await call(platform, "GET", `${root}?limit=1`)).json.items;
  expect(await list()).toEqual([]);
  const made = await call(platform, "POST", root, { body: wanted });
  expect(made.status).toBe(201);
  expect(made.json).toEqual({
    ...wanted,
    id: nano("ws"),
    secret: platform.project.webhookSecret,
    created_at: iso,
    updated_at: iso,
  });
  const second = await call(platform, "POST", root, { body: wanted });
  expect(second.json).toEqual(errorV3(409, { suggested_fix: text }));
  expect(await list()).toEqual([made.json]);
  const path = `${root}/${made.json.id}`;
  expect((await call(platform, "GET", path)).json).toEqual(made.json);

  const changed = await call(platform, "PATCH", path, { body: { webhook_url: "http://127.0.0.1:9/other" } });
  expect(changed.json).toMatchObject({
    ...wanted,
    webhook_url: "http://127.0.0.1:9/other",
    id: made.json.id,
  });
  const session = (await call(platform, "GET", "/api/v3.1/auth/session/info")).json.project;
  expect(session).toMatchObject({ webhook_url: "http://127.0.0.1:9/other", webhook_version: "V3" });

  const before = platform.project.webhookSecret;
  const rotated = await call(platform, "POST", `${path}/rotate_secret`);
  expect(rotated.json.secret).toMatch(/^[0-9a-f]{64}$/);
  expect(rotated.json.secret).not.toBe(before);
  expect(platform.project.webhookSecret).toBe(rotated.json.secret);

  const types = (await call(platform, "GET", `${root}/event_types`)).json.items;
  expect(types.map(({ event_type }: { event_type: string }) => event_type)).toContain(
    "composio.trigger.message",
  );

  expect((await call(platform, "DELETE", path)).status).toBe(200);
  expect(await list()).toEqual([]);
  for (const [method, at] of [
    ["GET", path],
    ["PATCH", path],
    ["DELETE", path],
    ["POST", `${path}/rotate_secret`],
  ] as const) {
    expect((await call(platform, method, at, { body: {} })).json, `${method} ${at}`).toEqual(errorV3(404));
  }
});

test.each([
  ["no URL", { webhook_url: undefined }],
  ["no events", { enabled_events: undefined }],
  ["an empty list of events", { enabled_events: [] }],
  ["an unknown event", { enabled_events: ["composio.nothing"] }],
  [
    "an event that the version has not",
    { version: "V1", enabled_events: ["composio.connected_account.expired"] },
  ],
  ["an unknown version", { version: "V4" }],
  ["a URL of another machine", { webhook_url: "https://example.com/" }],
  ["a URL of this machine by a name of somebody's", { webhook_url: "http://127.0.0.1.nip.io/" }],
  ["a URL with a password", { webhook_url: "http://me:secret@127.0.0.1/" }],
  ["a file", { webhook_url: "file:///etc/passwd" }],
])("a subscription is refused: %s", async (_name, change) => {
  const platform = await run();
  const good = {
    webhook_url: "http://127.0.0.1:9/",
    enabled_events: ["composio.trigger.message"],
    version: "V3",
  };
  const got = await call(platform, "POST", "/api/v3.1/webhook_subscriptions", {
    body: { ...good, ...change },
  });
  expect(got.status).toBe(400);
  expect((await call(platform, "GET", "/api/v3.1/webhook_subscriptions")).json.items).toEqual([]);
  // The same check stands before a change.
  const made = await call(platform, "POST", "/api/v3.1/webhook_subscriptions", { body: good });
  const path = `/api/v3.1/webhook_subscriptions/${made.json.id}`;
  const patched = await call(platform, "PATCH", path, { body: change });
  expect(patched.status).toBe(Object.values(change).every((value) => value === undefined) ? 200 : 400);
});

test("webhooks go to other machines where that was allowed by name", async () => {
  const platform = await run({ allowRemoteWebhooks: true });
  const body = {
    webhook_url: "https://example.com/",
    enabled_events: ["composio.trigger.message"],
    version: "V3",
  };
  expect((await call(platform, "POST", "/api/v3.1/webhook_subscriptions", { body })).status).toBe(201);
});
