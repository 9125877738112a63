import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Bitbucket Cloud: webhooks with a secret. An event is named `repo:push`. */
export const bitbucket = sender({
  title: "Bitbucket",
  docs: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
  checked: "the vendor's published example",
  setup: "Repository settings › Webhooks: the URL, and a secret.",
  scheme: {
    provider: "bitbucket",
    signature: {
      form: "plain",
      header: "x-hub-signature",
      prefix: "sha256=",
      algorithm: "hmac-sha256",
      encoding: "hex",
    },
    id: "x-request-uuid",
    eventName: "x-event-key",
  },
  events: placed({}),
});
