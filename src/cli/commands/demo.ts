import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { TriggerEvent } from "../../index.js";
import type { Context } from "../context.js";
import { exitCodes, type SetOutcome } from "../exit-codes.js";
import { positive } from "../options/values.js";
import { within } from "../time-limit.js";

interface Options {
  readonly for?: number;
  readonly rate: number;
  readonly json?: true;
}

/** What the demo's agent listens for, and with what config. */
const wanted = [
  ["GITHUB_STAR_ADDED_EVENT", { owner: "acme", repo: "site" }],
  ["SLACK_RECEIVE_MESSAGE", {}],
  ["STRIPE_PAYMENT_FAILED_TRIGGER", {}],
] as const;

/** How long the events that were fired last may take to arrive, milliseconds. */
const ARRIVAL_MS = 10_000;

export function addDemo(program: Command, context: Context, end: SetOutcome): void {
  program
    .command("demo")
    .description("see it work: a local platform, an agent on both transports, events flowing")
    .option("--for <seconds>", "end after so long; default: at Ctrl-C", positive)
    .option("--rate <n>", "events a second", positive, 2)
    .option("--json", "one line of JSON for each event heard, and one with the counts at the end")
    .addHelpText(
      "after",
      `
The last line counts the events that were fired, heard, lost and run twice. It ends with 1 if any was lost or run
twice, and otherwise with 0, after Ctrl-C too.

Examples:
  $ earshot demo
  $ earshot demo --for 10 --rate 100`,
    )
    .action((options: Options) => demo(options, context, end));
}

async function demo(options: Options, { io, ending }: Context, end: SetOutcome): Promise<void> {
  const [{ startPlatform }, { Toolset }] = await Promise.all([
    import("../../dev/index.js"),
    import("../../index.js"),
  ]);
  const platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  const listener = toolset.createTriggerListener({ websocket: true, webhook: { port: 0 } });
  const runs = new Map<string, number>();
  listener.callback({}, async (event) => {
    runs.set(event.id, (runs.get(event.id) ?? 0) + 1);
    if (options.json)
      await io.record({ type: "heard", id: event.id, triggerName: event.triggerName, source: event.source });
    else await io.line(lineOf(event));
  });
  // Said once: it is the same for every event.
  const off = listener.on("event.duplicate", () => {
    off();
    if (options.json) return;
    io.note(
      io.err.dim(
        "Each event comes twice, over the WebSocket and as a webhook; whichever is second is not run.",
      ),
    );
  });
  const fired = new Set<string>();
  try {
    for (const [name, config] of wanted) await toolset.enableTrigger(name, { config });
    await listener.start();
    io.note(
      `A platform is at ${platform.url}; an agent listens over the WebSocket and at ${listener.health().webhook?.url}.`,
    );
    io.note(
      `${wanted.map(([name]) => name).join(", ")} are enabled.${options.for === undefined ? " Ctrl-C ends it." : ""}\n`,
    );
    const fireUntil = async (limit: AbortSignal) => {
      const startedAt = performance.now();
      for (let n = 0; !limit.aborted; n += 1) {
        const [name] = wanted[n % wanted.length] ?? wanted[0];
        for (const id of (await platform.fire(name)).logIds) fired.add(id);
        // By the clock, not by the sum of pauses: a rate is a rate.
        const pauseMs = startedAt + ((n + 1) * 1000) / options.rate - performance.now();
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: limit }).catch(() => undefined);
      }
    };
    if (options.for === undefined) await fireUntil(ending);
    else await within(options.for * 1000, ending, fireUntil);
    await arrival(() => runs.size >= fired.size);
    await platform.idle();
  } finally {
    await listener.stop();
    await toolset.close();
    await platform.stop();
  }
  const lost = [...fired].filter((id) => !runs.has(id)).length;
  const twice = [...runs.values()].filter((count) => count > 1).length;
  if (options.json)
    await io.record({ type: "counts", fired: fired.size, heard: runs.size, lost, runTwice: twice });
  else await io.line(`fired ${fired.size}, heard ${runs.size}, lost ${lost}, run twice ${twice}`);
  end(lost + twice === 0 ? exitCodes.ok : exitCodes.failure);
}

async function arrival(complete: () => boolean): Promise<void> {
  const until = performance.now() + ARRIVAL_MS;
  while (!complete() && performance.now() < until) await sleep(20);
}

function lineOf(event: TriggerEvent): string {
  const time = event.receivedAt.toISOString().slice(11, 23);
  const payload = JSON.stringify(event.payload);
  const shown = payload.length > 90 ? `${payload.slice(0, 89)}…` : payload;
  return `${time}  ${event.triggerName}  over the ${event.source}  ${shown}`;
}
