import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { deliveryOf } from "../../src/verify/index.js";
import { markVerified } from "../../src/verify/outcome.js";

const at = "2025-06-15T15:06:40.000Z";
const time = Date.parse(at);
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

/** Events as the pages of their senders show them: the body, and the name, id and time of each event in it. */
const rows: Readonly<
  Record<
    string,
    readonly [
      body: unknown,
      events: readonly (readonly [name: string, id?: string])[],
      headers?: Record<string, string>,
    ]
  >
> = {
  adyen: [
    {
      notificationItems: [
        {
          NotificationRequestItem: {
            eventCode: "AUTHORISATION",
            pspReference: "7",
            success: "true",
            eventDate: at,
          },
        },
      ],
    },
    [["AUTHORISATION", "7:AUTHORISATION:true"]],
  ],
  "adyen-platform": [
    { type: "balancePlatform.transfer.updated", environment: "test", timestamp: at, data: { id: "1" } },
    [["balancePlatform.transfer.updated"]],
  ],
  airtable: [{ base: { id: "app" }, webhook: { id: "ach" }, timestamp: at }, [["base.changed"]]],
  attio: [
    {
      webhook_id: "w",
      events: [
        { event_type: "note.created", id: {} },
        { event_type: "note.updated", id: {} },
      ],
    },
    [["note.created"], ["note.updated"]],
  ],
  auth0: [
    [
      { log_id: "1", data: { type: "s", date: at } },
      { log_id: "2", data: { type: "f", date: at } },
    ],
    [
      ["s", "1"],
      ["f", "2"],
    ],
  ],
  "aws-sns": [
    {
      Type: "Notification",
      MessageId: "1",
      Message: '{"detail-type":"EC2 Instance State-change Notification"}',
      Timestamp: at,
    },
    [["EC2 Instance State-change Notification", "1"]],
  ],
  "azure-event-grid": [
    [
      { id: "1", eventType: "Microsoft.Storage.BlobCreated", eventTime: at },
      { specversion: "1.0", id: "2", source: "/s", type: "t" },
    ],
    [
      ["Microsoft.Storage.BlobCreated", "1"],
      ["t", "/s#2"],
    ],
  ],
  bitbucket: [{ push: {} }, [["repo:push"]], { "x-event-key": "repo:push" }],
  box: [{ id: "1", trigger: "FILE.UPLOADED", created_at: at }, [["FILE.UPLOADED", "1"]]],
  calcom: [{ triggerEvent: "BOOKING_CREATED", createdAt: at }, [["BOOKING_CREATED"]]],
  clerk: [{ type: "user.created", data: {}, timestamp: time }, [["user.created"]]],
  clickup: [{ event: "taskCreated", webhook_id: "w" }, [["taskCreated"]]],
  "coinbase-commerce": [
    { event: { id: "1", type: "charge:confirmed", created_at: at } },
    [["charge:confirmed", "1"]],
  ],
  customerio: [
    { event_id: "1", object_type: "email", metric: "delivered", timestamp: time / 1000 },
    [["email.delivered", "1"]],
  ],
  docusign: [{ event: "envelope-completed", generatedDateTime: at }, [["envelope-completed"]]],
  dropbox: [{ list_folder: { accounts: ["a"] } }, [["list_folder"]]],
  fal: [{ request_id: "1", status: "OK" }, [["request.ok", "1"]]],
  figma: [{ event_type: "FILE_UPDATE", timestamp: at, passcode: "x" }, [["FILE_UPDATE"]]],
  gitea: [{ action: "opened" }, [["issues.opened"]], { "x-gitea-event": "issues" }],
  gmail: [
    { message: { messageId: "1", publishTime: at, data: base64({ emailAddress: "a@b", historyId: 9 }) } },
    [["history.changed", "1"]],
  ],
  gocardless: [
    { events: [{ id: "EV1", resource_type: "payments", action: "confirmed", created_at: at }] },
    [["payments.confirmed", "EV1"]],
  ],
  "google-calendar": [
    "",
    [["exists", "ch:5"]],
    { "x-goog-resource-state": "exists", "x-goog-channel-id": "ch", "x-goog-message-number": "5" },
  ],
  "google-pubsub": [
    { message: { messageId: "1", publishTime: at, data: base64({ type: "order.made" }) } },
    [["order.made", "1"]],
  ],
  heroku: [{ id: "1", action: "update", resource: "dyno", published_at: at }, [["dyno.update", "1"]]],
  jira: [{ webhookEvent: "jira:issue_created", timestamp: time }, [["jira:issue_created"]]],
  lemonsqueezy: [{ meta: { event_name: "order_created" } }, [["order_created"]]],
  line: [
    { destination: "U", events: [{ type: "message", webhookEventId: "1", timestamp: time }] },
    [["message", "1"]],
  ],
  mailgun: [
    { signature: {}, "event-data": { event: "opened", id: "1", timestamp: time / 1000 } },
    [["opened", "1"]],
  ],
  monday: [{ event: { type: "create_pulse", triggerUuid: "1", triggerTime: at } }, [["create_pulse", "1"]]],
  mux: [{ type: "video.asset.ready", id: "1", created_at: at }, [["video.asset.ready", "1"]]],
  okta: [
    { data: { events: [{ uuid: "1", eventType: "user.lifecycle.create", published: at }] } },
    [["user.lifecycle.create", "1"]],
  ],
  pagerduty: [
    { event: { id: "1", event_type: "incident.triggered", occurred_at: at } },
    [["incident.triggered", "1"]],
  ],
  paypal: [
    { id: "WH-1", event_type: "PAYMENT.SALE.COMPLETED", create_time: at },
    [["PAYMENT.SALE.COMPLETED", "WH-1"]],
  ],
  plaid: [
    { webhook_type: "TRANSACTIONS", webhook_code: "SYNC_UPDATES_AVAILABLE" },
    [["TRANSACTIONS.SYNC_UPDATES_AVAILABLE"]],
  ],
  postmark: [{ RecordType: "Delivery", MessageID: "m", DeliveredAt: at }, [["Delivery", `m:Delivery:${at}`]]],
  quickbooks: [
    {
      eventNotifications: [
        {
          realmId: "r",
          dataChangeEvent: {
            entities: [{ name: "Customer", id: "1", operation: "Create", lastUpdated: at }],
          },
        },
      ],
    },
    [["Customer.Create"]],
  ],
  replicate: [{ id: "p", status: "succeeded", completed_at: at }, [["prediction.succeeded"]]],
  retell: [{ event: "call_ended", call: { call_id: "c" } }, [["call_ended", "c:call_ended"]]],
  sendgrid: [
    [
      { event: "open", sg_event_id: "1", timestamp: time / 1000 },
      { event: "click", sg_event_id: "2", timestamp: time / 1000 },
    ],
    [
      ["open", "1"],
      ["click", "2"],
    ],
  ],
  sentry: [{ action: "created" }, [["issue.created"]], { "sentry-hook-resource": "issue" }],
  telnyx: [
    { data: { event_type: "message.received", id: "1", occurred_at: at } },
    [["message.received", "1"]],
  ],
  trello: [{ action: { id: "1", type: "updateCard", date: at } }, [["updateCard", "1"]]],
  supabase: [
    { metadata: { uuid: "1", time: at, name: "before-user-created", ip_address: "127.0.0.1" }, user: {} },
    [["before-user-created"]],
  ],
  twitch: [{ subscription: { type: "stream.online" }, event: {} }, [["stream.online"]]],
  vapi: [{ message: { type: "end-of-call-report", timestamp: time } }, [["end-of-call-report"]]],
  vercel: [{ id: "1", type: "deployment.succeeded", createdAt: time }, [["deployment.succeeded", "1"]]],
  woocommerce: [{ id: 7 }, [["order.created"]], { "x-wc-webhook-topic": "order.created" }],
  workos: [{ id: "1", event: "dsync.user.created", created_at: at }, [["dsync.user.created", "1"]]],
  xero: [
    {
      events: [
        { eventCategory: "CONTACT", eventType: "UPDATE", resourceId: "r", tenantId: "t", eventDateUtc: at },
      ],
    },
    [["CONTACT.UPDATE", `t:r:UPDATE:${at}`]],
  ],
};

test.each(Object.entries(rows))(
  "%s: each event has its name and id, and a time that the sender gives",
  (provider, [body, wanted, headers = {}]) => {
    const { scheme } = senderDefinitions.find((one) => one.scheme.provider === provider) ?? expect.fail();
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const request = { method: "POST", path: "/h", route: "/h", query: {}, headers };
    const delivery = { ...deliveryOf({ headers, body: text }, 1), request };
    const eventName = headers[scheme.eventName ?? ""];
    const origin = { provider, signed: true, route: "/h", eventName, digest: "d".repeat(64) };
    const events = decode(markVerified(delivery, origin), { contents: false });
    const found = events.map(({ event, hasId }) => [
      event.triggerName,
      ...(hasId ? [event.id.replace(`${provider}:`, "").replace("@/h", "")] : []),
    ]);
    expect(found).toEqual(wanted);
    if (text.includes(at) || text.includes(String(time / 1000))) {
      for (const { event } of events)
        if (event.timestamp.getTime() !== 1) expect(event.timestamp.getTime()).toBe(time);
    }
  },
);

// https://replicate.com/docs/reference/http#trainings.get
test("replicate: a training is not taken for a prediction", () => {
  const name = (kind: string) => {
    const body = { id: "1", status: "succeeded", urls: { get: `https://api.replicate.com/v1/${kind}/1` } };
    const delivery = deliveryOf({ headers: {}, body: JSON.stringify(body) }, 1);
    const origin = { provider: "replicate", signed: true, messageId: "m" };
    return decode(markVerified(delivery, origin), { contents: false })[0]?.event.triggerName;
  };
  expect(name("trainings")).toBe("training.succeeded");
  expect(name("predictions")).toBe("prediction.succeeded");
});

// https://vercel.com/docs/drains/reference/logs
test("vercel: a log without a type is named by its source, and each log has its time", () => {
  const logs = [
    { id: "1", type: "stdout", source: "lambda", timestamp: time },
    { id: "2", source: "static", timestamp: time },
  ];
  const delivery = deliveryOf({ headers: {}, body: JSON.stringify(logs) }, 1);
  const found = decode(markVerified(delivery, { provider: "vercel", signed: true }), { contents: false });
  expect(found.map(({ event }) => [event.triggerName, event.timestamp.getTime()])).toEqual([
    ["stdout", time],
    ["static", time],
  ]);
});

// https://www.twilio.com/docs/voice/twiml/conference and …/twiml/stream, …/twiml/transcription, …/video/api/status-callbacks
test.each([
  [{ ConferenceSid: "CF1", StatusCallbackEvent: "participant-join" }, "participant-join"],
  [{ RoomSid: "RM1", RoomStatus: "in-progress", StatusCallbackEvent: "room-created" }, "room-created"],
  [{ TranscriptionSid: "GT1", TranscriptionEvent: "transcription-content" }, "transcription-content"],
  [{ StreamSid: "MZ1", StreamEvent: "stream-started" }, "stream-started"],
  [{ CallSid: "CA1", CallStatus: "ringing" }, "ringing"],
])("twilio: %j is named as Twilio names it, with its time", (fields, name) => {
  const body = new URLSearchParams({ ...fields, Timestamp: "Sun, 15 Jun 2025 15:06:40 +0000" }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const request = { method: "POST", path: "/h", route: "/h", query: {}, headers };
  const origin = { provider: "twilio", signed: true, digest: "d".repeat(64), request };
  const delivery = { ...deliveryOf({ headers, body }, 1), request };
  const [one] = decode(markVerified(delivery, origin), { contents: false });
  expect(one?.event.triggerName).toBe(name);
  expect(one?.event.timestamp.getTime()).toBe(time);
});

// https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#revoking-your-subscription
test("twitch: a revocation does not run the callback for the events of its subscription", () => {
  const name = (body: object) => {
    const delivery = deliveryOf({ headers: {}, body: JSON.stringify(body) }, 1);
    const origin = { provider: "twitch", signed: true, messageId: "m" };
    return decode(markVerified(delivery, origin), { contents: false })[0]?.event.triggerName;
  };
  const type = "channel.follow";
  expect(name({ subscription: { type, status: "enabled" }, event: { user_id: "1" } })).toBe(type);
  for (const status of ["authorization_revoked", "user_removed", "notification_failures_exceeded"])
    expect(name({ subscription: { type, status } })).toBe("revocation");
});

test("every sender's reader takes any body without a throw", () => {
  const bodies = [
    null,
    7,
    "x",
    [],
    {},
    [null],
    { events: null },
    { events: [null, 1] },
    { message: { data: 7 } },
    { data: { events: {} } },
    { notificationItems: [null] },
    { eventNotifications: [{ dataChangeEvent: { entities: 7 } }] },
    { event: null },
    { signature: null },
    { Message: 7, Type: "Notification" },
  ];
  for (const { scheme } of senderDefinitions) {
    if (scheme.provider === "composio") continue;
    for (const body of bodies) {
      const delivery = deliveryOf({ headers: {}, body: JSON.stringify(body) }, 1);
      const origin = { provider: scheme.provider, signed: true, digest: "d".repeat(64) };
      expect(
        decode(markVerified(delivery, origin), { contents: false }).length,
        `${scheme.provider} ${JSON.stringify(body)}`,
      ).toBeGreaterThan(0);
    }
  }
});
