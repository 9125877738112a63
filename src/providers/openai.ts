import { textField, timeField } from "../model/json.js";
import type { Source } from "../model/source.js";
import { WEBHOOK_SIGNATURE } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";
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
  read: (body) => ({ name: textField(body.type), at: timeField(body.created_at) }),
};

/**
 * OpenAI: the webhook's secret, `whsec_…`; it signs as Standard Webhooks.
 * https://platform.openai.com/docs/guides/webhooks
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function openai(options: SourceOptions): Source {
  sourceOptions("openai", options);
  return sourceOf(openaiScheme, options);
}
