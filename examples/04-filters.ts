// Filters: by app, by instance, by a part of the payload, by a predicate.
import { Toolset } from "earshot";

const toolset = new Toolset();
const { triggerId } = await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE");

const listener = toolset.createTriggerListener();
listener.callback({ appName: "slack" }, (event) => console.log("anything from slack:", event.triggerName));
listener.callback({ triggerId }, () => console.log("from the instance enabled above"));
listener.callback({ payload: { channel: "C024BE91L" } }, () => console.log("from one channel"));
listener.callback(
  { triggerName: "SLACK_RECEIVE_MESSAGE", where: (event) => String(event.payload.text).includes("deploy") },
  (event) => console.log("about a deploy:", event.payload.text),
);
await listener.waitForever();
