import { expect, test, vi } from "vitest";
import { MESSAGE_LIMIT_BYTES } from "../../src/protocol/pusher.js";
import { githubExamples as examples } from "../compat/github-examples.js";
import { listenerFor, platformFor, toolsetFor, ways } from "./agent.js";

interface Example {
  readonly examples: readonly Record<string, unknown>[];
}

// The package is CommonJS, and its types speak of another form.
const payloads = (examples as unknown as readonly Example[]).flatMap((each) => each.examples);

test.each(ways)("every GitHub example comes out as it went in, over %s", async (_name, options) => {
  expect(payloads.length).toBeGreaterThan(300);
  expect(payloads.some((payload) => JSON.stringify(payload).length > MESSAGE_LIMIT_BYTES * 2)).toBe(true);
  const platform = await platformFor();
  const toolset = toolsetFor(platform);
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
  const { listener } = listenerFor(toolset, options);
  const heard = new Map<string, unknown>();
  listener.callback({}, (event) => void heard.set(event.id, event.payload));
  await listener.start();
  const fired = new Map<string, unknown>();
  for (const data of payloads) {
    const { logIds } = await platform.fire("GITHUB_STAR_ADDED_EVENT", { data });
    fired.set(logIds[0] ?? "", data);
  }
  await vi.waitFor(() => expect(heard.size).toBe(payloads.length), { timeout: 15_000 });
  expect(heard).toEqual(fired);
});
