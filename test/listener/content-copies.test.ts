import {
  type ListenerEvent,
  type ListenerOptions,
  Toolset,
  type ToolsetOptions,
  type TriggerEvent,
} from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";

const NAME = "SLACK_RECEIVE_MESSAGE";

/** A listener of a project, its events, and how it knew their copies. */
async function listen(apiVersion: NonNullable<ToolsetOptions["apiVersion"]>, options: ListenerOptions) {
  const platform = await startPlatform();
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, apiVersion });
  const listener = toolset.createTriggerListener({ signals: false, websocket: true, ...options });
  onTestFinished(async () => {
    await listener.stop({ timeoutMs: 0 });
    await toolset.close();
    await platform.stop();
  });
  await toolset.enableTrigger(NAME, {});
  const events: TriggerEvent[] = [];
  listener.callback(NAME, (event) => void events.push(event));
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  await listener.start();
  const copies = () => reports.flatMap((report) => (report.type === "event.duplicate" ? [report] : []));
  const isFilled = () => reports.some(({ type }) => type === "gap.filled");
  const fire = async (text: string) => void (await platform.fire(NAME, { data: { text } }));
  return { platform, events, copies, isFilled, fire };
}

const projects = [
  ["v1", "content", "has no id"],
  ["v3", "id", "has the event's id"],
] as const;

test.each(projects)(
  'generation %s: the webhook of an event that the WebSocket brings too is a copy by "%s", as the frame %s',
  async (apiVersion, by) => {
    const { platform, events, copies, fire } = await listen(apiVersion, { webhook: { port: 0 } });
    const texts = ["a", "b", "c"];
    for (const text of texts) await fire(text);
    await platform.idle();
    await vi.waitFor(() => expect(copies()).toHaveLength(3), { timeout: 10_000 });
    for (const copy of copies()) expect(copy).toMatchObject({ triggerName: NAME, provider: "composio", by });
    expect(events.map(({ payload }) => payload.text).sort()).toEqual(texts);
    // Of each event, the one transport brought it, and the other its copy.
    const other = { websocket: "webhook", webhook: "websocket" } as Record<string, string>;
    const sources = events.map(({ source }) => other[source]);
    expect(
      copies()
        .map(({ source }) => source)
        .sort(),
    ).toEqual(sources.sort());
  },
);

test.each(projects)(
  'generation %s: an event in the log that the WebSocket brought before a gap is a copy by "%s", as the frame %s',
  async (apiVersion, by) => {
    const { platform, events, copies, isFilled, fire } = await listen(apiVersion, {});
    await fire("before");
    await vi.waitFor(() => expect(events).toHaveLength(1));
    platform.faults.realtime.dropAll("terminate");
    await fire("meanwhile");
    await vi.waitFor(() => expect(isFilled()).toBe(true), { timeout: 10_000 });
    expect(events.map(({ payload, source }) => [payload.text, source])).toEqual([
      ["before", "websocket"],
      ["meanwhile", "backfill"],
    ]);
    expect(copies()).toMatchObject([{ triggerName: NAME, source: "backfill", provider: "composio", by }]);
  },
);
