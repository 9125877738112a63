import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { AppNames } from "../../src/decode/app-names.js";
import { decode, decodeRecord } from "../../src/decode/index.js";
import type { Origin } from "../../src/model/verified.js";
import { cloudEvents, contentful, deliveryOf, gmail, googlePubsub } from "../../src/verify/index.js";
import { markVerified } from "../../src/verify/outcome.js";

const digest = "d".repeat(64);

/** The events of a body as the listener decodes them. */
function events(provider: string, body: unknown, more: Partial<Origin> = {}) {
  const origin: Origin = { provider, signed: true, route: "/hook", digest, ...more };
  const delivery = { source: "webhook", body: JSON.stringify(body), receivedAt: 1 } as const;
  return decode(markVerified(delivery, origin), { contents: false });
}

/** The ids of the events; `undefined` for one without. */
function ids(provider: string, body: unknown, more: Partial<Origin> = {}) {
  return events(provider, body, more).map(({ hasId, event }) => (hasId ? event.id : undefined));
}

// https://docs.retellai.com/features/webhook-overview
test("retell: an event that a call can have several times has no id by its call, and is not swallowed", () => {
  const call = (event: string) => ids("retell", { event, call: { call_id: "c" } });
  for (const once of ["call_started", "call_ended", "call_analyzed"])
    expect(call(once)).toEqual([`retell:c:${once}@/hook`]);
  for (const often of ["transcript_updated", "transfer_started", "transfer_ended"])
    expect(call(often)).toEqual([undefined]);
  expect(ids("retell", { event: "chat_ended", chat: { chat_id: "t" } })).toEqual([
    "retell:t:chat_ended@/hook",
  ]);
});

// The payloads of @linear/sdk: these have no `data`.
test.each([
  ["AgentSessionEvent", { agentSession: { id: "s" } }, { agentSession: { id: "s2" } }],
  [
    "AgentSessionEvent",
    { agentSession: { id: "s" }, agentActivity: { id: "a" } },
    { agentSession: { id: "s" }, agentActivity: { id: "a2" } },
  ],
  ["AppUserNotification", { notification: { id: "n" } }, { notification: { id: "n2" } }],
  ["IssueSLA", { issueData: { id: "i" } }, { issueData: { id: "i2" } }],
  ["OAuthApp", { oauthClientId: "o" }, { oauthClientId: "o2" }],
])(
  "linear: a retry of an event %s is the same event, and that of another object another",
  (type, one, two) => {
    const common = { type, action: "created", createdAt: "2026-01-01T00:00:00.000Z", webhookId: "w" };
    const id = (object: object, webhookTimestamp: number) =>
      ids(
        "linear",
        { ...common, ...object, webhookTimestamp },
        { digest: `${webhookTimestamp}`.repeat(64) },
      )[0];
    expect(id(one, 1)).toBeDefined();
    expect(id(one, 2)).toBe(id(one, 1));
    expect(id(two, 1)).not.toBe(id(one, 1));
  },
);

// https://developers.hubspot.com/docs/guides/crm/private-apps/webhooks: associations have two objects, and no `objectId`.
test("hubspot: a retry of a changed association is the same event, and that of other objects another", () => {
  const change = {
    eventId: 1,
    subscriptionId: 2,
    portalId: 3,
    occurredAt: 4,
    subscriptionType: "contact.associationChange",
    associationType: "CONTACT_TO_COMPANY",
    fromObjectId: 5,
    toObjectId: 6,
    associationRemoved: false,
  };
  const id = (more: object, attemptNumber = 0) =>
    ids("hubspot", [{ ...change, ...more, attemptNumber }], { digest: `${attemptNumber}`.repeat(64) })[0];
  expect(id({})).toBeDefined();
  expect(id({}, 1)).toBe(id({}));
  for (const other of [
    { toObjectId: 7 },
    { fromObjectId: 7 },
    { associationRemoved: true },
    { associationType: "CONTACT_TO_COMPANY_UNLABELED" },
  ])
    expect(id(other)).not.toBe(id({}));
});

test("quickbooks: a notification without entities is an event too, beside one with entities", () => {
  const entity = { name: "Customer", id: "1", operation: "Create" };
  const body = {
    eventNotifications: [
      { realmId: "1", dataChangeEvent: { entities: [entity] } },
      { realmId: "2", otherEvent: { id: "7" } },
      null,
    ],
  };
  expect(events("quickbooks", body).map(({ event }) => event.payload)).toEqual([
    { realmId: "1", ...entity },
    { realmId: "2", otherEvent: { id: "7" } },
    null,
  ]);
});

// https://developers.line.biz/en/reference/messaging-api/#request-body
test("line: each event says which bot it is for", () => {
  const body = { destination: "Ubot", events: [{ type: "follow" }, { type: "message", destination: "own" }] };
  expect(events("line", body).map(({ event }) => event.payload)).toEqual([
    { destination: "Ubot", type: "follow" },
    { destination: "own", type: "message" },
  ]);
});

test("azure-event-grid: publishers choose their ids, and those of two topics are two events", () => {
  const of = (topic: string | undefined) =>
    ids("azure-event-grid", [{ id: "1", topic, eventType: "Order.Placed" }], { digest: undefined });
  expect(of("/subscriptions/a")).not.toEqual(of("/subscriptions/b"));
  expect(of("/subscriptions/a")).toEqual(of("/subscriptions/a"));
  expect(of(undefined)).toEqual(["azure-event-grid:1@/hook"]);
});

// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
test("cloudEvents() with a name of its own reads names and ids like the one without, after a restart too", async () => {
  const secrets = "a-token-of-some-length";
  const headers = {
    authorization: `Bearer ${secrets}`,
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-type": "order.placed",
    "ce-source": "/shop",
    "ce-id": "1",
  };
  const request = { method: "POST", path: "/hook", route: "/hook", query: {}, headers };
  for (const provider of ["cloud-events", "acme"]) {
    const source = cloudEvents({ provider, secrets });
    const read = async (body: unknown, sent: Record<string, string>) => {
      const delivery = { ...deliveryOf({ headers: sent, body: JSON.stringify(body) }, 1), request };
      const [one] = decode(await source.verify(delivery, 1), { contents: false });
      if (one === undefined) throw new Error("A delivery gives one event or more.");
      const { origin, body: stored, event } = one;
      const again = decodeRecord(
        { id: event.id, origin, body: stored, source: "webhook", receivedAt: 1 },
        new AppNames({ clock: systemClock }),
      );
      expect(again).toMatchObject({ triggerName: event.triggerName, appName: provider, id: event.id });
      return event;
    };
    const binary = await read({ n: 1 }, headers);
    expect(binary).toMatchObject({ triggerName: "order.placed", payload: { n: 1 } });
    expect(binary.id).toMatch(new RegExp(`^${provider}:/shop#1`));
    const structured = { specversion: "1.0", type: "order.paid", source: "/shop", id: "2", data: {} };
    const [event] = [await read([structured], { authorization: headers.authorization })];
    expect(event).toMatchObject({ triggerName: "order.paid", appName: provider });
    expect(event.id).toMatch(new RegExp(`^${provider}:/shop#2`));
  }
});

test("cloud-events: a source with a fragment and an id with the same sign in it stay two events", () => {
  const id = (source: string, own: string) =>
    ids("cloud-events", { specversion: "1.0", source, id: own, type: "t" })[0];
  expect(id("/s#a", "b")).toBe("cloud-events:/s#a#b@/hook");
  expect(id("/s", "a#b")).not.toBe(id("/s#a", "b"));
  expect(id("/s", "a#b")).toBe(id("/s", "a#b"));
});

test("cloud-events: an id in headers, which no signature covers, does not hide an event with another body", () => {
  const request = {
    method: "POST",
    path: "/hook",
    route: "/hook",
    query: {},
    headers: { "ce-specversion": "1.0", "ce-type": "a", "ce-source": "/s", "ce-id": "1" },
  };
  const id = (signed: string) => ids("cloud-events", { n: 1 }, { request, digest: signed });
  expect(id("a".repeat(64))).toEqual(id("a".repeat(64)));
  expect(id("a".repeat(64))).not.toEqual(id("b".repeat(64)));
});

// https://postmarkapp.com/developer/webhooks/delivery-webhook
test("postmark: a message is delivered to two recipients within a second, and no delivery is swallowed", () => {
  const at = "2026-01-01T00:00:00Z";
  const id = (body: object) => ids("postmark", { MessageID: "m", ...body })[0];
  const delivery = (Recipient: string) => id({ RecordType: "Delivery", DeliveredAt: at, Recipient });
  expect(delivery("a@example.com")).toBeDefined();
  expect(delivery("a@example.com")).toBe(delivery("a@example.com"));
  expect(delivery("b@example.com")).not.toBe(delivery("a@example.com"));
  const bounce = (Email: string) => id({ RecordType: "Bounce", BouncedAt: at, Email });
  expect(bounce("b@example.com")).not.toBe(bounce("a@example.com"));
  const click = (OriginalLink: string) =>
    id({ RecordType: "Click", ReceivedAt: at, Recipient: "a", OriginalLink });
  expect(click("https://example.com/2")).not.toBe(click("https://example.com/1"));
  const change = (ChangedAt: string) => id({ RecordType: "SubscriptionChange", ChangedAt, Recipient: "a" });
  expect(change(at)).toBeDefined();
  expect(change("2026-01-01T00:00:01Z")).not.toBe(change(at));
});

// https://dev.twitch.tv/docs/eventsub/eventsub-reference/#drop-entitlement-grant-event
test("twitch: each event of a batch runs, is known when it comes again in another batch, and has its subscription", () => {
  const subscription = { id: "s", type: "drop.entitlement.grant", status: "enabled" };
  const batch = (messageId: string, ...grants: string[]) =>
    events(
      "twitch",
      { subscription, events: grants.map((id) => ({ id, data: { entitlement_id: `e${id}` } })) },
      { messageId, digest: undefined },
    ).map(({ event }) => event);
  const both = batch("m1", "1", "2");
  expect(both.map(({ id }) => id)).toEqual(["twitch:1@/hook", "twitch:2@/hook"]);
  expect(batch("m2", "2")[0]?.id).toBe(both[1]?.id);
  expect(both[0]).toMatchObject({
    triggerName: "drop.entitlement.grant",
    payload: { subscription, id: "1", data: { entitlement_id: "e1" } },
  });
});

// https://docs.github.com/en/webhooks/webhook-events-and-payloads: nothing in these bodies differs.
test.each([
  ["workflow_dispatch", { inputs: {}, ref: "refs/heads/main", workflow: ".github/workflows/deploy.yml" }],
  ["repository_dispatch", { action: "edited", branch: "main", client_payload: { updated_at: "x" } }],
  ["github_app_authorization", { action: "revoked" }],
  ["membership", { action: "added", scope: "team", member: { id: 1 }, team: { id: 2 } }],
  [
    "check_run",
    { action: "requested_action", requested_action: { identifier: "fix" }, check_run: { id: 1 } },
  ],
])("github: a second %s with an equal body is another event", (eventName, event) => {
  const body = { ...event, repository: { id: 3, updated_at: "2026-01-01T00:00:00Z" }, sender: { id: 4 } };
  const keysOf = (messageId: string) =>
    events("github", body, { messageId, eventName }).flatMap(({ event: { id }, keys }) => [id, ...keys]);
  expect(keysOf("1")).toEqual(keysOf("1"));
  expect(keysOf("2").filter((key) => keysOf("1").includes(key))).toEqual([]);
});

test("github and shopify: any other captured body has one key under any id", () => {
  for (const [provider, body] of [
    ["github", { before: "a", after: "b", repository: {} }],
    ["github", { action: "opened", pull_request: { number: 1 } }],
    ["github", { action: "created", starred_at: "2026-01-01T00:00:00Z" }],
    ["shopify", { id: 1 }],
    ["shopify", { updated_at: "2026-01-01T00:00:00Z" }],
  ] as const) {
    const keys = ["1", "2"].map(
      (messageId) => events(provider, body, { messageId, eventName: "x" })[0]?.keys ?? [],
    );
    expect(keys[0]).toHaveLength(1);
    expect(keys[1]).toEqual(keys[0]);
  }
});

// https://shopify.dev/docs/api/webhooks
test.each([
  ["product_listings/remove", { product_listing: { product_id: 1 } }],
  ["fulfillment_orders/hold_released", { fulfillment_order: { id: "gid", status: "open" } }],
])("shopify: a second %s of one object runs, though its body is equal", (eventName, body) => {
  const keysOf = (messageId: string) =>
    events("shopify", body, { messageId, eventName }).flatMap(({ event: { id }, keys }) => [id, ...keys]);
  expect(keysOf("1")).toEqual(keysOf("1"));
  expect(keysOf("2").filter((key) => keysOf("1").includes(key))).toEqual([]);
});

// https://developers.zoom.us/blog/webhook-delays: tries come 5, 25 and 85 minutes after the first.
test("zoom: a retry minutes later is the same event, and an equal event at another time another", () => {
  const id = (event_ts: number, more = {}, digest = String(event_ts % 10).repeat(64)) =>
    ids("zoom", { event: "meeting.started", event_ts, payload: {}, ...more }, { digest })[0];
  expect(id(1_700_000_000_001)).toBeDefined();
  expect(id(1_700_000_000_001)).toBe(id(1_700_000_000_001));
  expect(id(1_700_000_000_002)).not.toBe(id(1_700_000_000_001));
  const other = { payload: { object: { id: "7" } } };
  expect(id(1_700_000_000_001, other, "e".repeat(64))).not.toBe(id(1_700_000_000_001));
  expect(ids("zoom", { event: "meeting.started", payload: {} })).toEqual([undefined]);
});

// https://postmarkapp.com/support/article/understanding-inbound-webhook-retries-in-postmark: for 10.5 hours
test("postmark: a retry of an inbound message is the same event, however late it comes", () => {
  const id = (MessageID: string) => ids("postmark", { MessageID, FromName: "A", Subject: "S" })[0];
  expect(id("m")).toBe("postmark:m:Inbound@/hook");
  expect(id("m2")).not.toBe(id("m"));
});

// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/errors/
test("sentry: a retry of an error is the same event, though its request id is another", () => {
  const id = (messageId: string, data: object) =>
    ids("sentry", { action: "created", installation: { uuid: "i" }, data }, { messageId })[0];
  const error = (event_id: string) => ({ error: { event_id, project: 1 } });
  expect(id("r2", error("e"))).toBe(id("r1", error("e")));
  expect(id("r1", error("e2"))).not.toBe(id("r1", error("e")));
  // An issue that is resolved twice may have an equal body.
  const issue = { issue: { id: "1", status: "resolved" } };
  expect(id("r2", issue)).not.toBe(id("r1", issue));
});

// https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#creating-a-webhook
test("trello: an action that two webhooks with different callback URLs have is an event for each", () => {
  const id = (query: Record<string, string>) => {
    const request = { method: "POST", path: "/hook", route: "/hook", query, headers: {} };
    return ids("trello", { action: { id: "1", type: "updateCard" } }, { request })[0];
  };
  expect(id({})).toBe("trello:1@/hook");
  expect(id({ memberID: "14" })).toBe(id({ memberID: "14" }));
  expect(id({ memberID: "15" })).not.toBe(id({ memberID: "14" }));
});

// `retries` is in the type of atlassian-labs/figma-for-jira; Figma tries again after 5, 30 and 180 minutes.
test("figma: a retry is the same event although it counts the retries, and each part of a publication is another", () => {
  const id = (retries: number, more: object) => {
    const body = {
      event_type: "LIBRARY_PUBLISH",
      timestamp: "2020-02-23T20:27:16Z",
      webhook_id: "22",
      file_key: "k",
    };
    const sent = { passcode: "[redacted]", retries, ...body, ...more };
    return ids("figma", sent, { digest: `${retries}`.repeat(64) })[0];
  };
  const components = { created_components: [{ key: "c", name: "c" }], created_styles: [] };
  expect(id(0, components)).toMatch(/^figma:content:[0-9a-f]{32}@\/hook$/);
  expect(id(1, components)).toBe(id(0, components));
  expect(id(0, { created_components: [], created_styles: [{ key: "s", name: "s" }] })).not.toBe(
    id(0, components),
  );
  expect(id(0, { ...components, webhook_id: "23" })).not.toBe(id(0, components));
});

// https://developers.docusign.com/platform/webhooks/connect/json-sim-event-model
test("docusign: a retry is the same event although it counts the retries, and another recipient's another", () => {
  const id = (retryCount: number, recipientId?: string, more: object = {}) => {
    const data = { accountId: "a", envelopeId: "e", recipientId };
    const time = { configurationId: 10363315, generatedDateTime: "2022-12-09T18:29:29.7360000Z" };
    const body = { event: "recipient-completed", ...time, retryCount, data, ...more };
    return ids("docusign", body, { digest: `${retryCount}`.repeat(64) })[0];
  };
  expect(id(0, "1")).toBeDefined();
  expect(id(1, "1")).toBe(id(0, "1"));
  for (const other of [
    id(0, "2"),
    id(0),
    id(0, "1", { event: "recipient-sent" }),
    id(0, "1", { configurationId: 2 }),
    id(0, "1", { generatedDateTime: "2022-12-09T18:29:29.7370000Z" }),
  ])
    expect(other).not.toBe(id(0, "1"));
});

// https://developer.clickup.com/docs/webhooks: `{{webhook_id}}:{{history_item_id}}` is the key.
test("clickup: a change is known by its id however late it comes again, and each event of a change is another", () => {
  const id = (event: string, ...changes: readonly unknown[]) =>
    ids("clickup", { event, webhook_id: "w", task_id: "t", history_items: changes })[0];
  expect(id("taskUpdated", { id: "1" })).toBe("clickup:w:taskUpdated:1@/hook");
  expect(id("taskStatusUpdated", { id: "1" })).not.toBe(id("taskUpdated", { id: "1" }));
  expect(id("taskUpdated", { id: "1" }, { id: "2" })).toBe("clickup:w:taskUpdated:1,2@/hook");
  for (const none of [id("taskDeleted"), id("taskUpdated", null), id("taskUpdated", { id: "1" }, {})])
    expect(none).toBeUndefined();
});

// https://docs.cloud.google.com/pubsub/docs/payload-unwrapping
test("google-pubsub and gmail: an unwrapped message has the id and the time of its headers, however late it comes again", () => {
  const time = "2026-01-01T00:00:00.000Z";
  const headers = {
    "x-goog-pubsub-message-id": "7",
    "x-goog-pubsub-publish-time": time,
    "x-goog-pubsub-subscription-name": "projects/p/subscriptions/s",
    eventtype: "OBJECT_FINALIZE",
  };
  const request = { method: "POST", path: "/hook", route: "/hook", query: {}, headers };
  for (const [provider, triggerName] of [
    ["google-pubsub", "OBJECT_FINALIZE"],
    ["gmail", "history.changed"],
  ] as const) {
    const body = { emailAddress: "a@example.com", historyId: 9 };
    const [one] = events(provider, body, { request, messageId: "7", digest: undefined });
    expect(one).toMatchObject({
      hasId: true,
      event: { id: `${provider}:7@/hook`, triggerName, payload: body },
    });
    expect(one?.event.timestamp.toISOString()).toBe(time);
  }
  const message = { messageId: "8", publishTime: time, data: "e30=" };
  expect(ids("google-pubsub", { message }, { digest: undefined })).toEqual(["google-pubsub:8@/hook"]);
});

test("google-pubsub: the id of an unwrapped message is read from its header", () => {
  for (const { scheme } of [googlePubsub.definition, gmail.definition])
    expect(scheme).toMatchObject({ id: "x-goog-pubsub-message-id", bodyId: true });
});

// https://www.contentful.com/developers/changelog/idempotency-key-headers-for-webhook-requests/
test("contentful: a webhook that fires twice for one action is one event, by its idempotency key", async () => {
  const source = contentful({ unsigned: true });
  const id = async (key: string) => {
    const headers = {
      "x-contentful-topic": "ContentManagement.Entry.publish",
      "x-contentful-idempotency-key": key,
    };
    const [one] = decode(await source.verify(deliveryOf({ headers, body: "{}" }, 1), 1), { contents: false });
    return one?.hasId === true ? one.event.id : undefined;
  };
  expect(await id("984411c3")).toMatch(/^contentful:984411c3:/);
  expect(await id("984411c3")).toBe(await id("984411c3"));
  expect(await id("94516f9a")).not.toBe(await id("984411c3"));
});

test("adyen, attio, okta and gocardless: each event of a list has what stands beside the list", () => {
  const item = { eventCode: "AUTHORISATION", pspReference: "7", success: "true" };
  for (const [provider, body, payload] of [
    [
      "adyen",
      { live: "false", notificationItems: [{ NotificationRequestItem: item }] },
      { live: "false", ...item },
    ],
    [
      "attio",
      { webhook_id: "w", events: [{ event_type: "note.created" }] },
      { webhook_id: "w", event_type: "note.created" },
    ],
    [
      "okta",
      { source: "https://a.okta.com/api/v1/eventHooks/w", data: { events: [{ uuid: "1" }] } },
      { source: "https://a.okta.com/api/v1/eventHooks/w", uuid: "1" },
    ],
    [
      "gocardless",
      { events: [{ id: "EV1" }], meta: { webhook_id: "WB1" } },
      { meta: { webhook_id: "WB1" }, id: "EV1" },
    ],
  ] as const)
    expect(events(provider, body).map(({ event }) => event.payload)).toEqual([payload]);
});
