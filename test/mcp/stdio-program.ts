// Serves stars over stdio: a program of stdio.test.ts.
import { Toolset } from "earshot";
import { mcpServer } from "earshot/mcp";

const toolset = new Toolset();
const listener = toolset.createTriggerListener({ signals: false });
const mcp = mcpServer({ listener, toolset, events: [{ name: "star", filter: "GITHUB_STAR_ADDED_EVENT" }] });
await mcp.stdio();
