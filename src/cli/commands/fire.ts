import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { localUrlOf, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { callControlApi } from "../control-api.js";
import { UsageError } from "../errors.js";
import { integer, jsonObject, positive } from "../options/values.js";
import type { Io } from "../terminal/io.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly data?: string;
  readonly raw?: true;
  readonly count: number;
  readonly rate?: number;
  readonly id?: string;
  readonly entity?: string;
  readonly json?: true;
}

/** Most events of one request: few enough for Ctrl-C to take effect soon. */
const MAX_BATCH = 1000;

export function addFire(program: Command, context: Context): void {
  const command = program
    .command("fire")
    .argument("<name>", "the trigger's name, in any case; it must be enabled")
    .description("fire a trigger on the local platform, as its app would")
    .option(
      "--data <json>",
      "properties of the payload as JSON, @FILE, or @- for stdin; the others are generated from the schema",
    )
    .option("--raw", "send --data as the whole payload; generate nothing")
    .option("--count <n>", "number of events", integer(1), 1)
    .option("--rate <n>", "events per second; default: as fast as possible", positive)
    .option("--id <trigger id>", "only this enabled trigger; default: every enabled trigger with the name")
    .option("--entity <id>", "only for accounts of this entity")
    .option("--json", "print one line of JSON per event, with its log id")
    .addHelpText(
      "after",
      `
It calls \`earshot dev\` at COMPOSIO_BASE_URL, default http://127.0.0.1:4747. Each event has new ids and times.
Objects in --data are merged into the generated payload; arrays replace generated ones. A payload that does not match
the trigger's schema is fired with a warning on stderr.

Examples:
  $ earshot fire GITHUB_STAR_ADDED_EVENT
  $ earshot fire GITHUB_STAR_ADDED_EVENT --data '{"starred_by": "ada"}'
  $ earshot fire SLACK_RECEIVE_MESSAGE --data @message.json --raw --count 100 --rate 10`,
    );
  profileOption(command).action((name: string, options: Options) => fire(name, options, context));
}

async function fire(name: string, options: Options, { io, env, ending }: Context): Promise<void> {
  const { count, rate, raw } = options;
  if (raw && options.data === undefined) throw new UsageError("--raw requires --data");
  const url = await localUrlOf(env, options.profile);
  const request = {
    name,
    ...(options.data !== undefined && {
      [raw ? "data" : "changes"]: await jsonObject("--data", options.data, io),
    }),
    ...(options.id !== undefined && { triggerId: options.id }),
    ...(options.entity !== undefined && { userId: options.entity }),
  };
  // About a second of events per request, so that progress shows and an interrupt takes effect.
  const batch = rate === undefined ? MAX_BATCH : Math.min(MAX_BATCH, Math.max(1, Math.floor(rate)));
  const startedAt = performance.now();
  let requested = 0;
  let fired = 0;
  let receivers: Receivers = { connections: 0, webhook: undefined };
  try {
    while (requested < count) {
      if (rate !== undefined) await waitUntil(startedAt + (requested / rate) * 1000, ending);
      const now = Math.min(batch, count - requested);
      const pace = rate === undefined || now === 1 ? {} : { rate };
      // Not aborted by an interrupt: it would be unknown which events were fired.
      const response = await callControlApi(url, "fire", { ...request, count: now, ...pace });
      const { logIds, misfits } = response;
      if (requested === 0) printMismatches(io, misfits);
      receivers = receiversIn(response);
      requested += now;
      for (const logId of Array.isArray(logIds) ? logIds.map(String) : []) {
        fired += 1;
        if (options.json) await io.record({ logId });
        else await io.line(sanitize(logId));
      }
      if (requested < count) ending.throwIfAborted();
    }
  } finally {
    if (fired > 0) {
      io.note(
        `${io.err.green("Fired")} ${sanitize(name.toUpperCase())} ${times(fired)}; ${receiversText(receivers)}.`,
      );
      if (receivers.connections === 0 && receivers.webhook === undefined) {
        io.note(
          `No listener received it. Run \`earshot listen\`, or a program with COMPOSIO_BASE_URL=${sanitize(url)}.`,
        );
      }
    }
  }
}

/** The receivers of the last event. */
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
  return webhook === undefined ? realtime : `${realtime}; posted to ${sanitize(webhook)}`;
}

/** Printed once: --data is the same in every event. */
function printMismatches(io: Io, mismatches: unknown): void {
  if (!Array.isArray(mismatches)) return;
  io.note(
    io.err.yellow("Warning: the payload does not match the trigger's schema. It was fired nevertheless:"),
  );
  for (const mismatch of mismatches) io.note(`  ${sanitize(String(mismatch))}`);
}

/** Waits until a time of `performance.now()`. */
async function waitUntil(at: number, signal: AbortSignal): Promise<void> {
  const waitMs = at - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  else signal.throwIfAborted();
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
