import type { Command } from "commander";
import type { EventFilter, TriggerListener } from "../../index.js";
import { isLoopbackUrl } from "../../loopback.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { exitCodes } from "../exit-codes.js";
import { hintAtStart } from "../failure.js";
import { type Forwarded, forward } from "../forward.js";
import type { SetOutcome } from "../program.js";
import { showEvent } from "../show-event.js";
import { showReport } from "../show-report.js";
import { openToolset } from "../toolset.js";
import { httpUrl, list, positive, whole } from "../values.js";

interface Options {
  readonly trigger?: readonly string[];
  readonly app?: readonly string[];
  readonly entity?: readonly string[];
  readonly json?: true;
  readonly maxEvents?: number;
  readonly for?: number;
  readonly forward?: string;
  readonly allowRemote?: true;
}

export function addListen(program: Command, context: Context, end: SetOutcome): void {
  program
    .command("listen")
    .description("print events as they come, or post them to a server of yours")
    .option("--trigger <name>", "only these triggers; repeat it or use commas for several", list)
    .option("--app <name>", "only the triggers of these apps", list)
    .option("--entity <id>", "only events of these entities", list)
    .option("--max-events <n>", "end after so many", whole(1))
    .option("--for <seconds>", "end after so long, connected or not", positive)
    .option("--forward <url>", "post each event's body there, and try again until a 2xx comes", httpUrl)
    .option("--allow-remote", "let --forward post to other machines")
    .option("--json", "one event a line, as JSON")
    .addHelpText(
      "after",
      `
It ends with Ctrl-C: nothing more is taken, what has begun is finished. A second Ctrl-C ends it at once.
With COMPOSIO_WEBHOOK_SECRET set, what is forwarded is signed as the platform signs its webhooks.

Examples:
  $ earshot listen
  $ earshot listen --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload
  $ earshot listen --app github,slack --max-events 1 --for 60
  $ earshot listen --forward http://localhost:3000/webhook`,
    )
    .action((options: Options) => listen(options, context, end));
}

async function listen(options: Options, { io, env, ending }: Context, end: SetOutcome): Promise<void> {
  const { forward: target, maxEvents = Number.POSITIVE_INFINITY } = options;
  if (target !== undefined && !isLoopbackUrl(target) && options.allowRemote !== true) {
    throw new UsageError(
      `--forward: ${target} is not this machine; to post there on purpose, add --allow-remote`,
    );
  }
  const secret = secretOf(env);
  const toolset = await openToolset();
  const listener = toolset.createTriggerListener({ signals: false });
  let begun = 0;
  let done = 0;
  listener.callback(filterOf(options), async (event, { signal }) => {
    // More may come before the listener has stopped.
    if (begun >= maxEvents) return;
    begun += 1;
    let forwarded: Forwarded | undefined;
    try {
      if (target !== undefined) forwarded = await forward(target, event, secret, signal);
      await showEvent(io, event, options.json === true, forwarded);
    } catch (thrown) {
      // It is run again, and then counts again.
      begun -= 1;
      throw thrown;
    }
    done += 1;
    if (done >= maxEvents) void listener.stop();
  });
  let connected = false;
  let hinted = false;
  listener.on("*", (report) => {
    connected ||= report.type === "socket.ready";
    showReport(io, report);
    if (report.type !== "socket.lost" || connected || hinted) return;
    hinted = true;
    hintAtStart(io, env);
  });
  await runUntil(listener, ending, options.for);
  io.note(io.err.dim(`${done} event${done === 1 ? "" : "s"}.`));
  if (ending.aborted) return;
  if (!connected) end(exitCodes.unreachable);
  else if (options.maxEvents !== undefined && done < maxEvents) end(exitCodes.timeIsUp);
}

/** Listens until the listener is stopped, the command is to end, or the time is up. */
async function runUntil(
  listener: TriggerListener,
  ending: AbortSignal,
  seconds: number | undefined,
): Promise<void> {
  const stop = () => void listener.stop();
  if (ending.aborted) stop();
  ending.addEventListener("abort", stop, { once: true });
  const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
  try {
    await listener.waitForever();
  } finally {
    clearTimeout(timer);
    ending.removeEventListener("abort", stop);
  }
}

function filterOf({ trigger, app, entity }: Options): EventFilter {
  return {
    ...(trigger !== undefined && { triggerName: trigger }),
    ...(app !== undefined && { appName: app }),
    ...(entity !== undefined && { entityId: entity }),
  };
}

function secretOf(env: Context["env"]): string | undefined {
  const secret = env.COMPOSIO_WEBHOOK_SECRET;
  if (secret !== undefined && secret.trim() === "") {
    throw new UsageError("The environment variable COMPOSIO_WEBHOOK_SECRET is set but empty");
  }
  return secret;
}
