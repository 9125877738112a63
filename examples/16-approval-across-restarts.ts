// A deploy waits for a reaction in Slack: for a day, and across restarts, because the inbox has it.
import { Toolset } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const toolset = new Toolset();
await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");
await toolset.enableTrigger("SLACK_REACTION_ADDED");

const inbox = sqliteInbox({ path: process.env.INBOX ?? "events.db" });
const listener = toolset.createTriggerListener({ inbox });

listener.expectations.handler<{ deploy: string }, "SLACK_REACTION_ADDED">(
  "approved",
  async (event, { data, step }) => {
    // Deployed once, though the process may end before the event is recorded as done.
    await step("deploy", () => console.log(`deploying "${data.deploy}", approved by ${event.payload.user}`));
  },
  { onTimeout: ({ data }) => console.log(`no approval of "${data.deploy}"`) },
);

listener.callback("SLACK_RECEIVE_MESSAGE", async function requestApproval({ payload }) {
  await listener.expect(
    { triggerName: "SLACK_REACTION_ADDED", payload: { item: { ts: payload.ts } } },
    {
      id: `approval ${payload.ts}`,
      handler: "approved",
      data: { deploy: payload.text },
      timeoutMs: 24 * 60 * 60 * 1000,
    },
  );
  console.log(`waiting for a reaction to "${payload.text}"`);
});
await listener.waitForever();
