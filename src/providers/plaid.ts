import { type Secrets, secretTexts } from "../verify/keys.js";
import { sourceOf } from "../verify/source.js";
import { dotted } from "./event-format.js";
import { type PublishedKeySourceOptions, sender } from "./sender.js";

/** Options of {@link plaid}. */
export interface PlaidOptions extends PublishedKeySourceOptions {
  readonly clientId: string | undefined;
  /** The secret of the environment, with which keys are requested. */
  readonly secrets?: Secrets | undefined;
  /** Default `"production"`. */
  readonly environment?: "production" | "sandbox" | undefined;
}

/** Plaid: a JSON Web Token with the digest of the body. Its keys are requested from Plaid one by one. */
export const plaid = sender<PlaidOptions>(
  {
    title: "Plaid",
    docs: "https://plaid.com/docs/api/webhooks/webhook-verification/",
    checked: "the vendor's page",
    setup:
      "The `client_id` and secret of the team: keys are requested with them. The URL is given when an Item is made.",
    scheme: {
      provider: "plaid",
      signature: {
        form: "jwt",
        header: "plaid-verification",
        algorithms: ["ES256"],
        bodyDigest: { claim: "request_body_sha256", encoding: "hex" },
        maxAgeMs: 300_000,
      },
      toleranceMs: 60_000,
      keysFrom: { form: "jwks", url: "https://production.plaid.com/webhook_verification_key/get" },
    },
    events: { read: (body) => ({ name: dotted(body.webhook_type, body.webhook_code) }) },
    options: ["clientId", "environment"],
  },
  ({ clientId, secrets, environment = "production", ...rest }, scheme) => {
    if (rest.unsigned === true) return sourceOf(scheme, rest);
    const [client_id] = secretTexts("plaid", "clientId", clientId);
    const [secret] = secretTexts("plaid", "secrets", secrets);
    const keySet = (key_id: string) => ({
      url: `https://${environment}.plaid.com/webhook_verification_key/get`,
      init: {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ client_id, secret, key_id }),
      },
    });
    return sourceOf(scheme, { ...rest, keySet });
  },
);
