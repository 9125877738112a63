import { EarshotError } from "../../base/errors.js";

/** The official SDK's server side. */
export type McpSdk = typeof import("@modelcontextprotocol/server") &
  Pick<typeof import("@modelcontextprotocol/server/stdio"), "serveStdio" | "StdioServerTransport">;

/** Loads the SDK, which only this needs. @throws EarshotError ERR_PEER_MISSING */
export async function loadMcpSdk(): Promise<McpSdk> {
  try {
    const [sdk, stdio] = await Promise.all([
      import("@modelcontextprotocol/server"),
      import("@modelcontextprotocol/server/stdio"),
    ]);
    return { ...sdk, serveStdio: stdio.serveStdio, StdioServerTransport: stdio.StdioServerTransport };
  } catch (cause) {
    throw new EarshotError(
      "ERR_PEER_MISSING",
      "MCP needs the package @modelcontextprotocol/server: npm install @modelcontextprotocol/server",
      { cause },
    );
  }
}
