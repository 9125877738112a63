import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Okta event hooks. A token is sent and compared; nothing is signed. Answers the check of the URL. */
export const okta = sender({
  title: "Okta",
  docs: "https://developer.okta.com/docs/concepts/event-hooks/",
  checked: "okta/okta-developer-docs",
  setup:
    "Workflow › Event Hooks: the URL, the authentication field `Authorization`, and a secret that you make up.",
  scheme: {
    provider: "okta",
    signature: { form: "token", header: "authorization" },
    bodyId: true,
    acknowledgement: { status: 200 },
    handshake: [
      {
        method: "GET",
        challenge: { header: "x-okta-verification-challenge" },
        answer: { member: "verification" },
      },
    ],
  },
  // `source` beside the list is the organization. https://developer.okta.com/docs/concepts/event-hooks/
  events: placed({ name: "eventType", id: "uuid", at: "published", list: "data.events" }),
});
