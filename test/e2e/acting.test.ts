import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "earshot/dev";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { compile, type Program, run } from "../support/program.js";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const root = join(import.meta.dirname, "../..");
const programs = [
  ["openai", "examples/10-roast-bot.ts"],
  ["@google/genai", "test/compat/roast-bot-gemini.ts"],
] as const;

interface Scene {
  readonly platform: Platform;
  /** Starts the agent, or starts it again with the same inbox. */
  start(): Promise<Program>;
  /** The texts that bots have posted in a thread of #general. */
  replies(ts: string): readonly string[];
}

async function scene(source: string): Promise<Scene> {
  const platform = await startPlatform();
  const folder = mkdtempSync(join(tmpdir(), "earshot-acting-"));
  onTestFinished(async () => {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = await compile(join(root, source));
  const env = {
    COMPOSIO_API_KEY: "local",
    COMPOSIO_BASE_URL: platform.url,
    OPENAI_API_KEY: "local",
    OPENAI_BASE_URL: platform.model.urls.openai,
    GEMINI_API_KEY: "local",
    GOOGLE_GEMINI_BASE_URL: platform.model.urls.gemini,
    DB: join(folder, "inbox.db"),
  };
  return {
    platform,
    start: async () => run(file, [], env),
    replies: (ts) =>
      platform.world.slack
        .thread("general", ts)
        .filter(({ botId }) => botId !== null)
        .map(({ text }) => text),
  };
}

const say = ({ platform }: Scene, text: string, threadTs?: string) =>
  platform.world.slack.post({ channel: "general", text, ...(threadTs !== undefined && { threadTs }) });

/** Waits until a later message has its reply: what came before it has been dealt with. */
async function afterwards(agent: Program, stage: Scene): Promise<void> {
  const { ts } = say(stage, "And now something else");
  await agent.line(new RegExp(`^in the thread ${ts} .*ok`));
}

const kill = async (agent: Program) => {
  agent.child.kill("SIGKILL");
  expect(await agent.ended).toBe("SIGKILL");
};

describe.each(programs)("the roast bot with %s", (_client, source) => {
  test("replies in the thread of the message, and not to its own messages", async () => {
    const stage = await scene(source);
    const agent = await stage.start();
    await agent.line(/^listening$/);
    const first = say(stage, "My build is green");
    const second = say(stage, "I deploy on Fridays");
    await agent.line(new RegExp(`^in the thread ${first.ts} .*ok`));
    await agent.line(new RegExp(`^in the thread ${second.ts} .*ok`));
    await afterwards(agent, stage);
    expect(stage.replies(first.ts)).toEqual(["Scripted model's reply to: My build is green"]);
    expect(stage.replies(second.ts)).toEqual(["Scripted model's reply to: I deploy on Fridays"]);
    expect(stage.platform.model.exchanges()).toHaveLength(3);
    // It has received its own messages.
    const own = stage.platform.events().filter(({ event }) => event.payload.bot_id !== null);
    expect(own).toHaveLength(3);
  });

  test("replies once where an event comes twice, and once per thread", async () => {
    const stage = await scene(source);
    const agent = await stage.start();
    await agent.line(/^listening$/);
    // The same event in two frames.
    stage.platform.faults.realtime.duplicate(1);
    const { ts, channel, user } = say(stage, "My build is green");
    // The same message as another event, with another id.
    const data = { channel, user, ts, text: "My build is green", channel_type: "channel", team_id: "T0001" };
    await stage.platform.fire("SLACK_RECEIVE_MESSAGE", { data });
    say(stage, "Say that again", ts);
    await agent.line(new RegExp(`^in the thread ${ts} .*ok`));
    await afterwards(agent, stage);
    expect(stage.replies(ts)).toEqual(["Scripted model's reply to: My build is green"]);
    expect(stage.platform.model.exchanges()).toHaveLength(2);
  });

  test("killed between the model's reply and the tool: posts after the restart, without a second model call", async () => {
    const stage = await scene(source);
    stage.platform.faults.tools.add({ tool: POST, hang: true });
    const first = await stage.start();
    await first.line(/^listening$/);
    const { ts } = say(stage, "My build is green");
    await first.line(/^the model has replied to: My build is green$/);
    await kill(first);
    expect(stage.replies(ts)).toEqual([]);
    stage.platform.faults.clear();
    const second = await stage.start();
    await second.line(new RegExp(`^in the thread ${ts} .*ok`));
    await afterwards(second, stage);
    expect(stage.replies(ts)).toEqual(["Scripted model's reply to: My build is green"]);
    expect(stage.platform.model.exchanges()).toHaveLength(2);
  });

  test("killed after the tool took effect, before its result came: is not posted a second time", async () => {
    const stage = await scene(source);
    stage.platform.faults.tools.add({ tool: POST, hang: true, afterEffect: true });
    const first = await stage.start();
    await first.line(/^listening$/);
    const { ts } = say(stage, "My build is green");
    await vi.waitFor(() => expect(stage.replies(ts)).toHaveLength(1), { timeout: 20_000 });
    await kill(first);
    stage.platform.faults.clear();
    const second = await stage.start();
    await second.line(new RegExp(`^in the thread ${ts} .*ok`));
    expect(stage.platform.toolRuns()[0]).toMatchObject({ tool: POST, isReplayed: true });
    await afterwards(second, stage);
    expect(stage.replies(ts)).toEqual(["Scripted model's reply to: My build is green"]);
    expect(stage.platform.model.exchanges()).toHaveLength(2);
  });
});
