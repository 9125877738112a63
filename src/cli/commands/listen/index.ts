import type { Command } from "commander";
import type { EventFilter, Toolset, TriggerListener } from "../../../index.js";
import { configOf, type Settings, setting } from "../../options/config-value.js";
import { type Connection, connectionOf } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { writeEvent } from "./event-files.js";
import { exitCodes, type SetOutcome } from "../../exit-codes.js";
import { hintAtStart } from "../../failure.js";
import { checkTarget, forwardSecret } from "../../forward/target.js";
import { Forwarding } from "./forwarder.js";
import { dispatcherFor } from "../../http.js";
import { type LeasedTrigger, leaseTrigger, reapLeases } from "./temporary-trigger.js";
import { ownerOf } from "./temporary-trigger-files.js";
import { LiveView } from "./output.js";
import { matches, payloadSetting } from "./payload-match.js";
import { plain } from "../../terminal/sanitize.js";
import { showReport, troubles } from "./show-report.js";
import { type PlatformOptions, platformOption, toolsetFor } from "../../config/toolset.js";
import { httpUrl, jsonFile, list, positive, whole } from "../../options/values.js";

interface Options extends PlatformOptions {
  readonly trigger?: readonly string[];
  readonly app?: readonly string[];
  readonly entity?: readonly string[];
  readonly payload?: Settings;
  readonly json?: true;
  readonly expand?: true;
  readonly maxEvents?: number;
  readonly for?: number;
  readonly output?: string;
  readonly forward?: string;
  readonly allowRemote?: true;
  readonly insecure?: true;
  readonly ca?: string;
  readonly concurrency: number;
  readonly attempts: number;
  readonly enable?: string;
  readonly config?: Settings;
  readonly configFile?: string;
}

export function addListen(program: Command, context: Context, end: SetOutcome): void {
  const command = program
    .command("listen")
    .description("show events as they come, or post them to a server of yours")
    .option("--trigger <name>", "only these triggers; repeat it or use commas for several", list)
    .option("--app <name>", "only the triggers of these apps", list)
    .option("--entity <id>", "only events of these entities", list)
    .option(
      "--payload <path=value>",
      "only events that have this in their payload; repeat it for more",
      payloadSetting,
    )
    .option(
      "--forward <url>",
      "post each event there as the platform posts webhooks, until a 2xx comes",
      httpUrl,
    )
    .option("--allow-remote", "let --forward post to other machines")
    .option(
      "--ca <file>",
      "with --forward: trust the certificates in this PEM file, a self-signed one for instance",
    )
    .option("--insecure", "with --forward: do not check the server's certificate")
    .option("--concurrency <n>", "so many events at one time", whole(1, 1000), 10)
    .option("--attempts <n>", "with --forward: give an event up after so many tries", whole(1, 1000), 10)
    .option("--enable <name>", "enable this trigger until the end, and listen to it")
    .option("--config <key=value>", "one field of its config; repeat it for more", setting)
    .option("--config-file <file>", "its config as a file of JSON, - for stdin")
    .option("--max-events <n>", "end after so many", whole(1))
    .option("--for <seconds>", "end after so long, connected or not", positive)
    .option("--output <dir>", "write each event to a file of JSON in this directory too")
    .option("--expand", "show each event whole, not in one line")
    .option("--json", "one event a line, as JSON")
    .addHelpText(
      "after",
      `
It ends with Ctrl-C: nothing more is taken, what has begun is finished. A second Ctrl-C ends it at once.
On a terminal, the number of a line and Enter shows that event whole; Enter alone shows the latest.

What is forwarded is signed with COMPOSIO_WEBHOOK_SECRET; without it, with a secret of this machine that is printed.
What --enable enables is removed at the end; if the process is killed, at the next start of \`earshot listen\`.

Examples:
  $ earshot listen
  $ earshot listen --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload
  $ earshot listen --app github,slack --payload repository.name=site --max-events 1 --for 60
  $ earshot listen --forward http://localhost:3000/webhook
  $ earshot listen --enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site --output events`,
    );
  platformOption(command).action((options: Options) => listen(options, context, end));
}

async function listen(options: Options, context: Context, end: SetOutcome): Promise<void> {
  const { io, env } = context;
  const whole = await checked(options);
  const forwarding = await forwardingOf(options, context);
  const connection = await connectionOf(env, options.profile);
  const toolset = await toolsetFor(connection);
  const view = new LiveView(io, { json: options.json === true, expand: options.expand === true });
  let leased: LeasedTrigger | undefined;
  try {
    const owner = ownerOf(connection.baseUrl ?? "", connection.apiKey ?? "");
    await reapLeases(context, toolset, owner);
    if (options.enable !== undefined) {
      const trigger = await toolset.getTrigger(options.enable, { signal: context.ending });
      leased = await leaseTrigger(context, toolset, {
        triggerName: trigger.name,
        config: configOf(trigger.config, options.config ?? new Map(), whole),
        entityId: options.entity?.[0],
        owner,
      });
    }
    if (view.canExpand) io.note(io.err.dim("A line's number and Enter shows that event whole."));
    const filter = filterOf(options, leased?.triggerId);
    await hear({ options, context, end, toolset, connection, view, forwarding, filter });
  } finally {
    view.close();
    await leased?.release();
    await toolset.close();
  }
}

/** @returns the config file's content @throws UsageError for options that make no sense together */
async function checked({ enable, config, configFile, entity }: Options): Promise<Record<string, unknown>> {
  if (enable === undefined && (config !== undefined || configFile !== undefined)) {
    throw new UsageError("--config and --config-file are for the trigger of --enable NAME, which is missing");
  }
  if (enable !== undefined && entity !== undefined && entity.length > 1) {
    throw new UsageError("--enable enables a trigger for one --entity, not for several");
  }
  return configFile === undefined ? {} : jsonFile("--config-file", configFile);
}

async function forwardingOf(
  { forward, allowRemote, attempts, ca, insecure }: Options,
  { io, env }: Context,
): Promise<Forwarding | undefined> {
  if (forward === undefined) {
    if (ca === undefined && insecure === undefined) return undefined;
    throw new UsageError("--ca and --insecure are for --forward URL, which is missing");
  }
  checkTarget("--forward", forward, allowRemote);
  const dispatcher = await dispatcherFor({ ...(ca !== undefined && { ca }), ...(insecure && { insecure }) });
  const { secret, isOurs } = await forwardSecret(env);
  if (isOurs) {
    io.note(`Forwarding to ${plain(forward)}. Give the receiver the secret that it is signed with:\n`);
    io.note(`  export COMPOSIO_WEBHOOK_SECRET=${secret}\n`);
  } else {
    io.note(`Forwarding to ${plain(forward)}, signed with COMPOSIO_WEBHOOK_SECRET.`);
  }
  return new Forwarding(forward, secret, attempts, dispatcher);
}

interface Hearing {
  readonly options: Options;
  readonly context: Context;
  readonly end: SetOutcome;
  readonly toolset: Toolset;
  readonly connection: Connection;
  readonly view: LiveView;
  readonly forwarding: Forwarding | undefined;
  readonly filter: EventFilter;
}

async function hear(hearing: Hearing): Promise<void> {
  const { options, context, end, toolset, connection, view, forwarding, filter } = hearing;
  const { io, env, ending } = context;
  const { maxEvents = Number.POSITIVE_INFINITY } = options;
  const listener = toolset.createTriggerListener({
    signals: false,
    concurrency: options.concurrency,
    retry: { attempts: options.attempts, baseMs: 1_000, capMs: 30_000 },
  });
  let begun = 0;
  let done = 0;
  listener.callback(filter, async (event, run) => {
    // More may come before the listener has stopped.
    if (begun >= maxEvents) return;
    begun += 1;
    try {
      const forwarded = await forwarding?.post(event, run);
      if (options.output !== undefined) await writeEvent(options.output, event);
      await view.show(event, forwarded);
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
  // Shown below, and not as process warnings besides.
  for (const type of troubles) listener.on(type, () => undefined);
  listener.on("*", (report) => {
    connected ||= report.type === "websocket.ready";
    showReport(io, report);
    if (report.type !== "websocket.disconnected" || connected || hinted) return;
    hinted = true;
    hintAtStart(io, env, connection.baseUrl);
  });
  await runUntil(listener, ending, options.for);
  io.note(io.err.dim(`${done} event${done === 1 ? "" : "s"}.`));
  tellOwing(context, forwarding);
  if (forwarding !== undefined && forwarding.owing.length > 0 && !ending.aborted) end(exitCodes.failure);
  else if (ending.aborted) return;
  else if (!connected) end(exitCodes.unreachable);
  else if (options.maxEvents !== undefined && done < maxEvents) end(exitCodes.timeIsUp);
}

/** What was taken and did not arrive is not lost: the platform's log has it. */
function tellOwing({ io }: Context, forwarding: Forwarding | undefined): void {
  const owing = forwarding?.owing ?? [];
  if (owing.length === 0) return;
  const some = owing.slice(0, 20).map(plain).join(" ");
  const more = owing.length > 20 ? ` … and ${owing.length - 20} more, in \`earshot logs\`` : "";
  io.note(io.err.yellow(`Not accepted: ${owing.length}. Post them again with \`earshot replay --to URL\`:`));
  io.note(`  ${some}${more}`);
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

/** @param leasedId the trigger that is enabled for this run: without other names, nothing else is listened to */
function filterOf(
  { trigger, app, entity, payload, enable }: Options,
  leasedId: string | undefined,
): EventFilter {
  const names = trigger === undefined || enable === undefined ? trigger : [...trigger, enable];
  return {
    ...(names !== undefined && { triggerName: names }),
    ...(names === undefined && leasedId !== undefined && { triggerId: leasedId }),
    ...(app !== undefined && { appName: app }),
    ...(entity !== undefined && { entityId: entity }),
    ...(payload !== undefined && { where: (event) => matches(event.payload, payload) }),
  };
}
