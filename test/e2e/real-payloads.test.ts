import { expect, test, vi } from "vitest";
import { MESSAGE_LIMIT_BYTES } from "../../src/protocol/pusher.js";
import { githubExamples as examples } from "../compat/github-examples.js";
import { listenerFor, platformFor, toolsetFor, ways } from "./agent.js";

interface Example {
  readonly examples: readonly Record<string, unknown>[];
}

/** Payloads as texts, whatever their order. */
const textsOf = (payloads: ReadonlyMap<string, unknown>) =>
  [...payloads.values()].map((payload) => JSON.stringify(payload)).sort();

// The package is CommonJS, and its types speak of another form.
const payloads = (examples as unknown as readonly Example[]).flatMap((each) => each.examples);

test.each(
  ways.flatMap(([name, options]) =>
    (["V3", "legacy"] as const).map((realtimeShape) => ({ name, options, realtimeShape })),
  ),
)(
  "every GitHub example comes out as it went in, over $name, realtime shape $realtimeShape",
  async ({ options, realtimeShape }) => {
    expect(payloads.length).toBeGreaterThan(300);
    expect(payloads.some((payload) => JSON.stringify(payload).length > MESSAGE_LIMIT_BYTES * 2)).toBe(true);
    const platform = await platformFor({ realtimeShape });
    const toolset = toolsetFor(platform);
    await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
    const { listener } = listenerFor(toolset, options);
    const received = new Map<string, unknown>();
    listener.callback({}, (event) => void received.set(event.id, event.payload));
    await listener.start();
    const fired = new Map<string, unknown>();
    for (const data of payloads) {
      const { logIds } = await platform.fire("GITHUB_STAR_ADDED_EVENT", { data });
      fired.set(logIds[0] ?? "", data);
    }
    await vi.waitFor(() => expect(received.size).toBe(payloads.length), { timeout: 15_000 });
    // Events of the older shape have no id of the platform's.
    if (realtimeShape === "V3") expect(received).toEqual(fired);
    else expect(textsOf(received)).toEqual(textsOf(fired));
  },
);
