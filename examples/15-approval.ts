// An approval: a message "refund 42" makes the bot ask in its thread, and the first :white_check_mark: on the question
// does it. Nothing waits in memory: the question's own text says what it is about, and `once` lets one reaction act,
// also where two people react at the same time, or the process is started anew in between.
import { type ArgumentsOf, Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const toolset = new Toolset();
await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
await toolset.enableTrigger("SLACK_REACTION_ADDED");

const listener = toolset.createTriggerListener({
  inbox: sqliteInbox({ path: process.env.DB ?? "approval.db" }),
});

/** A post that fails throws: the step is not stored, and the event is retried. */
async function post(args: ArgumentsOf<typeof POST>) {
  const result = await toolset.executeAction(POST, args);
  if (!result.successful) throw new Error(result.error);
}

listener.callback(
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: ({ payload }) => !payload.bot_id },
  async function ask({ payload: { channel, text, ts } }, { step }) {
    const order = /^refund (\d+)$/i.exec(text)?.[1];
    if (order === undefined) return;
    const question = `Refund order ${order}? React with :white_check_mark: to approve.`;
    await step("ask", () => post({ channel, text: question, thread_ts: ts }));
    console.log("asked about order", order);
  },
);

listener.callback(
  { triggerName: "SLACK_REACTION_ADDED", payload: { reaction: "white_check_mark" } },
  async function refund({ payload: { item, user } }, { step }) {
    const { channel, ts } = item;
    const { data } = await toolset.executeAction("SLACK_FETCH_MESSAGE_THREAD_FROM_A_CONVERSATION", {
      channel,
      ts,
    });
    const messages = data.messages as { ts: string; text: string; bot_id?: string; thread_ts?: string }[];
    const question = messages.find((message) => message.ts === ts && message.bot_id);
    const order = /^Refund order (\d+)\?/.exec(question?.text ?? "")?.[1];
    if (order === undefined) return;
    const text = `Order ${order} is refunded; <@${user}> approved it.`;
    const thread_ts = question?.thread_ts ?? ts;
    await step("refund", () => post({ channel, text, thread_ts }));
    console.log("refunded order", order);
  },
  { once: ({ payload }) => `${payload.item.channel}/${payload.item.ts}` },
);

listener.on("websocket.ready", () => console.log("listening"));
await listener.waitForever();
