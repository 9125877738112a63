import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from "../protocol/headers.js";
import type { Secrets } from "../verify/keys.js";
import type { Scheme } from "../verify/scheme.js";
import { ownName, type SourceOptions, sourceOf } from "../verify/source.js";
import { sender } from "./sender.js";

export const standardWebhooksScheme = {
  provider: "standard-webhooks",
  signature: {
    form: "list",
    header: WEBHOOK_SIGNATURE,
    prefixes: new Map([
      ["v1,", "hmac-sha256"],
      ["v1a,", "ed25519"],
    ]),
    encoding: "base64",
  },
  key: "whsec",
  signed: "{id}.{time}.{body}",
  time: { header: WEBHOOK_TIMESTAMP, unit: "s" },
  id: WEBHOOK_ID,
} as const satisfies Scheme;

/** Options of {@link standardWebhooks}. */
export interface StandardWebhooksOptions extends SourceOptions {
  /** Ed25519 public keys (`whpk_…`) for signatures of version `v1a`, newest first. */
  readonly publicKeys?: Secrets | undefined;
  /** The sender: the app of its events. Default `"standard-webhooks"`. */
  readonly provider?: string | undefined;
}

/**
 * Any sender that follows Standard Webhooks: secrets `whsec_…` for `v1`, public keys `whpk_…` for `v1a`, or both.
 */
export const standardWebhooks = sender<StandardWebhooksOptions>(
  {
    title: "Standard Webhooks",
    docs: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    checked: "standardwebhooks",
    setup: "The secret, `whsec_…`, or the public key, `whpk_…`, that the sender shows.",
    identity: "`webhook-id`",
    scheme: standardWebhooksScheme,
    options: ["publicKeys", "provider"],
  },
  (options) => {
    const { provider, ...rest } = options;
    const name = ownName("standardWebhooks", provider, standardWebhooksScheme.provider);
    return sourceOf({ ...standardWebhooksScheme, provider: name }, rest);
  },
);
