// Webhooks straight from GitHub: no platform, no key. Requests that are not
// signed with the secret are rejected.
import { github, TriggerListener } from "earshot";

const listener = new TriggerListener({
  webhook: {
    port: Number(process.env.PORT ?? 0),
    routes: { "/webhooks/github": github({ secrets: [process.env.GITHUB_WEBHOOK_SECRET ?? ""] }) },
  },
});
listener.callback({ appName: "github", triggerName: "issues.opened" }, (event) => {
  console.log("issue opened:", event.payload.issue);
});
listener.on("webhook.listening", ({ url }) => console.log("listening at", url));
listener.on("delivery.rejected", ({ error }) => console.log("rejected:", error.code));
await listener.waitForever();
