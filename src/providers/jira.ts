import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Jira Cloud: webhooks with a secret. */
export const jira = sender({
  title: "Jira",
  docs: "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
  checked: "the vendor's published example",
  setup: "Settings › System › Webhooks: the URL, and a secret.",
  scheme: {
    provider: "jira",
    signature: {
      form: "plain",
      header: "x-hub-signature",
      prefix: "sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    id: "x-atlassian-webhook-identifier",
    // Jira sends nothing larger. https://developer.atlassian.com/cloud/jira/platform/webhooks/
    maxBodyBytes: 25 * 1024 * 1024,
  },
  events: placed({ name: "webhookEvent", at: "timestamp" }),
});
