import { anyFormat } from "./event-format.js";
import { sender } from "./sender.js";

/** Hookdeck: signs what it forwards with its own key. The original sender's headers are in `event.request`. */
export const hookdeck = sender({
  title: "Hookdeck",
  docs: "https://hookdeck.com/docs/authentication#signature-verification",
  checked: "@hookdeck/sdk",
  setup: "Settings › Project › Secrets: the signing secret; a second one during a rotation.",
  scheme: {
    provider: "hookdeck",
    signature: {
      form: "plain",
      header: "x-hookdeck-signature",
      alsoIn: ["x-hookdeck-signature-2"],
      algorithm: "hmac-sha256",
      encoding: "base64",
    },
    id: "x-hookdeck-eventid",
  },
  events: anyFormat,
});
