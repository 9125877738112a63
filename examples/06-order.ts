// Events of one key run one after the other, in the order they came; different keys run side by side.
import { setTimeout as sleep } from "node:timers/promises";
import { Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");

const listener = toolset.createTriggerListener({ orderBy: (event) => event.triggerId });
let inWork = 0;
listener.callback("SLACK_RECEIVE_MESSAGE", async (event) => {
  inWork += 1;
  await sleep(10);
  console.log("in work:", inWork, "event", event.id);
  inWork -= 1;
});
await listener.waitForever();
