import { VERSION } from "../../../base/version.js";

/** The files of a new agent, by name. */
export function agentFiles(name: string): Readonly<Record<string, string>> {
  return {
    "agent.ts": agent,
    "package.json": jsonText({
      name,
      private: true,
      type: "module",
      scripts: { start: "tsx agent.ts", typecheck: "tsc" },
      dependencies: { earshot: `^${VERSION}`, openai: "^6.0.0" },
      // Node 20 does not run TypeScript by itself.
      devDependencies: { "@types/node": "^20.19.0", tsx: "^4.20.0", typescript: "~5.9.0" },
    }),
    "tsconfig.json": jsonText({
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
      },
      include: ["*.ts"],
    }),
  };
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

const agent = `// Replies to each Slack message in its thread, once per thread.
//
// Without COMPOSIO_API_KEY it runs on a local platform on this machine, with its scripted model; with OPENAI_API_KEY
// it uses OpenAI's model. Nothing else changes.
import { hideArguments, Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import OpenAI from "openai";

const local = process.env.COMPOSIO_API_KEY
  ? undefined
  : await startPlatform({ port: Number(process.env.PORT ?? 4747) });
const toolset = new Toolset(local && { apiKey: "local", baseUrl: local.url });
const openai = new OpenAI(
  local && !process.env.OPENAI_API_KEY ? { apiKey: "local", baseURL: local.model.urls.openai } : {},
);
const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";

await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
// For a real workspace, add \`inbox: sqliteInbox({ path: "agent.db" })\` of "earshot/sqlite" (before Node 22.13: \`npm install better-sqlite3\`).
const listener = toolset.createTriggerListener();

listener.callback(
  // Not for its own messages.
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: ({ payload }) => !payload.bot_id },
  async ({ payload }, { step }) => {
    const { channel, text, ts, thread_ts = ts } = payload;
    console.log(\`\${payload.user}: \${text}\`);
    const tools = await toolset.getTools(
      { actions: POST },
      {
        // No model reads the result: a post that fails is tried again.
        onFailure: "throw",
        processors: {
          schema: hideArguments("channel", "thread_ts"),
          pre: (args) => ({ ...args, channel, thread_ts }),
        },
      },
    );
    // A step's result is stored: a retry calls neither the model nor Slack twice.
    const response = await step("reply", () =>
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
    const results = await step("post", () => tools.handleToolCalls(response));
    console.log("posted:", results[0]?.content);
  },
  { once: ({ payload }) => payload.thread_ts ?? payload.ts },
);

await listener.start();
console.log("The agent is listening. Ctrl-C ends it.");
if (local !== undefined) {
  console.log(\`The local platform and its dashboard: \${local.url}. Write to the agent from another terminal:\`);
  console.log(\`  npx earshot fire SLACK_RECEIVE_MESSAGE --data '{"text":"My build is green","bot_id":null}'\\n\`);
  local.world.slack.post({ channel: "general", text: "Deploying on a Friday" });
}
await listener.waitForever();
await local?.stop();
`;
