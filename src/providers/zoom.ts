import { dateOf } from "../base/date-of.js";
import { chain } from "../base/maybe-promise.js";
import { isJsonObject, textField } from "../model/json.js";
import { textContent } from "../verify/content.js";
import { hexOf } from "../verify/encoding.js";
import { jsonAnswer, signedHandshake } from "../verify/handshake.js";
import type { Scheme } from "../verify/scheme.js";
import { allOf, type EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

/**
 * The answer is an HMAC, under the secret, of a text that the request chooses. A text with ":" in it could be
 * the content of a delivery (`v0:{time}:{body}`), and the answer its signature.
 */
const tokenPattern = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Zoom asks, when the URL is saved and every 72 hours: `{event: "endpoint.url_validation", payload:
 * {plainToken}}`, signed like an event, and wants the token back with its hex HMAC-SHA256.
 */
const zoomHandshake = signedHandshake("endpoint.url_validation", ({ event, payload }, key) => {
  if (event !== "endpoint.url_validation" || !isJsonObject(payload)) return undefined;
  const { plainToken } = payload;
  if (typeof plainToken !== "string" || !tokenPattern.test(plainToken)) return undefined;
  if (key === undefined || !("sign" in key)) return undefined;
  return chain(key.sign(textContent(plainToken)), (mac) =>
    jsonAnswer({ plainToken, encryptedToken: hexOf(mac) }),
  );
});

export const zoomScheme: Scheme = {
  provider: "zoom",
  signature: {
    form: "plain",
    header: "x-zm-signature",
    prefix: "v0=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  signed: "v0:{time}:{body}",
  time: { header: "x-zm-request-timestamp", unit: "s" },
  handshake: zoomHandshake,
};

export const zoomEvents: EventFormat = {
  // Zoom tries again after 5 minutes and later, with the time of the event in milliseconds: a body with it is one event.
  // https://developers.zoom.us/blog/webhook-delays
  read: ({ event, event_ts }, { digest }) => ({
    name: textField(event),
    id: allOf(":", event, event_ts, digest),
    at: dateOf(event_ts),
  }),
};

/**
 * Zoom: the app's secret token. Responds to `endpoint.url_validation`. Events have no id, but a time.
 */
export const zoom = sender({
  title: "Zoom",
  docs: "https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events",
  checked: "the vendor's page",
  setup: "The secret token of the app, under Features › Access; the URL under Event Subscriptions.",
  identity: "time of the event and digest",
  scheme: zoomScheme,
  events: zoomEvents,
});
