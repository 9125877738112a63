import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import type { Origin } from "../../src/model/verified.js";
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
