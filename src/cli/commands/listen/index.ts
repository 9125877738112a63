import { isDeepStrictEqual } from "node:util";
import { type Command, InvalidArgumentError } from "commander";
import type { EventFilter, PayloadFilter } from "../../../index.js";
import { connectionOf, type ProfileOptions, profileOption, toolsetFor } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import type { SetExitCode } from "../../exit-codes.js";
import { openTarget, type TargetOptions, targetOptions } from "../../forward/target.js";
import { configOf, type PathValues, setting } from "../../options/config-value.js";
import { httpUrl, integer, jsonFile, payloadFilter, positive, stringList } from "../../options/values.js";
import { sanitize } from "../../terminal/sanitize.js";
import { openEventDirectory, openEventFile } from "./event-file.js";
import { Forwarder } from "./forwarder.js";
import { EventOutput } from "./output.js";
import { receiveEvents } from "./receive.js";
import {
  enableTemporaryTrigger,
  removeAbandonedTriggers,
  type TemporaryTrigger,
} from "./temporary-trigger.js";
import { ownerOf } from "./temporary-trigger-files.js";

interface Options extends ProfileOptions, TargetOptions {
  readonly trigger?: readonly string[];
  readonly app?: readonly string[];
  readonly entity?: readonly string[];
  readonly triggerId?: readonly string[];
  readonly account?: readonly string[];
  readonly payload?: PathValues;
  readonly where?: PayloadFilter;
  readonly json?: true;
  readonly table?: true;
  readonly out?: string;
  readonly expand?: true;
  readonly maxEvents?: number;
  readonly for?: number;
  readonly output?: string;
  readonly forward?: string;
  readonly concurrency: number;
  readonly attempts?: number;
  readonly enable?: string;
  readonly config?: PathValues;
  readonly configFile?: string;
}

const DEFAULT_ATTEMPTS = 10;

export function addListen(program: Command, context: Context, setExitCode: SetExitCode): void {
  const command = program
    .command("listen")
    .description("receive events and print them, or forward them to a webhook endpoint of yours")
    .option("--trigger <name>", "only these triggers; repeatable, or separated by commas", stringList)
    .option("--app <name>", "only triggers of these apps; repeatable, or separated by commas", stringList)
    .option("--entity <id>", "only events of these entities; repeatable, or separated by commas", stringList)
    .option(
      "--trigger-id <id>",
      "only events of these trigger instances; repeatable, or separated by commas",
      stringList,
    )
    .option(
      "--account <id>",
      "only events of these connected accounts; repeatable, or separated by commas",
      stringList,
    )
    .option(
      "--payload <path=value>",
      "only events with this value in their payload; repeatable",
      payloadValue,
    )
    .option(
      "--where <expr>",
      "only events whose payload meets this expression: see `earshot filter --help`",
      payloadFilter,
    )
    .option(
      "--forward <url>",
      "post each event to this URL like a webhook of the platform; retry until a 2xx response",
      httpUrl,
    );
  targetOptions(command, "--forward")
    .option("--concurrency <n>", "maximum concurrent events", integer(1, 1000), 10)
    .option(
      "--attempts <n>",
      `with --forward, --out or --output: maximum attempts per event (default: ${DEFAULT_ATTEMPTS})`,
      integer(1, 1000),
    )
    .option("--enable <name>", "enable this trigger temporarily and receive its events")
    .option("--config <key=value>", "with --enable: a field of the trigger's config; repeatable", setting)
    .option("--config-file <file>", "with --enable: a JSON file with the trigger's config; - for stdin")
    .option("--max-events <n>", "stop after N events", integer(1))
    .option("--for <seconds>", "stop after this time, connected or not", positive)
    .option("--output <dir>", "also write each event to a JSON file in this directory")
    .option("--out <file>", "also append each event to this file, one line of JSON each")
    .option("--table", "print a table: time, trigger, account, id, payload")
    .option("--expand", "print each event in full, not on one line")
    .option("--json", "print one line of JSON per event")
    .addHelpText(
      "after",
      `
Ctrl-C stops: no new events are received, and those in progress are finished. A second Ctrl-C exits at once.
On a terminal, a line's number and Enter prints that event in full; Enter without a number prints the latest.

Forwarded events are signed with COMPOSIO_WEBHOOK_SECRET. Without it, a secret is generated, stored and printed.
A trigger enabled with --enable is removed at exit. If the process is killed, the next \`earshot listen\` removes it.

Examples:
  $ earshot listen
  $ earshot listen --trigger GITHUB_STAR_ADDED_EVENT --json | jq .payload
  $ earshot listen --app github,slack --payload repository.name=site --max-events 1 --for 60
  $ earshot listen --where 'stars >= 100 and repository.topics contains "ai"'
  $ earshot listen --forward http://localhost:3000/webhook
  $ earshot listen --enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site --output events`,
    );
  profileOption(command).action((options: Options) => listen(options, context, setExitCode));
}

async function listen(options: Options, context: Context, setExitCode: SetExitCode): Promise<void> {
  const { io, env } = context;
  const baseConfig = await checkOptions(options, io);
  const forwarder = await openForwarder(options, context);
  const connection = await connectionOf(env, options.profile);
  const toolset = await toolsetFor(connection);
  const { json = false, expand = false, table = false } = options;
  if (options.output !== undefined) await openEventDirectory(options.output);
  const file = options.out === undefined ? undefined : await openEventFile(options.out);
  const output = new EventOutput(io, { json, expand, table });
  let temporary: TemporaryTrigger | undefined;
  try {
    const owner = ownerOf(connection.baseUrl ?? "", connection.apiKey ?? "");
    await removeAbandonedTriggers(context, toolset, owner);
    if (options.enable !== undefined) {
      const trigger = await toolset.getTrigger(options.enable, { signal: context.ending });
      temporary = await enableTemporaryTrigger(context, toolset, {
        triggerName: trigger.name,
        config: configOf(trigger.config, options.config ?? new Map(), baseConfig),
        entityId: options.entity?.[0],
        owner,
      });
    }
    if (output.canExpand) io.note(io.err.dim("Type a line's number and Enter to print that event in full."));
    await receiveEvents(context, setExitCode, toolset, output, forwarder, {
      filter: filterOf(options, temporary?.triggerId),
      concurrency: options.concurrency,
      attempts: options.attempts ?? DEFAULT_ATTEMPTS,
      maxEvents: options.maxEvents,
      forSeconds: options.for,
      outputDirectory: options.output,
      file,
      baseUrl: connection.baseUrl,
    });
  } finally {
    output.close();
    // Whatever becomes of the file, the trigger is removed.
    await temporary?.release();
    await toolset.close();
    await file?.close();
  }
}

/** @returns the content of --config-file @throws UsageError for options that exclude each other */
async function checkOptions(
  { attempts, enable, config, configFile, entity, json, expand, table, triggerId, ...to }: Options,
  io: Context["io"],
): Promise<Record<string, unknown>> {
  if (table && (json || expand)) throw new UsageError("--table excludes --json and --expand");
  if (attempts !== undefined && (to.forward ?? to.out ?? to.output) === undefined) {
    throw new UsageError(
      "--attempts requires --forward URL, --out or --output: what is printed is not retried",
    );
  }
  if (enable === undefined && (config !== undefined || configFile !== undefined)) {
    throw new UsageError("--config and --config-file require --enable NAME");
  }
  if (enable !== undefined && triggerId !== undefined) {
    throw new UsageError("--enable and --trigger-id exclude each other");
  }
  if (enable !== undefined && entity !== undefined && entity.length > 1) {
    throw new UsageError("--enable accepts only one --entity");
  }
  return configFile === undefined ? {} : jsonFile("--config-file", configFile, io);
}

async function openForwarder(options: Options, { io, env }: Context): Promise<Forwarder | undefined> {
  const target = await openTarget("--forward", options.forward, options, env);
  if (target === undefined) return undefined;
  const url = sanitize(target.url);
  if (target.isGenerated) {
    io.note(`Forwarding to ${url}. To verify the signatures, set this for the receiver:\n`);
    io.note(`  export COMPOSIO_WEBHOOK_SECRET=${target.secret}\n`);
  } else {
    io.note(`Forwarding to ${url}, signed with COMPOSIO_WEBHOOK_SECRET.`);
  }
  return new Forwarder(target, options.attempts ?? DEFAULT_ATTEMPTS);
}

/** @param temporaryId the trigger of --enable; without other trigger names, the filter matches only it */
function filterOf(
  { trigger, app, entity, triggerId, account, payload, where, enable }: Options,
  temporaryId: string | undefined,
): EventFilter {
  const names = trigger === undefined || enable === undefined ? trigger : [...trigger, enable];
  return {
    ...(names !== undefined && { triggerName: names }),
    ...(names === undefined && temporaryId !== undefined && { triggerId: temporaryId }),
    ...(triggerId !== undefined && { triggerId }),
    ...(account !== undefined && { connectionId: account }),
    ...(app !== undefined && { appName: app }),
    ...(entity !== undefined && { entityId: entity }),
    ...(where !== undefined && { payload: where }),
    ...(payload !== undefined && { where: (event) => hasValues(event.payload, payload) }),
  };
}

/** Parses `path=value`, which can be repeated: `issue.number=7`, `labels.0=bug`. */
function payloadValue(text: string, before: PathValues | undefined): PathValues {
  if (text.indexOf("=") < 1)
    throw new InvalidArgumentError("Expected path=value, such as repository.name=site.");
  return setting(text, before);
}

/**
 * Whether a payload has these values at these paths. A value that is valid JSON matches both that value and its text,
 * so that users need not know whether a number was sent as text.
 */
function hasValues(payload: object, values: PathValues): boolean {
  return [...values].every(([path, text]) => {
    const found = valueAt(payload, path);
    if (found === undefined) return false;
    if (found === text) return true;
    try {
      return isDeepStrictEqual(found, JSON.parse(text));
    } catch {
      return false;
    }
  });
}

/** A member at any depth. Names that contain dots are found too. */
function valueAt(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  const dot = path.indexOf(".");
  if (dot < 0 || !Object.hasOwn(value, path.slice(0, dot))) return undefined;
  return valueAt((value as Record<string, unknown>)[path.slice(0, dot)], path.slice(dot + 1));
}
