import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readBody } from "../../src/decode/body.js";
import { decode } from "../../src/decode/index.js";
import type { Origin } from "../../src/model/verified.js";
import { markVerified } from "../../src/verify/outcome.js";
import { requireCompat } from "../compat/packages.js";
import { runs } from "../support/runs.js";

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
  /** The event's id without its route. `undefined`: the sender gives none. */
  readonly id: string | undefined;
  /** Where there is no id: the key of equal bodies, without its route. Default: not looked at. */
  readonly key?: string;
  readonly at?: string;
  /** Default: the body. */
  readonly payload?: unknown;
}

/** Every event that a body gives, decoded as the listener decodes it. */
function events(from: Origin, body: unknown) {
  const text = JSON.stringify(body);
  return decode(markVerified({ source: "webhook", body: text, receivedAt: 1 }, from), { contents: false });
}

/** The first event that a body gives. */
function first(from: Origin, body: unknown) {
  const [one] = events(from, body);
  if (one === undefined) throw new Error("A delivery gives one event or more.");
  return one;
}

const at = "2025-06-15T15:06:40.000Z";
const seconds = 1_750_000_000;

const rows: readonly Row[] = [
  {
    from: origin("asana", { digest }),
    body: { events: [{ action: "changed", resource: { gid: "1", resource_type: "task" }, created_at: at }] },
    name: "task.changed",
    id: undefined,
    key: `asana:body:${short}#0`,
    payload: { action: "changed", resource: { gid: "1", resource_type: "task" }, created_at: at },
    at,
  },
  {
    from: origin("asana", { digest }),
    body: { events: [] },
    name: "heartbeat",
    id: undefined,
    key: `asana:body:${short}`,
  },
  {
    from: origin("calendly", { digest }),
    body: { event: "invitee.created", created_at: at, payload: {} },
    name: "invitee.created",
    id: undefined,
    key: `calendly:body:${short}`,
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
    id: undefined,
    key: `gitlab:body:${short}`,
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
    id: "hubspot:62-7-100-5-1750000000000",
    payload: {
      eventId: 100,
      subscriptionId: 7,
      portalId: 62,
      occurredAt: seconds * 1000,
      subscriptionType: "contact.creation",
      objectId: 5,
    },
    at,
  },
  {
    from: origin("hubspot", { digest }),
    body: [{ subscriptionType: "contact.creation" }],
    name: "contact.creation",
    id: undefined,
    key: `hubspot:body:${short}#0`,
    payload: { subscriptionType: "contact.creation" },
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
    id: undefined,
    key: `meta:body:${short}#0`,
  },
  {
    from: origin("meta", { digest }),
    body: { object: "page", entry: [{ id: "1", time: seconds * 1000, messaging: [{}] }] },
    name: "page.messaging",
    id: undefined,
    key: `meta:body:${short}#0`,
    at,
  },
  {
    from: origin("microsoft-graph", { digest }),
    body: { value: [{ changeType: "updated", clientState: "s" }] },
    name: "updated",
    id: undefined,
    key: `microsoft-graph:body:${short}#0`,
    payload: { changeType: "updated", clientState: "s" },
  },
  {
    from: origin("microsoft-graph", { digest }),
    body: { value: [{ lifecycleEvent: "missed" }] },
    name: "missed",
    id: undefined,
    key: `microsoft-graph:body:${short}#0`,
    payload: { lifecycleEvent: "missed" },
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
    id: `zoom:meeting.started:${seconds * 1000}:${digest}`,
    at,
  },
  {
    from: origin("acme", { messageId: "7", digest, eventName: "order placed" }),
    body: { type: "x" },
    name: "order placed",
    id: `acme:7:${short}`,
  },
  {
    from: origin("acme", { digest }),
    body: { topic: "order" },
    name: "order",
    id: undefined,
    key: `acme:body:${short}`,
  },
  { from: origin("acme"), body: {}, name: "acme", id: undefined },
];

test.each(rows.map((row) => [row.from.provider, row.name, row] as const))("%s: %s", (provider, name, row) => {
  const { event, hasId, contentKey } = first(row.from, row.body);
  expect(event).toMatchObject({
    triggerName: name,
    appName: provider,
    timestamp: new Date(row.at ?? 1),
    payload: row.payload ?? row.body,
  });
  const suffix = `@/webhooks/${provider}`;
  if (row.id === undefined) expect(hasId).toBe(false);
  else expect(event.id).toBe(row.id + suffix);
  if (row.key !== undefined) expect(contentKey).toBe(row.key + suffix);
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
    first(origin("hubspot", { digest }), [{ ...item, attemptNumber }]).event.id;
  expect(hubspot(0, digest)).toBe(hubspot(1, "another"));
  const linear = (webhookTimestamp: number, digest: string) =>
    first(origin("linear", { messageId: digest, digest }), {
      ...{ type: "Issue", action: "create", data: { id: "i" }, createdAt: at, webhookId: "w" },
      webhookTimestamp,
    }).event.id;
  expect(linear(1, digest)).toBe(linear(2, "another"));
});

test("no provider's id can be another's", () => {
  const one = first(origin("stripe"), { id: "evt_1" }).event.id;
  const two = first(origin("square"), { event_id: "evt_1" }).event.id;
  expect(one).not.toBe(two);
  expect(first(origin("stripe"), { id: "square:evt_1" }).event.id).not.toBe(two);
});

test("every published example of GitHub has the name that GitHub's documents give it", () => {
  const path = requireCompat.resolve("@octokit/webhooks-examples/api.github.com/index.json");
  const examples = JSON.parse(readFileSync(path, "utf8")) as Array<{
    name: string;
    examples: Array<{ action?: string }>;
  }>;
  let seen = 0;
  for (const { name, examples: bodies } of examples) {
    for (const body of bodies) {
      const { event } = first(origin("github", { messageId: "m", digest, eventName: name }), body);
      expect(event.triggerName).toBe(body.action === undefined ? name : `${name}.${body.action}`);
      expect(event.payload).toEqual(body);
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
      for (const { event } of events(origin(provider, { digest }), json)) {
        expect(event.triggerName).not.toBe("");
        expect(event.id.startsWith(`${provider}:`)).toBe(true);
        expect(Number.isNaN(event.timestamp.getTime())).toBe(false);
      }
    }),
    { numRuns: runs(3000) },
  );
});

test("forms of GitHub, Slack and Twilio are read; what is JSON is left to the JSON parser", () => {
  const read = (provider: string, text: string) => readBody(text, provider, undefined).value;
  const asForm = (provider: string, text: string) =>
    readBody(text, provider, "application/x-www-form-urlencoded; charset=utf-8").value;
  for (const of of [read, asForm]) {
    expect(of("slack", "command=%2Fdeploy&text=a+b&text=c")).toEqual({
      command: "/deploy",
      text: ["a b", "c"],
    });
    expect(of("slack", `payload=${encodeURIComponent('{"type":"block_actions"}')}`)).toEqual({
      type: "block_actions",
    });
    expect(of("slack", "payload=not+json")).toEqual({ payload: "not json" });
    expect(of("twilio", "Body=Gr%C3%BC%C3%9Fe&__proto__=x")).toEqual(
      Object.assign(Object.create(null), { Body: "Grüße", ["__proto__"]: "x" }),
    );
    expect(of("twilio", ' {"a":1}')).toEqual({ a: 1 });
    expect(of("slack", "[1]")).toEqual([1]);
    expect(of("github", `payload=${encodeURIComponent('{"action":"opened"}')}`)).toEqual({
      action: "opened",
    });
    expect(() => of("github", "payload=no")).toThrow(expect.objectContaining({ code: "ERR_NOT_JSON" }));
  }
});
