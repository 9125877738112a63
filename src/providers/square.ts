import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import type { SourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const squareScheme: Scheme = {
  provider: "square",
  signature: {
    form: "plain",
    header: "x-square-hmacsha256-signature",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  signed: "{url}{body}",
  bodyId: true,
};

export const squareEvents: EventFormat = {
  read: (body) => ({
    name: textField(body.type),
    id: textField(body.event_id),
    at: dateOf(body.created_at),
  }),
};

/** Options of {@link square}. */
export interface SquareOptions extends SourceOptions {
  /** The URL that Square has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/**
 * Square: the webhook subscription's signature key, and its notification URL as `publicUrl`.
 */
export const square = sender<SquareOptions>({
  title: "Square",
  docs: "https://developer.squareup.com/docs/webhooks/step3validate",
  checked: "the vendor's page",
  setup: "Developer Console › Webhooks: a subscription with the URL (`publicUrl`); its signature key.",
  identity: "body's `event_id`",
  scheme: squareScheme,
  events: squareEvents,
});
