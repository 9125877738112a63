// Both transports at once: an event that arrives on both runs once.
import { Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");

const listener = toolset.createTriggerListener({ websocket: true, webhook: { port: 0 } });
let runs = 0;
listener.callback("SLACK_RECEIVE_MESSAGE", (event) => {
  runs += 1;
  console.log("message", runs, event.id);
});
listener.on("event.duplicate", ({ id, source }) =>
  console.log("a copy over", source, "was not run again:", id),
);
await listener.waitForever();
