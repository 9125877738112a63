import type { Source } from "../model/source.js";
import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";

export const composioScheme: Scheme = {
  provider: "composio",
  signature: {
    form: "list",
    header: WEBHOOK_SIGNATURE,
    prefixes: new Map([["v1,", "hmac-sha256"]]),
    encoding: "base64",
  },
  key: "text-or-whsec",
  signed: "{id}.{time}.{body}",
  time: { header: WEBHOOK_TIMESTAMP, unit: "s" },
  id: WEBHOOK_ID,
};

/**
 * The platform's own webhooks. Composio keys the signature with the secret's text as it is written; a secret in
 * the form `whsec_…` is tried decoded too, as Standard Webhooks would have it.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function composio(options: SourceOptions): Source {
  sourceOptions("composio", options);
  return sourceOf(composioScheme, options);
}
