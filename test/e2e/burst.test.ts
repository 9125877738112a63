import { expect, test, vi } from "vitest";
import { listenerFor, platformFor, toolsetFor, ways } from "./agent.js";

const EVENTS = 10_000;

test.each([
  ...ways.map(([name, options]) => ({ name, options, realtimeShape: "V3" as const })),
  { name: "the WebSocket in the older shape", options: {}, realtimeShape: "legacy" as const },
])(
  "10,000 events fired at once arrive all, each once, in order, over $name",
  { timeout: 60_000 },
  async ({ options, realtimeShape }) => {
    const platform = await platformFor({ realtimeShape });
    const toolset = toolsetFor(platform);
    await toolset.enableTrigger("SLACK_RECEIVE_MESSAGE", {});
    const { listener } = listenerFor(toolset, { ...options, orderBy: ({ triggerId }) => triggerId });
    const heard: number[] = [];
    listener.callback("SLACK_RECEIVE_MESSAGE", async (event) => {
      await Promise.resolve();
      heard.push(Number(event.payload.text));
    });
    await listener.start();
    for (let n = 0; n < EVENTS; n += 1)
      void platform.fire("SLACK_RECEIVE_MESSAGE", { data: { text: String(n) } });
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(EVENTS), {
      timeout: 50_000,
      interval: 100,
    });
    await platform.idle();
    expect(heard).toEqual(Array.from({ length: EVENTS }, (_, n) => n));
  },
);
