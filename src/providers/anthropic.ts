import { placed } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

/** Anthropic. */
export const anthropic = sender({
  title: "Anthropic",
  docs: "https://platform.claude.com/docs/en/api/beta/webhooks",
  checked: "@anthropic-ai/sdk",
  setup: "Console › Webhooks: the URL; its signing key, `whsec_…`.",
  scheme: { ...standardWebhooksScheme, provider: "anthropic" },
  events: placed({ name: ["data.type", "type"], id: "id", at: "created_at" }),
});
