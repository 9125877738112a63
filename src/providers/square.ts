import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

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
    at: timeField(body.created_at),
  }),
};

/** Options of {@link square}. */
export interface SquareOptions extends SourceOptions {
  /** The URL that Square has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/**
 * Square: the webhook subscription's signature key, and its notification URL as `publicUrl`.
 * https://developer.squareup.com/docs/webhooks/step3validate
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function square(options: SquareOptions): Source {
  sourceOptions("square", options, "publicUrl");
  return sourceOf(squareScheme, options);
}
