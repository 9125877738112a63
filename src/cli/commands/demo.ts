import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { ModelResponse, TriggerEvent } from "../../index.js";
import type { Context } from "../context.js";
import { exitCodes, type SetExitCode } from "../exit-codes.js";
import { positive } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";
import { shorten } from "../terminal/table.js";
import { withTimeLimit } from "../time-limit.js";

interface Options {
  readonly for?: number;
  readonly rate: number;
  readonly json?: true;
}

const STAR = "GITHUB_STAR_ADDED_EVENT";
const MESSAGE = "SLACK_RECEIVE_MESSAGE";
const PAYMENT = "STRIPE_PAYMENT_FAILED_TRIGGER";
const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";

/** The triggers that the demo enables, with their configs. */
const triggers = [
  [STAR, { owner: "acme", repo: "site" }],
  [MESSAGE, {}],
  [PAYMENT, {}],
] as const;

/** What people say in the local Slack, and what the scripted model replies. */
const roasts = [
  ["My build is green", "So is mold."],
  ["I deploy on Fridays", "And your users find out on Saturdays."],
  ["It works on my machine", "Great, we'll ship your machine."],
  ["Who needs tests?", "Everyone who reads your code."],
  ["I'll fix it later", "Your backlog just laughed."],
] as const;

/** Limit for the arrival of the last events, milliseconds. */
const ARRIVAL_MS = 10_000;
/** Columns of an event, before its message in Slack or its payload. */
const EVENT_COLUMNS = 68;

export function addDemo(program: Command, context: Context, setExitCode: SetExitCode): void {
  program
    .command("demo")
    .description("see it work: an agent receives a local platform's events and replies in its Slack")
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
  const [{ startPlatform }, { hideArguments, Toolset }] = await Promise.all([
    import("../../dev/index.js"),
    import("../../index.js"),
  ]);
  const rules = roasts.map(([said, text]) => ({
    when: { user: `^${said.replaceAll(/[?.]/g, "\\$&")}$` },
    reply: { calls: [{ tool: POST, arguments: { text } }] },
  }));
  const platform = await startPlatform({ modelRules: { rules } });
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  const listener = toolset.createTriggerListener({ websocket: true, webhook: { port: 0 } });
  const runs = new Map<string, number>();
  listener.callback({}, async (event) => {
    runs.set(event.id, (runs.get(event.id) ?? 0) + 1);
    const { id, triggerName, source } = event;
    if (options.json) await io.record({ type: "received", id, triggerName, source });
    else await io.line(lineOf(event));
  });
  listener.callback(
    { triggerName: MESSAGE, where: ({ payload }) => !payload.bot_id },
    async function roast({ payload: { channel, text, ts } }, { step }) {
      const tools = await toolset.getTools(
        { actions: POST },
        {
          onFailure: "throw",
          processors: {
            schema: hideArguments("channel", "thread_ts"),
            pre: (args) => ({ ...args, channel, thread_ts: ts }),
          },
        },
      );
      const response = await step("write", () =>
        askModel(platform.model.urls.openai, text, tools.forOpenAI()),
      );
      await step("post", () => tools.handleToolCalls(response));
    },
    { once: ({ payload }) => payload.thread_ts ?? payload.ts },
  );
  // Printed once: it applies to every event.
  const off = listener.on("event.duplicate", () => {
    off();
    if (options.json) return;
    io.note(
      io.err.dim("Each event arrives twice, over the WebSocket and as a webhook. The duplicate is not run."),
    );
  });
  // What the bot posts is an event too.
  const fired = new Set<string>();
  platform.on((event) => {
    if (event.type === "fired") fired.add(event.event.logId);
  });
  const fire = async (n: number) => {
    const [name] = triggers[n % triggers.length] ?? triggers[0];
    if (name !== MESSAGE) await platform.fire(name);
    else {
      const [text] = roasts[Math.floor(n / triggers.length) % roasts.length] ?? roasts[0];
      platform.world.slack.post({ channel: "general", text });
    }
  };
  try {
    for (const [name, config] of triggers) await toolset.enableTrigger(name, { config });
    await listener.start();
    io.note(
      `Local platform: ${platform.url}. The listener receives over the WebSocket and at ${listener.health().webhook?.url}.`,
    );
    io.note(
      `A roast bot replies in the local Slack; a scripted model writes its replies.${options.for === undefined ? " Press Ctrl-C to stop." : ""}\n`,
    );
    if (!options.json) io.note(io.err.dim(`${"EVENT".padEnd(EVENT_COLUMNS)}SLACK, OR THE PAYLOAD`));
    const fireUntil = async (limit: AbortSignal) => {
      const startedAt = performance.now();
      for (let n = 0; !limit.aborted; n += 1) {
        await fire(n);
        // Measured from the start: a sum of pauses would drift below the rate.
        const pauseMs = startedAt + ((n + 1) * 1000) / options.rate - performance.now();
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: limit }).catch(() => undefined);
      }
    };
    if (options.for === undefined) await fireUntil(ending);
    else await withTimeLimit(options.for * 1000, ending, fireUntil);
    const unanswered = () => {
      const messages = platform.world.slack.messages();
      return messages.filter(({ botId }) => botId === null).length * 2 - messages.length;
    };
    await arrived(() => runs.size >= fired.size && unanswered() <= 0);
    await platform.idle();
  } finally {
    await listener.stop();
    await toolset.close();
    await platform.stop();
  }
  const lost = [...fired].filter((id) => !runs.has(id)).length;
  const twice = [...runs.values()].filter((count) => count > 1).length;
  const replies = platform.world.slack.messages().filter(({ botId }) => botId !== null).length;
  if (options.json)
    await io.record({
      type: "counts",
      fired: fired.size,
      received: runs.size,
      lost,
      runTwice: twice,
      replies,
    });
  else {
    await io.line(
      `fired ${fired.size}, received ${runs.size}, lost ${lost}, run twice ${twice}, replies in Slack ${replies}`,
    );
  }
  setExitCode(lost + twice === 0 ? exitCodes.ok : exitCodes.failure);
}

/** What the OpenAI client does, without the package. */
async function askModel(baseUrl: string, text: string, tools: readonly object[]): Promise<ModelResponse> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer local" },
    body: JSON.stringify({
      model: "scripted",
      messages: [
        { role: "system", content: "You are a roast bot. Post one short, snarky reply to the message." },
        { role: "user", content: text },
      ],
      tools,
      tool_choice: "required",
    }),
  });
  if (!response.ok)
    throw new Error(`The scripted model responded with ${response.status}: ${await response.text()}`);
  return (await response.json()) as ModelResponse;
}

async function arrived(complete: () => boolean): Promise<void> {
  const deadline = performance.now() + ARRIVAL_MS;
  while (!complete() && performance.now() < deadline) await sleep(20);
}

/** An event on the left; on the right, what it is in Slack, or its payload. */
function lineOf({ receivedAt, triggerName, source, payload }: TriggerEvent): string {
  const event = `${receivedAt.toISOString().slice(11, 23)}  ${triggerName}  over the ${source}`;
  const { text, bot_id: botId, user } = payload;
  const name = typeof botId === "string" ? "  ↳ roast bot" : String(user);
  const shown = triggerName === MESSAGE ? `${name}: ${text}` : shorten(JSON.stringify(payload), 60);
  return `${event.padEnd(EVENT_COLUMNS)}${sanitize(shown)}`;
}
