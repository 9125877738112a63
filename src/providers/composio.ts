import { WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from "../protocol/headers.js";
import type { Scheme } from "../verify/scheme.js";
import { sender } from "./sender.js";

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
 */
export const composio = sender({
  title: "Composio",
  docs: "https://docs.composio.dev/docs/setting-up-triggers/subscribing-to-events",
  checked: "published examples",
  setup:
    "The webhook secret of the project, in its settings; `toolset.createTriggerListener({ webhook })` reads it by itself.",
  identity: "log id in the body",
  scheme: composioScheme,
});
