import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf } from "../verify/source.js";
import { sender } from "./sender.js";

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
 */
export const svix = sender<SvixOptions>(
  {
    title: "Svix",
    docs: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
    checked: "svix",
    setup: "The signing secret of the endpoint, `whsec_…`.",
    identity: "`svix-id`",
    scheme: svixScheme,
    options: ["provider"],
  },
  (options) => {
    const { provider, ...rest } = options;
    return sourceOf({ ...svixScheme, provider: ownName("svix", provider, "svix") }, rest);
  },
);
