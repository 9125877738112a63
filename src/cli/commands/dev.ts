import { type Command, Option } from "commander";
import type { InboxView, Platform, PlatformEvent } from "../../dev/index.js";
import { type Context, LOCAL_PORT } from "../context.js";
import { exitCodes, type SetOutcome } from "../exit-codes.js";
import type { Io } from "../io.js";
import { isStillToCome, LateInbox } from "../late-inbox.js";
import { plain } from "../plain.js";
import { whole } from "../values.js";
import { withInbox } from "./inbox/store.js";

interface Options {
  readonly port: number;
  readonly catalog?: string;
  readonly data?: string;
  readonly accounts: "any" | "strict";
  readonly inbox?: string;
  readonly verbose?: true;
  readonly json?: true;
}

export function addDev(program: Command, context: Context, end: SetOutcome): void {
  program
    .command("dev")
    .description("run a platform on this machine: triggers, realtime channel and webhooks, with no account")
    .option("--port <n>", "the port on 127.0.0.1; 0 takes any free one", whole(0, 65_535), LOCAL_PORT)
    .option(
      "--catalog <file>",
      "a JSON file with triggers of your own, or with the platform's list of trigger types",
    )
    .option("--data <dir>", "keep everything in this directory over a restart; default: nothing is kept")
    .addOption(
      new Option(
        "--accounts <who>",
        "who has a connected account of every app: any user that a call names, or with strict `default` only",
      )
        .choices(["any", "strict"])
        .default("any"),
    )
    .option(
      "--inbox <file>",
      "a SQLite inbox whose dead events the dashboard shows and replays; it may come later",
    )
    .option("--verbose", "say each request as well")
    .option("--json", 'what happens, one line of JSON each; the first is {"type":"ready"}')
    .addHelpText(
      "after",
      `
It ends with Ctrl-C. Every API key is let in that is not empty and does not begin with \`invalid\`.

Examples:
  $ earshot dev
  $ earshot dev --verbose
  $ earshot dev --port 0 --json
  $ earshot dev --inbox events.db
  $ earshot dev --catalog triggers.json --data .earshot`,
    )
    .action((options: Options) => dev(options, context, end));
}

async function dev(options: Options, context: Context, end: SetOutcome): Promise<void> {
  const { inbox } = options;
  if (inbox === undefined) return run(options, context, end, undefined);
  // The program that makes the file may need the platform first.
  if (await isStillToCome(inbox)) {
    const late = new LateInbox(inbox, context);
    late.wait();
    return run(options, context, end, late).finally(() => late.close());
  }
  return withInbox({ db: inbox }, context, (opened) => run(options, context, end, opened));
}

async function run(
  options: Options,
  { io, ending }: Context,
  end: SetOutcome,
  inbox: InboxView | undefined,
): Promise<void> {
  const { startPlatform } = await import("../../dev/index.js");
  const platform = await startPlatform({
    port: options.port,
    accountsOnDemand: options.accounts === "any",
    ...(options.catalog !== undefined && { catalog: options.catalog }),
    ...(inbox !== undefined && { inbox }),
    ...(options.data !== undefined && { dataDir: options.data }),
  });
  try {
    const off = platform.on((news) => {
      if (options.json) void io.record(jsonOf(news));
      else if (options.verbose || !isRoutine(news)) tell(io, news);
    });
    if (options.json)
      await io.record({ type: "ready", url: platform.url, port: platform.port, pid: process.pid });
    else await greet(io, platform);
    await aborted(ending);
    off();
  } finally {
    await platform.stop();
  }
  if (options.json) await io.record({ type: "stopped" });
  else io.note(io.err.dim("Stopped."));
  // A server ends by being stopped: there is nothing that it has not done.
  end(exitCodes.ok);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function greet(io: Io, { url }: Platform): Promise<void> {
  const { bold, cyan, dim } = io.out;
  await io.line(
    `${bold("earshot dev")} is at ${cyan(url)}: open it in a browser

For the programs that are to use it:

  export COMPOSIO_BASE_URL=${url}
  export COMPOSIO_API_KEY=local

${dim("To try it, in another terminal with these two set:")}

  earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  earshot listen
  earshot fire GITHUB_STAR_ADDED_EVENT
`,
  );
}

/** An error has no members that JSON would show. */
function jsonOf(news: PlatformEvent): object {
  return news.type === "error" ? { ...news, error: news.error.message } : news;
}

/** Requests that went well are many, and the page alone asks for something all the time. */
function isRoutine(news: PlatformEvent): boolean {
  return news.type === "call" && news.status < 500;
}

function tell(io: Io, news: PlatformEvent): void {
  const { bold, cyan, dim, green, red, yellow } = io.err;
  const say = (text: string) => io.note(`${dim(new Date().toISOString().slice(11, 19))}  ${text}`);
  switch (news.type) {
    case "call": {
      const status = news.status >= 400 ? yellow(news.status) : green(news.status);
      say(`${status} ${news.method} ${plain(news.path)} ${dim(`${Math.round(news.durationMs)} ms`)}`);
      return;
    }
    case "rejected":
      say(red(`rejected ${plain(news.method)} ${plain(news.path)}: ${plain(news.message)}`));
      return;
    case "trigger":
      say(`trigger ${plain(news.id)} ${news.change}`);
      return;
    case "webhook":
      say(news.url === undefined ? "webhooks go nowhere" : `webhooks go to ${cyan(plain(news.url))}`);
      return;
    case "fired": {
      const to = [
        `${news.sockets} connection${news.sockets === 1 ? "" : "s"}`,
        ...(news.webhook ? ["webhook"] : []),
      ];
      say(`${bold(plain(news.event.triggerName))} ${dim(news.event.logId)} → ${to.join(", ")}`);
      return;
    }
    case "settled":
      if (news.error === undefined) say(`webhook ${dim(news.logId)} ${green("delivered")}`);
      else say(`webhook ${dim(news.logId)} ${red(`not delivered: ${plain(news.error)}`)}`);
      return;
    case "realtime":
      say(`connection ${plain(news.socketId)} ${news.change}`);
      return;
    case "error":
      say(red(plain(news.error.message)));
  }
}
