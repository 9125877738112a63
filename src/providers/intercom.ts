import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Handshake, Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

/** Intercom checks the URL with a HEAD request, which has no body and no signature. */
const headProbe: Handshake = ({ http }) => (http.method === "HEAD" ? { status: 200 } : undefined);

export const intercomScheme: Scheme = {
  provider: "intercom",
  // A conversation of up to 500 parts. No limit is documented.
  maxBodyBytes: 25 * 1024 * 1024,
  signature: {
    form: "plain",
    header: "x-hub-signature",
    prefix: "sha1=",
    algorithm: "hmac-sha1",
    encoding: "hex",
  },
  bodyId: true,
  handshake: headProbe,
};

export const intercomEvents: EventFormat = {
  read: (body) => ({ name: textField(body.topic), id: textField(body.id), at: dateOf(body.created_at) }),
};

/**
 * Intercom: the app's client secret, with HMAC-SHA1. Responds to the HEAD probe.
 */
export const intercom = sender({
  title: "Intercom",
  docs: "https://developers.intercom.com/docs/webhooks/webhook-notifications",
  checked: "the vendor's page",
  setup: "The client secret, on the Basic Information page of the app; the URL under Webhooks.",
  identity: "body's `id`",
  scheme: intercomScheme,
  events: intercomEvents,
});
