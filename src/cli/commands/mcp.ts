import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { systemClock } from "../../base/clock.js";
import type { Inbox, Toolset } from "../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { integer, positive, stringList } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";
import { type StoreOptions, storeOptions, withInbox } from "./inbox/store.js";

interface Options extends StoreOptions, ProfileOptions {
  readonly allow?: readonly string[];
  readonly http?: true;
  readonly port?: number;
  readonly push?: readonly string[];
  readonly pushEvery?: number;
}

type McpTools = typeof import("../../mcp/tools/index.js");

const DEFAULT_PORT = 4748;
/** Seconds. */
const DEFAULT_PUSH_EVERY = 10;

export function addMcp(program: Command, context: Context, setExitCode: SetExitCode): void {
  const command = program
    .command("mcp")
    .description("serve tools over an inbox to a coding agent, with the Model Context Protocol");
  storeOptions(command)
    .option(
      "--allow <name>",
      "allow what changes something: enable_trigger, disable_trigger, replay_event, or the name of an action; repeatable, or separated by commas. Default: the tools only read",
      stringList,
    )
    .option("--http", "serve over HTTP on 127.0.0.1, with a token, instead of stdio")
    .option(
      "--port <n>",
      `with --http: the port; 0 chooses a free one; default ${DEFAULT_PORT}`,
      integer(0, 65_535),
    )
    .option(
      "--push <filter>",
      "push new events into the agent's session: a trigger's name, an expression on the payload, or `NAME where EXPRESSION`; `*` is every trigger; repeatable",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      "--push-every <s>",
      `with --push: shortest time between two messages, seconds; default ${DEFAULT_PUSH_EVERY}`,
      positive,
    );
  profileOption(command)
    .addHelpText(
      "after",
      `
It needs the package @modelcontextprotocol/server: npm install @modelcontextprotocol/server

The tools: list_events, get_event, wait_for_event, list_dead_letters, replay_event, test_filter, list_triggers,
enable_trigger, disable_trigger, run_action. With --http, EARSHOT_MCP_TOKEN sets the token; else it is made and printed.

Examples:
  $ earshot mcp --db events.db
  $ claude mcp add earshot -- npx earshot mcp --db "$PWD/events.db"
  $ earshot mcp --db events.db --allow replay_event --allow GITHUB_CREATE_ISSUE
  $ earshot mcp --db events.db --push 'GITHUB_ISSUE_ADDED_EVENT where issue.title contains "crash"'
  $ earshot mcp --redis redis://127.0.0.1:6379 --http --port 4748`,
    )
    .action(async (options: Options) => {
      checkOptions(options);
      const toolset = await openToolset(context, options);
      await withInbox(options, context, async (inbox) => {
        const mcp = await import("../../mcp/tools/index.js");
        if (options.http) await serveHttp(mcp, inbox, toolset, options, context);
        else await serveStdio(mcp, inbox, toolset, options, context);
        if (context.ending.aborted) setExitCode(exitCodes.ok);
      });
    });
}

function checkOptions({ http, port, push, pushEvery }: Options): void {
  if (http && push !== undefined) {
    throw new UsageError("--push needs stdio: over HTTP, use the tool wait_for_event");
  }
  if (!http && port !== undefined) throw new UsageError("--port needs --http");
  if (push === undefined && pushEvery !== undefined) throw new UsageError("--push-every needs --push");
}

async function serveStdio(
  { inboxTools, parsePushFilter, pushEvents, serveToolsOverStdio, toolParts }: McpTools,
  inbox: Inbox,
  toolset: Toolset,
  { allow, push, pushEvery = DEFAULT_PUSH_EVERY }: Options,
  { io, ending }: Context,
): Promise<void> {
  const tools = inboxTools({ inbox, toolset, allow });
  const filters = push?.map(parsePushFilter);
  const warn = (message: string) => io.note(io.err.yellow(sanitize(message)));
  if (io.stdin.isTTY) io.note("Waiting for an MCP host on stdin. Ctrl-C ends it.");
  await serveToolsOverStdio(tools, {
    stdin: io.stdin,
    stdout: io.stdout,
    signal: ending,
    warn,
    push:
      filters &&
      ((send, signal) =>
        pushEvents({
          ...toolParts({ inbox, toolset }, systemClock),
          filters,
          everyMs: pushEvery * 1000,
          send,
          warn,
          signal,
        })),
  });
}

async function serveHttp(
  { inboxTools, serveToolsOverHttp }: McpTools,
  inbox: Inbox,
  toolset: Toolset,
  { allow, port = DEFAULT_PORT }: Options,
  { io, env, ending }: Context,
): Promise<void> {
  const tools = inboxTools({ inbox, toolset, allow });
  const given = env.EARSHOT_MCP_TOKEN || undefined;
  const token = given ?? randomBytes(32).toString("base64url");
  const { url, stop } = await serveToolsOverHttp(tools, {
    port,
    token,
    warn: (message) => io.note(io.err.yellow(sanitize(message))),
  });
  await io.line(url);
  io.note(
    given === undefined
      ? `Each request needs this header:\n\n  Authorization: Bearer ${token}\n`
      : "Each request needs the token of EARSHOT_MCP_TOKEN: Authorization: Bearer …",
  );
  await new Promise<void>((resolve) => {
    if (ending.aborted) resolve();
    else ending.addEventListener("abort", () => resolve(), { once: true });
  });
  await stop();
}
