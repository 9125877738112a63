import type { Readable, Writable } from "node:stream";
import type { Server } from "@modelcontextprotocol/server";
import { messageOf } from "../../base/message-of.js";
import type { ChannelMessage } from "./push.js";
import { loadMcpSdk } from "./sdk.js";
import type { InboxTool } from "./tool.js";
import { toolServer } from "./tool-server.js";

/** What {@link serveToolsOverStdio} takes. */
export interface StdioOptions {
  /** Messages of the host come from here, one a line. */
  readonly stdin: Readable;
  /** Nothing else may be written here. */
  readonly stdout: Writable;
  /** Ends the connection. */
  readonly signal: AbortSignal;
  /** Called with problems that no answer reports. */
  readonly warn: (message: string) => void;
  /** Pushes messages into the host's session while the connection is open. Absent: nothing is pushed. */
  readonly push?:
    | ((send: (message: ChannelMessage) => Promise<void>, signal: AbortSignal) => Promise<void>)
    | undefined;
}

/**
 * Serves tools to one host over stdio, of the protocol's revision 2026-07-28 and of those before it.
 *
 * @returns once the host has closed its end, or the signal is aborted
 * @throws EarshotError ERR_PEER_MISSING
 */
export async function serveToolsOverStdio(tools: readonly InboxTool[], options: StdioOptions): Promise<void> {
  const { stdin, stdout, signal, warn, push } = options;
  const sdk = await loadMcpSdk();
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const event of ["end", "close", "error"]) stdin.once(event, end);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted || stdin.destroyed) end();
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  let server: Server | undefined;
  const handle = sdk.serveStdio(
    ({ era }) => {
      // The last one that is made serves the connection: one before it may have answered a probe only.
      server = toolServer(sdk, tools, { signal: ended.signal, hasChannel: push !== undefined });
      if (era === "modern") isReady();
      else server.oninitialized = () => isReady();
      return server;
    },
    {
      transport: new sdk.StdioServerTransport(stdin, stdout),
      onerror: (error) => warn(messageOf(error)),
    },
  );
  const send = async (params: ChannelMessage) => {
    await ready;
    await server?.notification({ method: "notifications/claude/channel", params: { ...params } });
  };
  const pushing = push?.(send, ended.signal);
  await new Promise<void>((resolve) => {
    if (ended.signal.aborted) resolve();
    else ended.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  isReady();
  await handle.close();
  // A message that waits for a host that never came fails now.
  await pushing?.catch(() => undefined);
}
