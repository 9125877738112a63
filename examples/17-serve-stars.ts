// MCP hosts (ChatGPT, coding agents) subscribe to GitHub stars. They miss nothing while this process restarts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Toolset } from "earshot";
import { bearerTokens, mcpServer } from "earshot/mcp";
import { sqliteInbox } from "earshot/sqlite";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });

const inbox = sqliteInbox({ path: process.env.INBOX ?? "events.db" });
const listener = toolset.createTriggerListener({ inbox });

const mcp = mcpServer({
  listener,
  toolset,
  events: [
    {
      name: "github.star_added",
      filter: "GITHUB_STAR_ADDED_EVENT",
      arguments: { by: "starred_by" },
    },
  ],
  authenticate: bearerTokens({ [process.env.MCP_TOKEN ?? "a-token-for-this-machine"]: "my-host" }),
});
await mcp.start();

const server = createServer(mcp.nodeHandler());
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`MCP endpoint: http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});

await listener.waitForever();
await mcp.stop();
server.close();
