import { placed } from "./event-format.js";
import { sender } from "./sender.js";
import { svixScheme } from "./svix.js";

/** Clerk, which delivers through Svix. */
export const clerk = sender({
  title: "Clerk",
  docs: "https://clerk.com/docs/webhooks/sync-data",
  checked: "svix",
  setup: "Configure › Webhooks: an endpoint with the URL; its signing secret, `whsec_…`.",
  scheme: { ...svixScheme, provider: "clerk" },
  events: placed({ name: "type", at: "timestamp" }),
});
