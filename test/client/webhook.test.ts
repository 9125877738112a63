import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Client } from "../../src/client/client.js";
import type { WebhookBodyV3 } from "../../src/protocol/rest-v3.js";
import { page3, type Replies, setUp } from "./fixture.js";
import { rejection, type Seen, settingsFor } from "./support.js";

interface Subscription extends WebhookBodyV3 {
  readonly id: string;
  readonly secret?: string;
}

const session = {
  json: {
    project: { id: "p", nano_id: "pr_1", webhook_url: "https://old.example/", webhook_secret: "old secret" },
  },
};

/** Generation 3's subscription endpoints; `first` is what stands there. */
function subscriptions(
  first?: Subscription,
  more: Replies = {},
): Replies & { now: () => Subscription | undefined } {
  let now = first;
  const patch = ({ body }: Seen) => {
    now = { ...(now as Subscription), ...JSON.parse(body) };
    return { json: now };
  };
  const replies: Replies = {
    "GET /api/v3.1/auth/session/info": session,
    "GET /api/v3.1/webhook_subscriptions": () => page3(now === undefined ? [] : [now]),
    "POST /api/v3.1/webhook_subscriptions": ({ body }) => {
      now = { id: "ws_1", secret: "s1", ...JSON.parse(body) };
      return { status: 201, json: now };
    },
    "PATCH /api/v3.1/webhook_subscriptions/ws_1": patch,
    "POST /api/v3.1/webhook_subscriptions/ws_1/rotate_secret": () => {
      now = { ...(now as Subscription), secret: "s2" };
      return { json: now };
    },
    ...more,
  };
  return { ...replies, now: () => now } as Replies & { now: () => Subscription | undefined };
}

const known: Subscription = {
  id: "ws_1",
  webhook_url: "https://was.example/",
  enabled_events: ["composio.connected_account.expired"],
  version: "V2",
  secret: "s0",
};

test("v3: without a subscription, one is made for trigger events in the newest version", async () => {
  const replies = subscriptions();
  const { toolset, asked } = await setUp("v3", replies);
  const webhook = await toolset.setWebhookUrl("https://me.example/webhook");
  expect(webhook).toEqual({
    url: "https://me.example/webhook",
    version: "V3",
    events: ["composio.trigger.message"],
    replaced: undefined,
  });
  expect(webhook.secret).toBe("s1");
  expect(replies.now()).toMatchObject({ enabled_events: ["composio.trigger.message"], version: "V3" });
  expect(asked()).toEqual(["GET /api/v3.1/webhook_subscriptions", "POST /api/v3.1/webhook_subscriptions"]);
});

test("v3: with one, it is changed: its version stays, and trigger events are added", async () => {
  const replies = subscriptions(known);
  const { toolset } = await setUp("v3", replies);
  expect(await toolset.setWebhookUrl("https://me.example/webhook")).toEqual({
    url: "https://me.example/webhook",
    version: "V2",
    events: ["composio.connected_account.expired", "composio.trigger.message"],
    replaced: "https://was.example/",
  });
  expect(replies.now()).toMatchObject({
    version: "V2",
    enabled_events: ["composio.connected_account.expired", "composio.trigger.message"],
  });
  await toolset.setWebhookUrl("https://me.example/webhook", { version: "V3" });
  expect(replies.now()?.version).toBe("V3");
});

test("v3: the events are chosen, listed and ended; a choice that is none is rejected", async () => {
  const replies = subscriptions(known);
  const { now: _, ...scripted } = replies;
  const { toolset, asked } = await setUp("v3", {
    ...scripted,
    "GET /api/v3.1/webhook_subscriptions/event_types": {
      json: {
        items: [
          { event_type: "composio.trigger.disabled", description: "Disabled.", supported_versions: ["V3"] },
          { event_type: "a.new_one" },
        ],
      },
    },
    "DELETE /api/v3.1/webhook_subscriptions/ws_1": { status: 204, text: "" },
  });
  const events = ["composio.trigger.disabled", "composio.trigger.disabled"];
  const set = await toolset.setWebhookUrl("https://me.example/webhook", { events });
  expect(set.events).toEqual(["composio.trigger.disabled"]);
  expect(await toolset.webhookEventTypes()).toEqual([
    { type: "composio.trigger.disabled", description: "Disabled.", versions: ["V3"] },
    { type: "a.new_one", description: "", versions: [] },
  ]);
  await toolset.deleteWebhook();
  expect(asked().at(-1)).toMatch(/^DELETE/);
  for (const wrong of [[], [""], "composio.trigger.disabled", [7]]) {
    const options = { events: wrong as string[] };
    await expect(toolset.setWebhookUrl("https://me.example/", options)).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
  }
});

test("v1: the events of webhooks cannot be chosen, listed or ended", async () => {
  const { toolset, asked } = await setUp("v1", {});
  for (const call of [
    () => toolset.setWebhookUrl("https://me.example/", { events: ["composio.trigger.message"] }),
    () => toolset.webhookEventTypes(),
    () => toolset.deleteWebhook(),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "ERR_OPTION" });
  }
  expect(asked()).toEqual([]);
});

test("v3: another process may have made it meanwhile: it is updated then", async () => {
  let isThere = false;
  const { toolset, asked } = await setUp(
    "v3",
    subscriptions(known, {
      "GET /api/v3.1/webhook_subscriptions": () => page3(isThere ? [known] : []),
      "POST /api/v3.1/webhook_subscriptions": () => {
        isThere = true;
        return { status: 409, json: { error: { message: "there is one", code: 1, status: 409 } } };
      },
    }),
  );
  expect(await toolset.setWebhookUrl("https://me.example/")).toMatchObject({ url: "https://me.example/" });
  expect(asked().at(-1)).toBe("PATCH /api/v3.1/webhook_subscriptions/ws_1");
});

test("v3: another rejection is thrown", async () => {
  const refusal = { status: 422, json: { error: { message: "not https", code: 1, status: 422 } } };
  const { toolset } = await setUp(
    "v3",
    subscriptions(undefined, { "POST /api/v3.1/webhook_subscriptions": refusal }),
  );
  await expect(toolset.setWebhookUrl("http://me.example/")).rejects.toMatchObject({
    code: "ERR_API",
    status: 422,
  });
});

test("v3: the URL is read from the subscription, else from the session", async () => {
  expect(await (await setUp("v3", subscriptions(known))).toolset.getWebhookUrl()).toBe(
    "https://was.example/",
  );
  expect(await (await setUp("v3", subscriptions())).toolset.getWebhookUrl()).toBe("https://old.example/");
});

test("v3: the secret is rotated where there is one", async () => {
  expect(await (await setUp("v3", subscriptions(known))).toolset.rotateWebhookSecret()).toBe("s2");
  const error = await rejection((await setUp("v3", subscriptions())).toolset.rotateWebhookSecret());
  expect(error).toMatchObject({ code: "ERR_NOT_FOUND" });
});

test("v3: rotating is not repeated: every call makes another secret", async () => {
  const broken = { status: 500, json: {} };
  const { toolset, asked } = await setUp(
    "v3",
    subscriptions(known, { "POST /api/v3.1/webhook_subscriptions/ws_1/rotate_secret": broken }),
    { maxTries: 4 },
  );
  await expect(toolset.rotateWebhookSecret()).rejects.toMatchObject({ status: 500 });
  expect(asked()).toHaveLength(2);
});

const client = { id: "c1", webhookSecret: "v1 secret", isNewWebhook: false };

test("v1: the URL, the secret and the format", async () => {
  let url = "https://was.example/";
  const { toolset, server, asked } = await setUp("v1", {
    "GET /api/v1/client/auth/client_info": { json: { client } },
    "GET /api/v1/triggers/callback_url": () => ({ json: { status: "success", callbackURL: url } }),
    "POST /api/v1/triggers/set_callback_url": ({ body }) => {
      url = JSON.parse(body).callbackURL;
      return { json: { status: "success" } };
    },
    "POST /api/v1/triggers/update_webhook_format": { json: {} },
  });
  expect(await toolset.getWebhookUrl()).toBe("https://was.example/");
  const webhook = await toolset.setWebhookUrl("https://me.example/", { version: "V2" });
  expect(webhook).toEqual({ url: "https://me.example/", version: "V2", replaced: "https://was.example/" });
  expect(webhook.secret).toBe("v1 secret");
  expect(await toolset.getWebhookUrl()).toBe("https://me.example/");
  const format = server.seen.find(({ path }) => path.endsWith("update_webhook_format"));
  expect(JSON.parse(format?.body ?? "")).toEqual({ id: "c1", isNewWebhook: true });
  const before = asked().length;
  expect(await toolset.setWebhookUrl("https://me.example/")).toMatchObject({ version: "V1" });
  expect(
    asked()
      .slice(before)
      .some((what) => what.endsWith("format")),
  ).toBe(false);
});

test("v1: what the generation lacks is an error with the alternative", async () => {
  const { toolset, asked } = await setUp("v1", {});
  for (const call of [
    () => toolset.rotateWebhookSecret(),
    () => toolset.setWebhookUrl("https://me.example/", { version: "V3" }),
  ]) {
    const error = await rejection(call());
    expect(error).toMatchObject({ code: "ERR_OPTION" });
    expect(error.message).toContain('"v3"');
  }
  expect(asked()).toEqual([]);
});

test("a webhook URL is an http(s) URL", async () => {
  const { toolset, asked } = await setUp("v3", {});
  for (const url of ["", "me.example", "ftp://me.example", "javascript:alert(1)"]) {
    await expect(toolset.setWebhookUrl(url)).rejects.toMatchObject({ code: "ERR_OPTION" });
  }
  expect(asked()).toEqual([]);
});

test("secrets can be read, but show neither in print nor in JSON", async () => {
  const { toolset } = await setUp("v3", subscriptions());
  const webhook = await toolset.setWebhookUrl("https://me.example/");
  expect(webhook.secret).toBe("s1");
  expect(inspect(webhook) + JSON.stringify(webhook)).not.toContain("s1");
});

test("v1: API keys; v3: none, and how to get at them", async () => {
  const createdAt = "2026-01-01T00:00:00Z";
  const { toolset } = await setUp("v1", {
    "GET /api/v1/api_keys": {
      json: [{ id: "k1", name: "ci", key: "ak_other", createdAt, updatedAt: createdAt, isHidden: false }],
    },
  });
  const keys = await toolset.apiKeys();
  expect(keys).toEqual([{ id: "k1", name: "ci", createdAt: new Date(createdAt), lastUsedAt: undefined }]);
  expect(keys[0]?.key).toBe("ak_other");
  expect(inspect(keys) + JSON.stringify(keys)).not.toContain("ak_other");
  const error = await rejection((await setUp("v3", {})).toolset.apiKeys());
  expect(error).toMatchObject({ code: "ERR_OPTION" });
  expect(error.message).toContain('apiVersion: "v1"');
});

test("a listener's registration returns the secret, even where the response leaves it out", async () => {
  const { secret: _, ...withoutSecret } = known;
  const { server } = await setUp("v3", subscriptions(withoutSecret));
  const rest = new Client(settingsFor(server.url));
  const { signal } = new AbortController();
  try {
    const { webhook, baseUrl } = rest.platformAccess();
    expect(baseUrl).toBe(server.url);
    expect(await webhook.current(signal)).toEqual({ url: "https://was.example/", secret: "old secret" });
    expect(await webhook.register("https://me.example/", [], signal)).toEqual({
      secret: "old secret",
      replaced: "https://was.example/",
    });
  } finally {
    await rest.close();
  }
});
