// The ten lines: enable a trigger, receive its events over the WebSocket.
// Start the platform first: `npx earshot dev`, then set COMPOSIO_API_KEY=local and
// COMPOSIO_BASE_URL=http://127.0.0.1:4747, and fire: `npx earshot fire GITHUB_STAR_ADDED_EVENT`.
import { Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });

const listener = toolset.createTriggerListener();
listener.callback("GITHUB_STAR_ADDED_EVENT", async (event) => {
  console.log("starred by", event.payload.starred_by);
});
await listener.waitForever();
