import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { SourceOptions } from "../verify/source.js";
import { type EventFormat, firstText } from "./event-format.js";
import { sender } from "./sender.js";

export const twilioScheme: Scheme = {
  provider: "twilio",
  signature: { form: "plain", header: "x-twilio-signature", algorithm: "hmac-sha1", encoding: "base64" },
  signed: "{requestUrl}{form}",
  bodyDigestQuery: "bodySHA256",
  id: "i-twilio-idempotency-token",
  anyPort: true,
  // A body that is not TwiML is an error in Twilio's console; this one says that there is nothing to do.
  acknowledgement: {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  },
};

/**
 * Where the name of an event is: of a conversation; of a conference or room; of a transcription; of a stream; else the
 * status of the message or call.
 * https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallback
 */
const eventNames = [
  "EventType",
  "StatusCallbackEvent",
  "TranscriptionEvent",
  "StreamEvent",
  "MessageStatus",
  "SmsStatus",
  "CallStatus",
] as const;

export const twilioEvents: EventFormat = {
  // An event stream sends lists of CloudEvents.
  read: (body) =>
    body.specversion === undefined
      ? { name: firstText(...eventNames.map((name) => body[name])), at: dateOf(body.Timestamp) }
      : { name: textField(body.type), id: textField(body.id), at: dateOf(body.time) },
  form: "fields",
};

/** Options of {@link twilio}. */
export interface TwilioOptions extends SourceOptions {
  /** The URL that Twilio has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/**
 * Twilio: the account's auth token, with HMAC-SHA1 over the URL and the sorted form; for JSON over the URL,
 * which then has the body's digest. Field names and values are run together, so which is which is not signed.
 */
export const twilio = sender<TwilioOptions>({
  title: "Twilio",
  docs: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
  checked: "published examples",
  setup: "The auth token of the account; the URL of the number or service as `publicUrl`.",
  identity: "idempotency token and digest; `id` of an event stream",
  scheme: twilioScheme,
  events: twilioEvents,
});
