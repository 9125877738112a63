// Serves the stars of a platform to MCP hosts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Toolset } from "earshot";
import { bearerTokens, mcpServer } from "earshot/mcp";
import { sqliteInbox } from "earshot/sqlite";

const [file, token] = process.argv.slice(2) as [string, string];
const toolset = new Toolset();
const listener = toolset.createTriggerListener({ inbox: sqliteInbox({ path: file }) });
const mcp = mcpServer({
  listener,
  toolset,
  events: [{ name: "star", filter: "GITHUB_STAR_ADDED_EVENT" }],
  authenticate: bearerTokens({ [token]: "host" }),
  allowLoopback: true,
  retryDelaysMs: [50, 200],
});
await mcp.start();
const server = createServer(mcp.nodeHandler()).listen(0, "127.0.0.1", () => {
  process.stdout.write(`serving http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`);
});
