import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** monday.com: webhooks of an app, with a JSON Web Token that covers no body. Answers the challenge. */
export const monday = sender({
  title: "Monday",
  docs: "https://developer.monday.com/apps/docs/integration-authorization",
  checked: "mondaycom/welcome-apps",
  setup: "The signing secret of the app, under Basic Information; the URL in its integration or webhooks.",
  scheme: {
    provider: "monday",
    signature: { form: "jwt", header: "authorization", algorithms: ["HS256"] },
    toleranceMs: 60_000,
    handshake: [
      {
        method: "POST",
        member: ["challenge"],
        challenge: { member: "challenge" },
        answer: { member: "challenge" },
      },
    ],
  },
  events: placed({ name: ["event.type", "type"], id: "event.triggerUuid", at: "event.triggerTime" }),
});
