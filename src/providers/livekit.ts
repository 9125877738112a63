import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** LiveKit: a JSON Web Token with the digest of the body. */
export const livekit = sender({
  title: "LiveKit",
  docs: "https://docs.livekit.io/intro/basics/rooms-participants-tracks/webhooks-events/",
  checked: "livekit-server-sdk",
  setup: "Settings › Webhooks: the URL, and an API key; its secret.",
  scheme: {
    provider: "livekit",
    signature: {
      form: "jwt",
      header: "authorization",
      algorithms: ["HS256"],
      bodyDigest: { claim: "sha256", encoding: "base64" },
    },
    toleranceMs: 60_000,
    bodyId: true,
  },
  events: placed({ name: "event", id: "id", at: "createdAt" }),
});
