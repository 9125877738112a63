import { DecodeError } from "../errors.js";
import { isJsonObject } from "../model/json.js";
import type { Origin } from "../model/verified.js";
import type { Fields } from "./fields.js";
import { providerBody, providerEvent } from "./providers/index.js";
import { jsonOf } from "./text.js";

/** A webhook that came straight from an app: the provider's table says what it is called and what its id is. */
export function providerFields(origin: Origin, raw: string): Fields {
  // A few senders post forms, not JSON.
  const event = providerEvent(origin, providerBody(origin.provider, raw) ?? jsonOf(raw));
  const payload = isJsonObject(event.payload) ? event.payload : undefined;
  if (payload === undefined) {
    throw new DecodeError(
      "ERR_SHAPE",
      `The ${origin.provider} webhook's body is not a JSON object (${raw.length} characters).`,
    );
  }
  return {
    messageId: event.id,
    triggerName: event.triggerName,
    appName: event.appName,
    payload,
    metadata: { provider: origin.provider, messageId: origin.messageId, eventName: origin.eventName },
    timestamp: event.timestamp,
  };
}
