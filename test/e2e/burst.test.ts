import { expect, test, vi } from "vitest";
import { listenerFor, platformFor, toolsetFor, ways } from "./agent.js";

/** The whole burst comes over both transports; a part of it shows each by itself. */
const eventsOver = (name: string) => (name === "both" ? 10_000 : 1_000);

test.each([
  ...ways.map(([name, options]) => ({ name, options, realtimeShape: "V3" as const })),
  { name: "the WebSocket in the older shape", options: {}, realtimeShape: "legacy" as const },
])(
  "events fired at once, 10,000 of them over both transports, arrive all, each once, in order, over $name",
  { timeout: 60_000 },
  async ({ name, options, realtimeShape }) => {
    const events = eventsOver(name);
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
    for (let n = 0; n < events; n += 1)
      void platform.fire("SLACK_RECEIVE_MESSAGE", { data: { text: String(n) } });
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(events), {
      timeout: 50_000,
      interval: 100,
    });
    await platform.idle();
    expect(heard).toEqual(Array.from({ length: events }, (_, n) => n));
  },
);
