import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import { allOf, type EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

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
      at: dateOf(update?.date),
    };
  },
};

/**
 * Telegram: the `secret_token` given to `setWebhook`. It is sent with every update and compared; nothing is
 * signed, so the connection's TLS is all that protects the body.
 */
export const telegram = sender({
  title: "Telegram",
  docs: "https://core.telegram.org/bots/api#setwebhook",
  checked: "the vendor's page",
  setup: "A `secret_token` that you make up, given to `setWebhook` with the URL.",
  identity: "path and `update_id`",
  scheme: telegramScheme,
  events: telegramEvents,
});
