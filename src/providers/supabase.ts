import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { dotted } from "./event-format.js";
import { sender } from "./sender.js";
import { standardWebhooksScheme } from "./standard-webhooks.js";

/** Supabase auth hooks. Database webhooks are not signed: give them a header of your own, and use `token()`. */
export const supabase = sender({
  title: "Supabase",
  docs: "https://supabase.com/docs/guides/auth/auth-hooks",
  checked: "standardwebhooks",
  setup: "Authentication › Hooks: the URL; the generated secret, `v1,whsec_…`.",
  scheme: { ...standardWebhooksScheme, provider: "supabase" },
  events: {
    // https://supabase.com/docs/guides/auth/auth-hooks/before-user-created-hook
    read({ metadata, table, type }) {
      const { name, time } = objectField(metadata) ?? {};
      return { name: textField(name) ?? dotted(table, type), at: dateOf(time) };
    },
  },
});
