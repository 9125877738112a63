import { dateOf } from "../base/date-of.js";
import { textField } from "../model/json.js";
import { WEBHOOK_SIGNATURE } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import type { EventFormat } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

export const openaiScheme: Scheme = {
  ...standardWebhooksScheme,
  provider: "openai",
  signature: {
    form: "list",
    header: WEBHOOK_SIGNATURE,
    prefixes: new Map([["v1,", "hmac-sha256"]]),
    encoding: "base64",
  },
};

export const openaiEvents: EventFormat = {
  read: (body) => ({ name: textField(body.type), at: dateOf(body.created_at) }),
};

/**
 * OpenAI: the webhook's secret, `whsec_…`; it signs as Standard Webhooks.
 */
export const openai = sender({
  title: "OpenAI",
  docs: "https://platform.openai.com/docs/guides/webhooks",
  checked: "standardwebhooks",
  setup: "Settings › Webhooks of the project: the URL; OpenAI shows the signing secret once.",
  identity: "`webhook-id`",
  scheme: openaiScheme,
  events: openaiEvents,
});
