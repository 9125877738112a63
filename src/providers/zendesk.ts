import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";

export const zendeskScheme: Scheme = {
  provider: "zendesk",
  signature: {
    form: "plain",
    header: "x-zendesk-webhook-signature",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  signed: "{time}{body}",
  time: { header: "x-zendesk-webhook-signature-timestamp", unit: "iso" },
  id: "x-zendesk-webhook-invocation-id",
};

/**
 * Zendesk: the webhook's signing secret. Zendesk names no tolerance; five minutes are allowed.
 * https://developer.zendesk.com/documentation/webhooks/verifying/
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function zendesk(options: SourceOptions): Source {
  sourceOptions("zendesk", options);
  return sourceOf(zendeskScheme, options);
}
