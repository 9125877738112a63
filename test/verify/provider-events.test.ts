import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { providerBody, providerEvent } from "../../src/decode/providers/index.js";
import type { Origin } from "../../src/model/verified.js";

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const short = digest.slice(0, 32);
const origin = (provider: string, more: Partial<Origin> = {}): Origin => ({
  provider,
  signed: true,
  route: `/webhooks/${provider}`,
  ...more,
});

interface Row {
  readonly from: Origin;
  readonly body: unknown;
  readonly name: string;
  readonly id: string | undefined;
  readonly at?: string;
}

const at = "2025-06-15T15:06:40.000Z";
const seconds = 1_750_000_000;

const rows: readonly Row[] = [
  {
    from: origin("asana", { digest }),
    body: { events: [{ action: "changed", resource: { gid: "1", resource_type: "task" }, created_at: at }] },
    name: "task.changed",
    id: `asana:${short}`,
    at,
  },
  { from: origin("asana", { digest }), body: { events: [] }, name: "heartbeat", id: `asana:${short}` },
  {
    from: origin("calendly", { digest }),
    body: { event: "invitee.created", created_at: at, payload: {} },
    name: "invitee.created",
    id: `calendly:${short}`,
    at,
  },
  {
    from: origin("discord"),
    body: {
      version: 1,
      application_id: "1",
      type: 1,
      event: { type: "APPLICATION_AUTHORIZED", timestamp: at },
    },
    name: "APPLICATION_AUTHORIZED",
    id: undefined,
    at,
  },
  {
    from: origin("discord"),
    body: { id: "846", type: 2, data: {} },
    name: "APPLICATION_COMMAND",
    id: "discord:846",
  },
  {
    from: origin("github", { messageId: "72d3162e", digest, eventName: "pull_request" }),
    body: { action: "opened", number: 1 },
    name: "pull_request.opened",
    id: `github:72d3162e:${short}`,
  },
  {
    from: origin("github", { messageId: "a", digest, eventName: "push" }),
    body: { ref: "x" },
    name: "push",
    id: `github:a:${short}`,
  },
  {
    from: origin("gitlab", { messageId: "b", eventName: "Merge Request Hook" }),
    body: { object_kind: "merge_request", object_attributes: { action: "open" } },
    name: "merge_request.open",
    id: "gitlab:b",
  },
  {
    from: origin("gitlab", { messageId: "b", digest, eventName: "Push Hook" }),
    body: { object_kind: "push" },
    name: "push",
    id: `gitlab:b:${short}`,
  },
  {
    from: origin("gitlab", { digest, eventName: "Emoji Hook" }),
    body: {},
    name: "Emoji Hook",
    id: `gitlab:${short}`,
  },
  {
    from: origin("hubspot", { digest }),
    body: [
      {
        eventId: 100,
        subscriptionId: 7,
        portalId: 62,
        occurredAt: seconds * 1000,
        subscriptionType: "contact.creation",
        objectId: 5,
      },
      {
        eventId: 101,
        subscriptionId: 8,
        portalId: 62,
        occurredAt: seconds * 1000,
        subscriptionType: "deal.creation",
        objectId: 6,
      },
    ],
    name: "contact.creation",
    id: "hubspot:62-7-100-5-1750000000000+62-8-101-6-1750000000000+2",
    at,
  },
  {
    from: origin("hubspot", { digest }),
    body: [{ subscriptionType: "contact.creation" }],
    name: "contact.creation",
    id: `hubspot:${short}`,
  },
  {
    from: origin("intercom"),
    body: { id: "notif_1", topic: "conversation.user.created", created_at: seconds },
    name: "conversation.user.created",
    id: "intercom:notif_1",
    at,
  },
  {
    from: origin("linear", { messageId: "d", digest, eventName: "Issue" }),
    body: {
      action: "create",
      type: "Issue",
      data: { id: "i-1" },
      createdAt: at,
      webhookId: "w-1",
      webhookTimestamp: 1,
    },
    name: "Issue.create",
    id: `linear:w-1:Issue:create:i-1:${at}`,
    at,
  },
  {
    from: origin("linear", { messageId: "d", digest }),
    body: { action: "create", type: "Issue" },
    name: "Issue.create",
    id: `linear:d:${short}`,
  },
  {
    from: origin("meta", { digest }),
    body: {
      object: "whatsapp_business_account",
      entry: [{ id: "1", changes: [{ field: "messages", value: {} }] }],
    },
    name: "whatsapp_business_account.messages",
    id: `meta:${short}`,
  },
  {
    from: origin("meta", { digest }),
    body: { object: "page", entry: [{ id: "1", time: seconds * 1000, messaging: [{}] }] },
    name: "page.messaging",
    id: `meta:${short}`,
    at,
  },
  {
    from: origin("microsoft-graph", { digest }),
    body: { value: [{ changeType: "updated", clientState: "s" }] },
    name: "updated",
    id: `microsoft-graph:${short}`,
  },
  {
    from: origin("microsoft-graph", { digest }),
    body: { value: [{ lifecycleEvent: "missed" }] },
    name: "missed",
    id: `microsoft-graph:${short}`,
  },
  {
    from: origin("notion"),
    body: { id: "n-1", type: "page.content_updated", timestamp: at },
    name: "page.content_updated",
    id: "notion:n-1",
    at,
  },
  {
    from: origin("openai", { messageId: "wh_1" }),
    body: { id: "evt_1", type: "response.completed", created_at: seconds },
    name: "response.completed",
    id: "openai:wh_1",
    at,
  },
  {
    from: origin("paddle"),
    body: { event_id: "evt_01", event_type: "transaction.completed", occurred_at: at },
    name: "transaction.completed",
    id: "paddle:evt_01",
    at,
  },
  {
    from: origin("shopify", { messageId: "s", digest, eventName: "orders/create" }),
    body: { id: 820 },
    name: "orders/create",
    id: `shopify:s:${short}`,
  },
  {
    from: origin("slack"),
    body: {
      type: "event_callback",
      event_id: "Ev1",
      event_time: seconds,
      event: { type: "message", channel_type: "im" },
    },
    name: "message",
    id: "slack:Ev1",
    at,
  },
  {
    from: origin("slack"),
    body: { type: "block_actions", trigger_id: "13.98" },
    name: "block_actions",
    id: "slack:13.98",
  },
  {
    from: origin("slack"),
    body: { command: "/deploy", trigger_id: "14.98" },
    name: "/deploy",
    id: "slack:14.98",
  },
  {
    from: origin("square"),
    body: { type: "payment.created", event_id: "6a8f", created_at: at },
    name: "payment.created",
    id: "square:6a8f",
    at,
  },
  {
    from: origin("standard-webhooks", { messageId: "msg_1" }),
    body: { type: "contact.created", timestamp: at, data: {} },
    name: "contact.created",
    id: "standard-webhooks:msg_1",
    at,
  },
  {
    from: origin("stripe"),
    body: { id: "evt_1", object: "event", type: "charge.succeeded", created: seconds },
    name: "charge.succeeded",
    id: "stripe:evt_1",
    at,
  },
  {
    from: origin("svix", { messageId: "msg_2" }),
    body: { type: "user.created", data: {} },
    name: "user.created",
    id: "svix:msg_2",
  },
  {
    from: origin("telegram"),
    body: { update_id: 0, message: { date: seconds, text: "hi" } },
    name: "message",
    id: "telegram:/webhooks/telegram:0",
    at,
  },
  {
    from: origin("telegram"),
    body: { update_id: 7, callback_query: { id: "1" } },
    name: "callback_query",
    id: "telegram:/webhooks/telegram:7",
  },
  {
    from: origin("twilio", { messageId: "t", digest }),
    body: { MessageSid: "SM1", MessageStatus: "delivered" },
    name: "delivered",
    id: `twilio:t:${short}`,
  },
  {
    from: origin("typeform"),
    body: { event_id: "LtWXD3crgy", event_type: "form_response", form_response: { submitted_at: at } },
    name: "form_response",
    id: "typeform:LtWXD3crgy",
    at,
  },
  {
    from: origin("zendesk", { messageId: "01F1", digest }),
    body: { type: "zen:event-type:ticket.created", time: at },
    name: "zen:event-type:ticket.created",
    id: `zendesk:01F1:${short}`,
    at,
  },
  {
    from: origin("zendesk", { messageId: "01F1", digest }),
    body: { ticket: 1 },
    name: "zendesk",
    id: `zendesk:01F1:${short}`,
  },
  {
    from: origin("zoom", { digest }),
    body: { event: "meeting.started", event_ts: seconds * 1000, payload: {} },
    name: "meeting.started",
    id: `zoom:${short}`,
    at,
  },
  {
    from: origin("acme", { messageId: "7", digest, eventName: "order placed" }),
    body: { type: "x" },
    name: "order placed",
    id: `acme:7:${short}`,
  },
  { from: origin("acme", { digest }), body: { topic: "order" }, name: "order", id: `acme:${short}` },
  { from: origin("acme"), body: {}, name: "acme", id: undefined },
];

test.each(rows.map((row) => [row.from.provider, row.name, row] as const))("%s: %s", (provider, name, row) => {
  const event = providerEvent(row.from, row.body);
  expect(event).toEqual({
    triggerName: name,
    appName: provider,
    id: row.id,
    timestamp: row.at === undefined ? undefined : new Date(row.at),
    payload: Array.isArray(row.body) ? { items: row.body } : row.body,
  });
});

test("a retry of HubSpot or Linear is the same event, although its bytes are others", () => {
  const item = {
    eventId: 1,
    subscriptionId: 2,
    portalId: 3,
    occurredAt: 4,
    objectId: 5,
    subscriptionType: "a.b",
  };
  const hubspot = (attemptNumber: number, digest: string) =>
    providerEvent(origin("hubspot", { digest }), [{ ...item, attemptNumber }]).id;
  expect(hubspot(0, digest)).toBe(hubspot(1, "another"));
  const linear = (webhookTimestamp: number, digest: string) =>
    providerEvent(origin("linear", { messageId: digest, digest }), {
      ...{ type: "Issue", action: "create", data: { id: "i" }, createdAt: at, webhookId: "w" },
      webhookTimestamp,
    }).id;
  expect(linear(1, digest)).toBe(linear(2, "another"));
});

test("no provider's id can be another's", () => {
  const one = providerEvent(origin("stripe"), { id: "evt_1" }).id;
  const two = providerEvent(origin("square"), { event_id: "evt_1" }).id;
  expect(one).not.toBe(two);
  expect(providerEvent(origin("stripe"), { id: "square:evt_1" }).id).not.toBe(two);
});

test("every published example of GitHub has the name that GitHub's documents give it", () => {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@octokit/webhooks-examples/api.github.com/index.json");
  const examples = JSON.parse(readFileSync(path, "utf8")) as Array<{
    name: string;
    examples: Array<{ action?: string }>;
  }>;
  let seen = 0;
  for (const { name, examples: bodies } of examples) {
    for (const body of bodies) {
      const event = providerEvent(origin("github", { messageId: "m", digest, eventName: name }), body);
      expect(event.triggerName).toBe(body.action === undefined ? name : `${name}.${body.action}`);
      expect(event.payload).toBe(body);
      seen += 1;
    }
  }
  expect(seen).toBeGreaterThan(200);
});

test("a body of any shape is read without a throw, and gives a name", () => {
  const providers = [...new Set(rows.map((row) => row.from.provider))];
  const keys = fc.constantFrom(
    "type",
    "id",
    "event",
    "events",
    "entry",
    "value",
    "data",
    "items",
    "update_id",
    "action",
  );
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(fc.constantFrom(...providers), body, (provider, json) => {
      const event = providerEvent(origin(provider, { digest }), json);
      expect(event.triggerName).not.toBe("");
      expect(event.id?.startsWith(`${provider}:`) ?? true).toBe(true);
      expect(Number.isNaN(event.timestamp?.getTime())).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

test("forms of Slack and Twilio are read; what is JSON is left to the JSON parser", () => {
  expect(providerBody("slack", "command=%2Fdeploy&text=a+b&text=c")).toEqual({
    command: "/deploy",
    text: ["a b", "c"],
  });
  expect(providerBody("slack", `payload=${encodeURIComponent('{"type":"block_actions"}')}`)).toEqual({
    type: "block_actions",
  });
  expect(providerBody("slack", "payload=not+json")).toEqual({ payload: "not json" });
  expect(providerBody("twilio", "Body=Gr%C3%BC%C3%9Fe&__proto__=x")).toEqual(
    Object.assign(Object.create(null), { Body: "Grüße", ["__proto__"]: "x" }),
  );
  expect(providerBody("twilio", ' {"a":1}')).toBeUndefined();
  expect(providerBody("slack", "[1]")).toBeUndefined();
  expect(providerBody("github", "a=1")).toBeUndefined();
});
