import type { Source } from "../model/source.js";
import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf, sourceOptions } from "../verify/source.js";

export const svixScheme: Scheme = {
  provider: "svix",
  signature: {
    form: "list",
    header: "svix-signature",
    prefixes: new Map([["v1,", "hmac-sha256"]]),
    encoding: "base64",
  },
  key: "whsec",
  signed: "{id}.{time}.{body}",
  time: { header: "svix-timestamp", unit: "s" },
  id: "svix-id",
  otherHeaders: { signature: WEBHOOK_SIGNATURE, time: WEBHOOK_TIMESTAMP, id: WEBHOOK_ID },
};

/** Options of {@link svix}. */
export interface SvixOptions extends SourceOptions {
  /** The sender that delivers through Svix: the app of its events. Default `"svix"`. */
  readonly provider?: string | undefined;
}

/**
 * Any sender that delivers through Svix (Clerk, Resend and others): the endpoint's secret, `whsec_…`. Takes the
 * headers `svix-*`, or the unbranded `webhook-*`, all three of one set.
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function svix(options: SvixOptions): Source {
  sourceOptions("svix", options, "provider");
  const { provider, ...rest } = options;
  return sourceOf({ ...svixScheme, provider: ownName("svix", provider, "svix") }, rest);
}
