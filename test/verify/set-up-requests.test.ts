import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import {
  azureEventGrid,
  cloudEvents,
  deliveryOf,
  dropbox,
  front,
  monday,
  nylas,
  okta,
  type Source,
  trello,
  twitch,
  woocommerce,
  xero,
} from "../../src/verify/index.js";
import { testSecret as secret } from "./support/senders.js";

const now = 1_750_000_000_000;
const mac = (content: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", secret).update(content).digest(encoding);

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function answer(source: Source, { method = "POST", url = "/hook", headers = {}, body = "" }: Asked) {
  try {
    return await source.handshake?.(deliveryOf({ method, url, headers, body }, now), now);
  } catch (thrown) {
    if (!(thrown instanceof RejectedError)) throw thrown;
    return thrown.code;
  }
}

const text = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
const json = { "content-type": "application/json" };
const grid = JSON.stringify([
  {
    id: "1",
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    data: { validationCode: "512d38b6-c7b8-40c8-89fe-f46f9e9622b6" },
  },
]);
const time = new Date(now).toISOString();
const challenge = '{"challenge":"pogchamp-kappa-360noscope"}';
const intent = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"x"}';
const twitchHeaders = (signature: string, type = "webhook_callback_verification") => ({
  "twitch-eventsub-message-id": "m1",
  "twitch-eventsub-message-timestamp": time,
  "twitch-eventsub-message-signature": `sha256=${signature}`,
  "twitch-eventsub-message-type": type,
});

const options = { secrets: secret };
const cases: ReadonlyArray<readonly [what: string, source: Source, asked: Asked, answer: unknown]> = [
  [
    "dropbox",
    dropbox(options),
    { method: "GET", url: "/hook?challenge=abc" },
    { status: 200, headers: text, body: "abc" },
  ],
  ["dropbox without a challenge", dropbox(options), { method: "GET" }, undefined],
  ["dropbox with a line break", dropbox(options), { method: "GET", url: "/hook?challenge=a%0Ab" }, undefined],
  [
    "nylas",
    nylas(options),
    { method: "GET", url: "/hook?challenge=a%20b" },
    { status: 200, headers: text, body: "a b" },
  ],
  [
    "okta",
    okta(options),
    { method: "GET", headers: { "x-okta-verification-challenge": "abc" } },
    { status: 200, headers: json, body: '{"verification":"abc"}' },
  ],
  ["trello", trello({ ...options, publicUrl: "https://a.example/" }), { method: "HEAD" }, { status: 200 }],
  [
    "monday",
    monday(options),
    { body: '{"challenge":"abc"}' },
    { status: 200, headers: json, body: '{"challenge":"abc"}' },
  ],
  ["monday with an event", monday(options), { body: '{"event":{"type":"x"}}' }, undefined],
  ["monday with a challenge that is an object", monday(options), { body: '{"challenge":{}}' }, undefined],
  [
    "event grid",
    azureEventGrid(options),
    { url: `/hook?secret=${secret}`, body: grid },
    { status: 200, headers: json, body: '{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}' },
  ],
  ["event grid without its secret", azureEventGrid(options), { body: grid }, "ERR_SIGNATURE_MISSING"],
  [
    "event grid with another secret",
    azureEventGrid(options),
    { url: "/hook?secret=x", body: grid },
    "ERR_SIGNATURE_WRONG",
  ],
  [
    "cloud events' abuse protection",
    cloudEvents(options),
    { method: "OPTIONS", headers: { "webhook-request-origin": "eventemitter.example.com" } },
    {
      status: 200,
      headers: {
        "webhook-allowed-origin": "eventemitter.example.com",
        "webhook-allowed-rate": "*",
        allow: "POST",
      },
    },
  ],
  ["cloud events without an origin", cloudEvents(options), { method: "OPTIONS" }, undefined],
  [
    "twitch",
    twitch(options),
    { headers: twitchHeaders(mac(`m1${time}${challenge}`)), body: challenge },
    { status: 200, headers: text, body: "pogchamp-kappa-360noscope" },
  ],
  [
    "twitch with a wrong signature",
    twitch(options),
    { headers: twitchHeaders(mac("x")), body: challenge },
    "ERR_SIGNATURE_WRONG",
  ],
  [
    "twitch with an event",
    twitch(options),
    { headers: twitchHeaders(mac("x"), "notification"), body: challenge },
    undefined,
  ],
  [
    "xero",
    xero(options),
    { headers: { "x-xero-signature": mac(intent, "base64") }, body: intent },
    { status: 200 },
  ],
  [
    "xero with a wrong signature",
    xero(options),
    { headers: { "x-xero-signature": mac("x", "base64") }, body: intent },
    "ERR_SIGNATURE_WRONG",
  ],
  [
    "front",
    front(options),
    {
      headers: {
        "x-front-challenge": "abc",
        "x-front-request-timestamp": String(now),
        "x-front-signature": mac(`${now}:{}`, "base64"),
      },
      body: "{}",
    },
    { status: 200, headers: text, body: "abc" },
  ],
  [
    "front unsigned",
    front(options),
    { headers: { "x-front-challenge": "abc" }, body: "{}" },
    "ERR_SIGNATURE_MISSING",
  ],
  ["woocommerce's ping", woocommerce(options), { body: "webhook_id=12" }, { status: 200 }],
  ["woocommerce with more than a ping", woocommerce(options), { body: "webhook_id=12&x=1" }, undefined],
];

test.each(cases)(
  "%s: the set-up request has its answer, and nothing else has one",
  async (_what, source, asked, wanted) => {
    expect(await answer(source, asked)).toEqual(wanted);
  },
);

test("the methods of set-up requests are those of the data", () => {
  expect(cloudEvents(options).handshakeMethods).toEqual(["OPTIONS"]);
  expect(dropbox(options).handshakeMethods).toEqual(["GET"]);
  expect(monday(options).handshakeMethods).toEqual([]);
});
