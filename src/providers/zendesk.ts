import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

export const zendeskScheme: Scheme = {
  provider: "zendesk",
  signature: {
    form: "plain",
    header: "x-zendesk-webhook-signature",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  signed: "{time}{body}",
  time: { header: "x-zendesk-webhook-signature-timestamp", unit: "iso" },
  id: "x-zendesk-webhook-invocation-id",
};

export const zendeskEvents: EventFormat = {
  // The body has an id where the webhook subscribes to events; a trigger's body is whatever its author wrote.
  read: (body) => ({ name: textField(body.type), at: timeField(body.time) }),
};

/**
 * Zendesk: the webhook's signing secret. Zendesk names no tolerance; five minutes are allowed.
 * https://developer.zendesk.com/documentation/webhooks/verifying/
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function zendesk(options: SourceOptions): Source {
  sourceOptions("zendesk", options);
  return sourceOf(zendeskScheme, options);
}
