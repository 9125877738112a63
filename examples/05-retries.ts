// Only the callback that fails runs again. `RetryAfter` sets the delay, `Drop` gives up.
import { Drop, RetryAfter, Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });

const listener = toolset.createTriggerListener({ retry: { attempts: 3, baseMs: 50 } });
listener.callback("GITHUB_STAR_ADDED_EVENT", function archive() {
  console.log("archived, once");
});
listener.callback("GITHUB_STAR_ADDED_EVENT", async function thank(event, { attempt }) {
  if (event.payload.starred_by === "") throw new Drop("nobody to thank");
  if (attempt === 1) throw new RetryAfter(100, "the mail server is busy");
  console.log("thanked on attempt", attempt);
});
listener.on("callback.failed", ({ callback, attempt, retryInMs }) => {
  console.log(`${callback} failed on attempt ${attempt}, again in ${retryInMs} ms`);
});
await listener.waitForever();
