import { objectField, textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import { allOf, type EventFormat } from "./event-format.js";

export const telegramScheme: Scheme = {
  provider: "telegram",
  signature: { form: "token", header: "x-telegram-bot-api-secret-token" },
  bodyId: true,
  // A JSON body would be read as a call of the Bot API.
  acknowledgement: { status: 200 },
};

export const telegramEvents: EventFormat = {
  // The one member beside `update_id` is the update. Every bot counts for itself, and has a separate route.
  read(body, { route, request }) {
    const name = Object.keys(body).find((key) => key !== "update_id");
    const update = name === undefined ? undefined : objectField(body[name]);
    return {
      name: textField(name),
      // Bots at `/telegram/{bot}` share a route.
      id: allOf(":", request?.path ?? route ?? "-", body.update_id),
      at: timeField(update?.date),
    };
  },
};

/**
 * Telegram: the `secret_token` given to `setWebhook`. It is sent with every update and compared; nothing is
 * signed, so the connection's TLS is all that protects the body.
 * https://core.telegram.org/bots/api#setwebhook
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function telegram(options: SourceOptions): Source {
  sourceOptions("telegram", options);
  return sourceOf(telegramScheme, options);
}
