import type { Source } from "../model/source.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";

export const typeformScheme: Scheme = {
  provider: "typeform",
  signature: {
    form: "plain",
    header: "typeform-signature",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "base64",
  },
  bodyId: true,
};

/**
 * Typeform: the secret that was set on the form's webhook.
 * https://www.typeform.com/developers/webhooks/secure-your-webhooks/
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_OPTION
 */
export function typeform(options: SourceOptions): Source {
  sourceOptions("typeform", options);
  return sourceOf(typeformScheme, options);
}
