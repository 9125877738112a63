// An agent as a loop: wait for one event, then go through those that follow. An event is done when the loop
// asks for the next one.
import { Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });

const listener = toolset.createTriggerListener();
const first = listener.once("GITHUB_STAR_ADDED_EVENT", { timeoutMs: 60_000 });
const stars = listener.events("GITHUB_STAR_ADDED_EVENT");
await listener.start();
console.log("the first star came from", (await first).payload.starred_by);

let count = 0;
for await (const star of stars) {
  count += 1;
  console.log("star", count, "from", star.payload.starred_by);
  if (count === 3) break;
}
await listener.stop();
await toolset.close();
