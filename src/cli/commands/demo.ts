import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { TriggerEvent } from "../../index.js";
import type { Context } from "../context.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { positive } from "../options/values.js";
import { withTimeLimit } from "../time-limit.js";

interface Options {
  readonly for?: number;
  readonly rate: number;
  readonly json?: true;
}

/** The triggers that the demo enables and fires, with their configs. */
const triggers = [
  ["GITHUB_STAR_ADDED_EVENT", { owner: "acme", repo: "site" }],
  ["SLACK_RECEIVE_MESSAGE", {}],
  ["STRIPE_PAYMENT_FAILED_TRIGGER", {}],
] as const;

/** Limit for the arrival of the last events, milliseconds. */
const ARRIVAL_MS = 10_000;

export function addDemo(program: Command, context: Context, setExitCode: SetExitCode): void {
  program
    .command("demo")
    .description(
      "see it work: a local platform fires events, a listener receives them over WebSocket and webhook",
    )
    .option("--for <seconds>", "stop after this time; default: at Ctrl-C", positive)
    .option("--rate <n>", "events per second", positive, 2)
    .option("--json", "print one line of JSON per received event, and one with the counts at the end")
    .addHelpText(
      "after",
      `
The last line has the number of events that were fired, received, lost and run twice. The exit code is 1 if an event
was lost or run twice, and otherwise 0, also after Ctrl-C.

Examples:
  $ earshot demo
  $ earshot demo --for 10 --rate 100`,
    )
    .action((options: Options) => demo(options, context, setExitCode));
}

async function demo(options: Options, { io, ending }: Context, setExitCode: SetExitCode): Promise<void> {
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
      await io.record({
        type: "received",
        id: event.id,
        triggerName: event.triggerName,
        source: event.source,
      });
    else await io.line(lineOf(event));
  });
  // Printed once: it applies to every event.
  const off = listener.on("event.duplicate", () => {
    off();
    if (options.json) return;
    io.note(
      io.err.dim("Each event arrives twice, over the WebSocket and as a webhook. The duplicate is not run."),
    );
  });
  const fired = new Set<string>();
  try {
    for (const [name, config] of triggers) await toolset.enableTrigger(name, { config });
    await listener.start();
    io.note(
      `Local platform: ${platform.url}. The listener receives over the WebSocket and at ${listener.health().webhook?.url}.`,
    );
    io.note(
      `Enabled: ${triggers.map(([name]) => name).join(", ")}.${options.for === undefined ? " Press Ctrl-C to stop." : ""}\n`,
    );
    const fireUntil = async (limit: AbortSignal) => {
      const startedAt = performance.now();
      for (let n = 0; !limit.aborted; n += 1) {
        const [name] = triggers[n % triggers.length] ?? triggers[0];
        for (const id of (await platform.fire(name)).logIds) fired.add(id);
        // Measured from the start: a sum of pauses would drift below the rate.
        const pauseMs = startedAt + ((n + 1) * 1000) / options.rate - performance.now();
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: limit }).catch(() => undefined);
      }
    };
    if (options.for === undefined) await fireUntil(ending);
    else await withTimeLimit(options.for * 1000, ending, fireUntil);
    await arrived(() => runs.size >= fired.size);
    await platform.idle();
  } finally {
    await listener.stop();
    await toolset.close();
    await platform.stop();
  }
  const lost = [...fired].filter((id) => !runs.has(id)).length;
  const twice = [...runs.values()].filter((count) => count > 1).length;
  if (options.json)
    await io.record({ type: "counts", fired: fired.size, received: runs.size, lost, runTwice: twice });
  else await io.line(`fired ${fired.size}, received ${runs.size}, lost ${lost}, run twice ${twice}`);
  setExitCode(lost + twice === 0 ? exitCodes.ok : exitCodes.failure);
}

async function arrived(complete: () => boolean): Promise<void> {
  const deadline = performance.now() + ARRIVAL_MS;
  while (!complete() && performance.now() < deadline) await sleep(20);
}

function lineOf(event: TriggerEvent): string {
  const time = event.receivedAt.toISOString().slice(11, 23);
  const payload = JSON.stringify(event.payload);
  const shown = payload.length > 90 ? `${payload.slice(0, 89)}…` : payload;
  return `${time}  ${event.triggerName}  over the ${event.source}  ${shown}`;
}
