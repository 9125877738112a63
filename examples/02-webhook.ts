// The same over webhooks: the listener starts a webhook server. A platform on this machine gets its URL
// automatically; for the hosted one, add `publicUrl: "https://…/webhook"`.
import { Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });

const listener = toolset.createTriggerListener({ webhook: { port: 0 } });
listener.callback("GITHUB_STAR_ADDED_EVENT", async (event) => {
  console.log("starred by", event.payload.starred_by, "over", event.source);
});
await listener.waitForever();
