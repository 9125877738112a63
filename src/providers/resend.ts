import { placed } from "./event-format.js";
import { sender } from "./sender.js";
import { svixScheme } from "./svix.js";

/** Resend, which delivers through Svix. */
export const resend = sender({
  title: "Resend",
  docs: "https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests",
  checked: "svix",
  setup: "Webhooks › Add webhook: the URL; its signing secret, `whsec_…`.",
  scheme: { ...svixScheme, provider: "resend" },
  events: placed({ name: "type", at: "created_at" }),
});
