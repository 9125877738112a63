import { objectField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { allOf, dotted, type EventFormat } from "./event-format.js";

export const linearScheme: Scheme = {
  provider: "linear",
  signature: { form: "plain", header: "linear-signature", algorithm: "hmac-sha256", encoding: "hex" },
  time: { member: "webhookTimestamp", unit: "ms" },
  toleranceMs: 60_000,
  id: "linear-delivery",
  eventName: "linear-event",
};

export const linearEvents: EventFormat = {
  // A retry has a new `webhookTimestamp`, so the id is put together from what does not change.
  read(body) {
    const object = objectField(body.data)?.id;
    return {
      name: dotted(body.type, body.action),
      id: allOf(":", body.webhookId, body.type, body.action, object, body.createdAt),
      at: timeField(body.createdAt) ?? timeField(body.webhookTimestamp),
    };
  },
};

/**
 * Linear: the webhook's signing secret. The time is in the body, and a minute is allowed.
 * https://linear.app/developers/webhooks#securing-webhooks
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function linear(options: SourceOptions): Source {
  sourceOptions("linear", options);
  return sourceOf(linearScheme, options);
}
