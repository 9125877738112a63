import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";

/** Heroku app webhooks. */
export const heroku = sender({
  title: "Heroku",
  docs: "https://devcenter.heroku.com/articles/app-webhooks",
  checked: "getsentry/sentry",
  setup: "`heroku webhooks:add -i … -l notify -s SECRET -u URL`.",
  scheme: {
    provider: "heroku",
    signature: {
      form: "plain",
      header: "heroku-webhook-hmac-sha256",
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
    bodyId: true,
  },
  events: {
    read: (body) => ({
      name: dotted(body.resource, body.action),
      id: textField(body.id),
      at: dateOf(body.published_at) ?? dateOf(body.created_at),
    }),
  },
});
