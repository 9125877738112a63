// The roast bot behind a webhook: the platform posts each event to this server, signed. A request without a valid
// signature is rejected with 401. A platform on this machine gets the server's URL by itself; for the hosted one, add
// `publicUrl: "https://…/webhook"`.
import { hideArguments, Toolset } from "earshot";
import OpenAI from "openai";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const toolset = new Toolset();
const openai = new OpenAI();

await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
const listener = toolset.createTriggerListener({ webhook: { port: Number(process.env.PORT ?? 8000) } });

listener.callback(
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: ({ payload }) => !payload.bot_id },
  async function roast({ payload }, { step }) {
    const { channel, text, ts, thread_ts = ts } = payload;
    const tools = await toolset.getTools(
      { actions: POST },
      {
        onFailure: "throw",
        processors: {
          schema: hideArguments("channel", "thread_ts"),
          pre: (args) => ({ ...args, channel, thread_ts }),
        },
      },
    );
    const response = await step("write", () =>
      openai.responses.create({
        model: "gpt-5-mini",
        instructions: "You are a roast bot. Post one short, snarky reply to the message.",
        input: text,
        tools: tools.forOpenAIResponses(),
        tool_choice: "required",
      }),
    );
    const [result] = await step("post", () => tools.handleToolCalls(response));
    console.log("in the thread", thread_ts, result?.output);
  },
  { once: ({ payload }) => `${payload.channel}/${payload.thread_ts ?? payload.ts}` },
);

listener.on("webhook.listening", ({ url }) => console.log("listening at", url));
listener.on("delivery.rejected", ({ error }) => console.log("rejected:", error.code));
await listener.waitForever();
