import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Front: webhooks of an app. Answers the challenge once its signature is verified. */
export const front = sender({
  title: "Front",
  docs: "https://dev.frontapp.com/docs/application-webhooks",
  checked: "the vendor's page",
  setup: "Settings › Developers › the app › Webhooks: the URL; the app secret.",
  scheme: {
    provider: "front",
    signature: { form: "plain", header: "x-front-signature", algorithm: "hmac-sha256", encoding: "base64" },
    signed: "{time}:{body}",
    time: { header: "x-front-request-timestamp", unit: "ms" },
    handshake: [
      {
        method: "POST",
        signed: true,
        header: ["x-front-challenge"],
        challenge: { header: "x-front-challenge" },
        answer: "text",
      },
    ],
  },
  events: placed({ name: "type", id: ["payload.id", "id"], at: ["payload.emitted_at", "emitted_at"] }),
});
