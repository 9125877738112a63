// A LangGraph run that waits for a person, and is resumed by an event: a model drafts an announcement, the bot asks in
// Slack, and the first reply in that thread goes on with the run.
import { Annotation, Command, END, interrupt, MemorySaver, START, StateGraph } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";
import { Toolset } from "earshot";

const toolset = new Toolset();
const model = new ChatOpenAI({ model: "gpt-5-mini" });
const channel = "general";

async function post(text: string, thread_ts?: string) {
  const args = { channel, text, ...(thread_ts !== undefined && { thread_ts }) };
  const result = await toolset.executeAction("SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL", args);
  if (!result.successful) throw new Error(result.error);
  return result.data.ts;
}

const graph = new StateGraph(
  Annotation.Root({ topic: Annotation<string>, draft: Annotation<string>, reply: Annotation<string> }),
)
  .addNode("write", async ({ topic }) => ({ draft: (await model.invoke(`Announce: ${topic}`)).text }))
  .addNode("review", ({ draft }) => ({ reply: interrupt<string, string>(draft) }))
  .addNode("publish", async ({ draft, reply }) => {
    const isApproved = /^(yes|ok)\b/i.test(reply);
    await post(isApproved ? draft : `Not announced: ${reply}`);
    console.log(isApproved ? "announced" : "dropped");
  })
  .addEdge(START, "write")
  .addEdge("write", "review")
  .addEdge("review", "publish")
  .addEdge("publish", END)
  // For runs that survive the process, use one of LangGraph's durable checkpointers.
  .compile({ checkpointer: new MemorySaver() });

await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
const listener = toolset.createTriggerListener();
const runs = new Map<string, { configurable: { thread_id: string } }>();

listener.callback(
  {
    triggerName: "SLACK_RECEIVE_MESSAGE",
    where: ({ payload }) => !payload.bot_id && runs.has(`${payload.thread_ts}`),
  },
  async ({ payload }) => {
    await graph.invoke(new Command({ resume: payload.text }), runs.get(`${payload.thread_ts}`));
  },
  { once: ({ payload }) => payload.thread_ts },
);
await listener.start();

const run = { configurable: { thread_id: "announcement-1" } };
const { draft } = await graph.invoke({ topic: "The new site is up" }, run);
const question = await post(`May I post this? Reply with yes or no.\n> ${draft}`);
runs.set(question, run);
console.log("waiting for a reply in the thread", question);
await listener.waitForever();
