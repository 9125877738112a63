import { type Command, Option } from "commander";
import { systemClock } from "../../base/clock.js";
import type { InboxView, Platform, PlatformEvent } from "../../dev/index.js";
import { type Context, LOCAL_PORT } from "../context.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { integer } from "../options/values.js";
import type { Io } from "../terminal/io.js";
import { sanitize } from "../terminal/sanitize.js";
import { AwaitedInbox, isMissing } from "./inbox/awaited-inbox.js";
import { withInbox } from "./inbox/store.js";

interface Options {
  readonly port: number;
  readonly catalog?: string;
  readonly modelRules?: string;
  readonly data?: string;
  readonly accounts: "any" | "strict";
  readonly twoFactor?: true;
  readonly realtimeShape: "V3" | "legacy";
  readonly inbox?: string;
  readonly callbackHost?: readonly string[];
  readonly verbose?: true;
  readonly json?: true;
}

export function addDev(program: Command, context: Context, setExitCode: SetExitCode): void {
  program
    .command("dev")
    .description("run a local platform without an account: triggers, WebSocket and webhooks")
    .option("--port <n>", "the port on 127.0.0.1; 0 chooses a free one", integer(0, 65_535), LOCAL_PORT)
    .option(
      "--catalog <file>",
      "a JSON file with your own triggers, or with the platform's list of trigger types",
    )
    .option(
      "--model-rules <file>",
      "a JSON file with the replies of the scripted model; default: it calls the tool that fits the prompt",
    )
    .option("--data <dir>", "store the state in this directory, across restarts; default: in memory")
    .addOption(
      new Option(
        "--accounts <who>",
        "who has connected accounts: any user of a request, or with strict only the user `default`",
      )
        .choices(["any", "strict"])
        .default("any"),
    )
    .option(
      "--two-factor",
      "like a project with two-factor checks: a call that names a connected account also names its owner",
    )
    .addOption(
      new Option("--realtime-shape <shape>", "the shape of the events on the WebSocket of generation 3")
        .choices(["V3", "legacy"])
        .default("V3"),
    )
    .option(
      "--inbox <file>",
      "a SQLite inbox; the dashboard lists and replays its dead-lettered events. The file may be created later",
    )
    .option(
      "--callback-host <host...>",
      "hosts, besides this machine, that the connect page may redirect back to",
    )
    .option("--verbose", "also print each request")
    .option("--json", 'print one line of JSON per platform event; the first is {"type":"ready"}')
    .addHelpText(
      "after",
      `
Ctrl-C stops it. It accepts every API key that is not empty and does not start with \`invalid\`.

Examples:
  $ earshot dev
  $ earshot dev --verbose
  $ earshot dev --port 0 --json
  $ earshot dev --inbox events.db
  $ earshot dev --model-rules rules.json
  $ earshot dev --catalog triggers.json --data .earshot`,
    )
    .action((options: Options) => dev(options, context, setExitCode));
}

async function dev(options: Options, context: Context, setExitCode: SetExitCode): Promise<void> {
  const { inbox } = options;
  if (inbox === undefined) return run(options, context, setExitCode, undefined);
  // The program that creates the file may need the platform first.
  if (await isMissing(inbox)) {
    const awaited = new AwaitedInbox(inbox, context);
    awaited.wait();
    return run(options, context, setExitCode, awaited).finally(() => awaited.close());
  }
  return withInbox({ db: inbox }, context, (opened) => run(options, context, setExitCode, opened));
}

async function run(
  options: Options,
  { io, ending }: Context,
  setExitCode: SetExitCode,
  inbox: InboxView | undefined,
): Promise<void> {
  const { startPlatform } = await import("../../dev/index.js");
  const platform = await startPlatform({
    port: options.port,
    accountsOnDemand: options.accounts === "any",
    twoFactor: options.twoFactor === true,
    realtimeShape: options.realtimeShape,
    ...(options.catalog !== undefined && { catalog: options.catalog }),
    ...(options.modelRules !== undefined && { modelRules: options.modelRules }),
    ...(inbox !== undefined && { inbox }),
    ...(options.data !== undefined && { dataDir: options.data }),
    ...(options.callbackHost !== undefined && { callbackHosts: options.callbackHost }),
  });
  try {
    const off = platform.on((event) => {
      if (options.json) void io.record(jsonOf(event));
      else if (options.verbose || !isRoutine(event)) printEvent(io, event);
    });
    if (options.json)
      await io.record({ type: "ready", url: platform.url, port: platform.port, pid: process.pid });
    else await printStart(io, platform);
    await aborted(ending);
    off();
  } finally {
    await platform.stop();
  }
  if (options.json) await io.record({ type: "stopped" });
  else io.note(io.err.dim("Stopped."));
  // A signal is the normal end of a server.
  setExitCode(exitCodes.ok);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function printStart(io: Io, { url, model }: Platform): Promise<void> {
  const { bold, cyan, dim } = io.out;
  await io.line(
    `${bold("earshot dev")} is running at ${cyan(url)}. Open it in a browser for the dashboard.

To use it from your programs, set:

  export COMPOSIO_BASE_URL=${url}
  export COMPOSIO_API_KEY=local

It also has a scripted model, which needs no key of a vendor:

  export OPENAI_API_KEY=local OPENAI_BASE_URL=${model.urls.openai}
  export GEMINI_API_KEY=local GOOGLE_GEMINI_BASE_URL=${model.urls.gemini}

${dim("To try it, set these two in another terminal and run:")}

  earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  earshot listen
  earshot fire GITHUB_STAR_ADDED_EVENT
`,
  );
}

/** Errors have no enumerable members: JSON has their message. */
function jsonOf(event: PlatformEvent): object {
  return event.type === "error" ? { ...event, error: event.error.message } : event;
}

/** Successful requests are frequent: the dashboard polls. */
function isRoutine(event: PlatformEvent): boolean {
  return event.type === "call" && event.status < 500;
}

function printEvent(io: Io, event: PlatformEvent): void {
  const { bold, cyan, dim, green, red, yellow } = io.err;
  const print = (text: string) =>
    io.note(`${dim(new Date(systemClock.now()).toISOString().slice(11, 19))}  ${text}`);
  switch (event.type) {
    case "call": {
      const status = event.status >= 400 ? yellow(event.status) : green(event.status);
      print(`${status} ${event.method} ${sanitize(event.path)} ${dim(`${Math.round(event.durationMs)} ms`)}`);
      return;
    }
    case "rejected":
      print(red(`rejected ${sanitize(event.method)} ${sanitize(event.path)}: ${sanitize(event.message)}`));
      return;
    case "trigger":
      print(`trigger ${sanitize(event.id)} ${event.change}`);
      return;
    case "webhook":
      print(event.url === undefined ? "no webhook URL is set" : `webhook URL: ${cyan(sanitize(event.url))}`);
      return;
    case "fired": {
      const to = [
        `${event.sockets} connection${event.sockets === 1 ? "" : "s"}`,
        ...(event.webhook ? ["webhook"] : []),
      ];
      print(`${bold(sanitize(event.event.triggerName))} ${dim(event.event.logId)} → ${to.join(", ")}`);
      return;
    }
    case "settled":
      if (event.error === undefined) print(`webhook ${dim(event.logId)} ${green("delivered")}`);
      else print(`webhook ${dim(event.logId)} ${red(`not delivered: ${sanitize(event.error)}`)}`);
      return;
    case "tool": {
      const { tool, userId, logId, successful, error, isReplayed } = event.run;
      const result = successful ? green(isReplayed ? "replayed" : "done") : red(sanitize(error ?? "failed"));
      print(`${bold(tool)} ${dim(`${sanitize(userId ?? "")} ${logId}`)} ${result}`);
      return;
    }
    case "account":
      print(`account ${sanitize(event.id)} ${event.status}`);
      return;
    case "realtime":
      print(`connection ${sanitize(event.socketId)} ${event.change}`);
      return;
    case "model": {
      const said = [
        ...event.calls.map(({ name }) => `calls ${bold(sanitize(name))}`),
        ...(event.text === "" ? [] : ["text"]),
      ];
      print(`scripted model (${event.api}): ${said.join(", ")}`);
      return;
    }
    case "error":
      print(red(sanitize(event.error.message)));
  }
}
