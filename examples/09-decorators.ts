// The three forms of `callback`: with a handler, as a wrapper of a function, as a decorator of a method.
import { type EventOf, Toolset } from "earshot";

const toolset = new Toolset();
await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
const listener = toolset.createTriggerListener();

listener.callback("GITHUB_STAR_ADDED_EVENT", () => console.log("received by a handler"));

export const onStar = listener.callback("GITHUB_STAR_ADDED_EVENT")((event) => {
  console.log("received by a wrapped function, from", event.payload.starred_by);
});

class Agent {
  #stars = 0;

  @listener.callback("GITHUB_STAR_ADDED_EVENT")
  count(_event: EventOf<"GITHUB_STAR_ADDED_EVENT">) {
    this.#stars += 1;
    console.log("received by a method, stars so far:", this.#stars);
  }
}

new Agent();
await listener.waitForever();
