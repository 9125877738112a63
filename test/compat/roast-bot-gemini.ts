// The roast bot with Gemini: a program that test/e2e/acting.test.ts kills and starts again.
import { GoogleGenAI } from "@google/genai";
import { hideArguments, Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const print = (line: string) => process.stdout.write(`${line}\n`);
const toolset = new Toolset();
const gemini = new GoogleGenAI({});

await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
const listener = toolset.createTriggerListener({ inbox: sqliteInbox({ path: process.env.DB ?? "" }) });
listener.callback(
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: ({ payload }) => !payload.bot_id },
  async function roast({ payload }, { step }) {
    const { channel, text, ts, thread_ts = ts } = payload;
    const tools = await toolset.getTools(
      { actions: POST },
      {
        processors: {
          schema: hideArguments("channel", "thread_ts"),
          pre: (args) => ({ ...args, channel, thread_ts }),
        },
      },
    );
    const response = await step("write", async () => {
      const { candidates } = await gemini.models.generateContent({
        model: "gemini-2.5-flash",
        contents: `Post one short, snarky reply to: ${text}`,
        config: { tools: [tools.forGemini()], automaticFunctionCalling: { disable: true } },
      });
      return { candidates };
    });
    print(`the model has replied to: ${text}`);
    const [result] = await step("post", () => tools.handleToolCalls(response));
    print(`in the thread ${thread_ts} ${JSON.stringify(result)}`);
  },
  { once: ({ payload }) => `${payload.channel}/${payload.thread_ts ?? payload.ts}` },
);
listener.on("websocket.ready", () => print("listening"));
await listener.waitForever();
