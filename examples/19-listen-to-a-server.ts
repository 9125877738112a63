// Runs a callback for each event of an MCP server, such as example 17. What comes while this process is away is not lost.
import { TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const listener = new TriggerListener({
  inbox: sqliteInbox({ path: process.env.INBOX ?? "received.db" }),
  mcp: {
    url: process.env.MCP_URL ?? "http://127.0.0.1:3000/mcp",
    events: ["github.star_added"],
    auth: process.env.MCP_TOKEN ?? "a-token-for-this-machine",
    provider: "stars",
  },
});

listener.callback({ provider: "stars", triggerName: "github.star_added" }, ({ payload }) => {
  console.log(`${payload.starred_by} starred ${payload.repository_name}`);
});

await listener.start();
for (const { event, mode } of listener.health().mcp?.servers[0]?.subscriptions ?? []) {
  console.log(`Receiving ${event} by ${mode}.`);
}
await listener.waitForever();
