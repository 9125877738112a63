import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { localUrlOf } from "../config/connection.js";
import type { Context } from "../context.js";
import { control } from "../control-api.js";
import { UsageError } from "../errors.js";
import type { Io } from "../terminal/io.js";
import { plain } from "../terminal/sanitize.js";
import { type PlatformOptions, platformOption } from "../config/toolset.js";
import { jsonObject, positive, whole } from "../options/values.js";

interface Options extends PlatformOptions {
  readonly data?: string;
  readonly raw?: true;
  readonly count: number;
  readonly rate?: number;
  readonly id?: string;
  readonly entity?: string;
  readonly json?: true;
}

/** So many are asked for in one call: few enough for Ctrl-C to be obeyed soon. */
const MOST_AT_ONCE = 1000;

export function addFire(program: Command, context: Context): void {
  const command = program
    .command("fire")
    .argument("<name>", "the trigger's name, in any case; it must be enabled")
    .description("have the local platform fire a trigger, as if the app had")
    .option(
      "--data <json>",
      "members of the payload as JSON, or @FILE, or @- for stdin; the others are made up after the schema",
    )
    .option("--raw", "send --data as the whole payload: nothing is made up")
    .option("--count <n>", "so many times", whole(1), 1)
    .option("--rate <n>", "so many a second; default: as fast as it goes", positive)
    .option("--id <trigger id>", "only this enabled trigger; default: every enabled one of the name")
    .option("--entity <id>", "only for accounts of this entity")
    .option("--json", "one line of JSON for each event, with its log id")
    .addHelpText(
      "after",
      `
It talks to \`earshot dev\` at COMPOSIO_BASE_URL, or at http://127.0.0.1:4747. Each event has new ids and times.
Objects in --data are merged over the made-up payload, arrays replace its own. What does not fit the trigger's schema
is said on stderr, and fired all the same.

Examples:
  $ earshot fire GITHUB_STAR_ADDED_EVENT
  $ earshot fire GITHUB_STAR_ADDED_EVENT --data '{"starred_by": "ada"}'
  $ earshot fire SLACK_RECEIVE_MESSAGE --data @message.json --raw --count 100 --rate 10`,
    );
  platformOption(command).action((name: string, options: Options) => fire(name, options, context));
}

async function fire(name: string, options: Options, { io, env, ending }: Context): Promise<void> {
  const { count, rate, raw } = options;
  if (raw && options.data === undefined) throw new UsageError("--raw is about --data, which is missing");
  const url = await localUrlOf(env, options.profile);
  const what = {
    name,
    ...(options.data !== undefined && {
      [raw ? "data" : "changes"]: await jsonObject("--data", options.data),
    }),
    ...(options.id !== undefined && { triggerId: options.id }),
    ...(options.entity !== undefined && { userId: options.entity }),
  };
  // About a second's worth in each call, so that progress shows and an interrupt is obeyed.
  const atOnce = rate === undefined ? MOST_AT_ONCE : Math.min(MOST_AT_ONCE, Math.max(1, Math.floor(rate)));
  const startedAt = performance.now();
  let asked = 0;
  let fired = 0;
  let receivers: Receivers = { connections: 0, webhook: undefined };
  try {
    while (asked < count) {
      if (rate !== undefined) await until(startedAt + (asked / rate) * 1000, ending);
      const now = Math.min(atOnce, count - asked);
      const pace = rate === undefined || now === 1 ? {} : { rate };
      // Not ended by an interrupt: nobody would know what has fired.
      const answer = await control(url, "fire", { ...what, count: now, ...pace });
      const { logIds, misfits } = answer;
      if (asked === 0) tellMisfits(io, misfits);
      receivers = receiversIn(answer);
      asked += now;
      for (const logId of Array.isArray(logIds) ? logIds.map(String) : []) {
        fired += 1;
        if (options.json) await io.record({ logId });
        else await io.line(plain(logId));
      }
      if (asked < count) ending.throwIfAborted();
    }
  } finally {
    if (fired > 0) {
      io.note(
        `${io.err.green("Fired")} ${plain(name.toUpperCase())} ${times(fired)}; ${receiversText(receivers)}.`,
      );
      if (receivers.connections === 0 && receivers.webhook === undefined) {
        io.note(
          `Nothing received it. Connect a listener: \`earshot listen\`, or a program with COMPOSIO_BASE_URL=${plain(url)}.`,
        );
      }
    }
  }
}

/** Where the last event went. */
interface Receivers {
  readonly connections: number;
  readonly webhook: string | undefined;
}

function receiversIn({ connections, webhook }: Record<string, unknown>): Receivers {
  return {
    connections: typeof connections === "number" ? connections : 0,
    webhook: typeof webhook === "string" ? webhook : undefined,
  };
}

function receiversText({ connections, webhook }: Receivers): string {
  const listeners = connections === 1 ? "1 listener" : `${connections} listeners`;
  const realtime = connections === 0 ? `${listeners} connected` : `received by ${listeners}`;
  return webhook === undefined ? realtime : `${realtime}; posted to ${plain(webhook)}`;
}

/** Said once: what was given is the same in every event. */
function tellMisfits(io: Io, misfits: unknown): void {
  if (!Array.isArray(misfits)) return;
  io.note(
    io.err.yellow("The payload is not what the trigger's schema describes; it was fired all the same:"),
  );
  for (const misfit of misfits) io.note(`  ${plain(String(misfit))}`);
}

/** Waits until a moment of `performance.now()`. */
async function until(at: number, signal: AbortSignal): Promise<void> {
  const waitMs = at - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  else signal.throwIfAborted();
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
