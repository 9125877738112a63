import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** CircleCI. */
export const circleci = sender({
  title: "CircleCI",
  docs: "https://circleci.com/docs/guides/integration/outbound-webhooks/",
  checked: "the vendor's published examples",
  setup: "Project Settings › Webhooks: the URL, and a secret token.",
  scheme: {
    provider: "circleci",
    signature: {
      form: "list",
      header: "circleci-signature",
      separator: ",",
      prefixes: new Map([["v1=", "hmac-sha256"]]),
      encoding: "hex",
    },
    bodyId: true,
  },
  events: placed({ name: "type", id: "id", at: "happened_at" }),
});
