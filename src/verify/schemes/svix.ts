import type { Source } from "../../model/source.js";
import type { Scheme } from "../scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../source.js";

export const svixScheme: Scheme = {
  provider: "svix",
  signature: {
    form: "list",
    header: "svix-signature",
    versions: new Map([["v1", "hmac-sha256"]]),
    encoding: "base64",
  },
  key: "whsec",
  signed: "{id}.{time}.{body}",
  time: { header: "svix-timestamp", unit: "s" },
  id: "svix-id",
};

/**
 * Any sender that delivers through Svix (Clerk, Resend and others): the endpoint's secret, `whsec_…`.
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function svix(options: SourceOptions): Source {
  sourceOptions("svix", options);
  return sourceOf(svixScheme, options);
}
