// A roast bot: the first message of each Slack thread gets a snarky reply. A model writes it, a tool posts it.
// With OPENAI_API_KEY it is OpenAI's model; `npm run example 10` without a key uses the local platform's scripted one.
// Write to it: `npx earshot fire SLACK_RECEIVE_MESSAGE --data '{"text":"My build is green","bot_id":null}'`.
import { hideArguments, Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import OpenAI from "openai";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const toolset = new Toolset();
const openai = new OpenAI();

await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
// A file: what was acknowledged survives a crash, and so do the steps below.
const listener = toolset.createTriggerListener({
  inbox: sqliteInbox({ path: process.env.DB ?? "roast-bot.db" }),
});

listener.callback(
  // Bots are not roasted: the bot receives its own messages too.
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: ({ payload }) => !payload.bot_id },
  async function roast({ payload }, { step }) {
    const { channel, text, ts, thread_ts = ts } = payload;
    // The model writes the text; channel and thread are fixed here, and hidden from it.
    const tools = await toolset.getTools(
      { actions: POST },
      {
        // No model reads the result: a post that fails is tried again.
        onFailure: "throw",
        processors: {
          schema: hideArguments("channel", "thread_ts"),
          pre: (args) => ({ ...args, channel, thread_ts, unfurl_links: false }),
        },
      },
    );
    // The result of a step is stored: a retry, after a crash too, does not pay for the model twice.
    const response = await step("write", () =>
      openai.chat.completions.create({
        model: "gpt-5-mini",
        messages: [
          { role: "system", content: "You are a roast bot. Post one short, snarky reply to the message." },
          { role: "user", content: text },
        ],
        tools: tools.forOpenAI(),
        tool_choice: "required",
      }),
    );
    console.log("the model has replied to:", text);
    const [result] = await step("post", () => tools.handleToolCalls(response));
    console.log("in the thread", thread_ts, result?.content);
  },
  // Once per thread, for any author.
  { once: ({ payload }) => `${payload.channel}/${payload.thread_ts ?? payload.ts}` },
);

listener.on("callback.failed", ({ error }) => console.log("failed:", error));
listener.on("websocket.ready", () => console.log("listening"));
await listener.waitForever();
