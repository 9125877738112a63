import { placed } from "./event-format.js";
import { sender } from "./sender.js";
import { svixScheme } from "./svix.js";

/** Recall.ai, which delivers through Svix. */
export const recall = sender({
  title: "Recall",
  docs: "https://docs.recall.ai/docs/authenticating-requests-from-recallai",
  checked: "svix",
  setup: "Webhooks: an endpoint with the URL; its signing secret, `whsec_…`.",
  scheme: { ...svixScheme, provider: "recall" },
  events: placed({ name: "event", at: "data.data.updated_at" }),
});
