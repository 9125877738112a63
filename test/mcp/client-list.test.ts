import { memoryInbox } from "earshot";
import type { McpEventOptions } from "earshot/mcp";
import { describe, expect, test } from "vitest";
import { type Client, clientOf, cuttable, eventually, forMode, modes } from "./client-support.js";
import { hostOn, platformWithStars, STAR } from "./support.js";

const star = (more: Partial<McpEventOptions> = {}): McpEventOptions => ({
  name: "star",
  filter: STAR,
  ...more,
});
const other: McpEventOptions = { name: "other", filter: STAR };
const subscriptionOf = ({ listener }: Client) => listener.health().mcp?.servers[0]?.subscriptions[0];
/** Longer than the first pauses of the backoff, and shorter than the minute between final failures. */
const SOON_MS = 20_000;

describe.each(modes)("by %s", (mode) => {
  test("an event that the server removes and lists again is received again, with what happened between", async () => {
    const { toolset, star: fire } = await platformWithStars();
    const host = await hostOn(toolset, memoryInbox(), { events: [star()] });
    const options = await forMode(mode);
    const client = await clientOf(host.url, { ...options, mcp: { ...options.mcp, events: ["star"] } });
    await fire("a");
    await eventually(() => expect(client.by()).toEqual(["a"]));
    await host.mcp.setEvents([other]);
    await eventually(() => {
      expect(subscriptionOf(client)).toMatchObject({
        state: "connecting",
        failure: expect.stringMatching(/no event (star|of this name)/),
      });
    });
    expect(client.listener.health().healthy).toBe(false);
    await fire("b");
    await eventually(async () => expect((await host.listener.inbox.counts()).done).toBe(2));
    await host.mcp.setEvents([star()]);
    await eventually(() => expect(client.by()).toEqual(["a", "b"]), SOON_MS);
    await fire("c");
    await eventually(() => expect(client.by()).toEqual(["a", "b", "c"]));
    expect(client.listener.health().healthy).toBe(true);
    expect(client.gaps).toEqual([]);
  });
});

test.each(["webhook", "push"] as const)(
  "by %s, a schema that changes ends the subscription; the listener begins another where it was",
  async (mode) => {
    const { toolset, star: fire } = await platformWithStars();
    const schema = (name: string) =>
      ({ type: "object", properties: { [name]: { type: "string" } } }) as const;
    const host = await hostOn(toolset, memoryInbox(), { events: [star({ payloadSchema: schema("a") })] });
    const options = await forMode(mode);
    const client = await clientOf(host.url, { ...options, mcp: { ...options.mcp, events: ["star"] } });
    await fire("a");
    await eventually(() => expect(client.by()).toEqual(["a"]));
    await host.mcp.setEvents([star({ payloadSchema: schema("b") })]);
    await fire("b");
    await eventually(() => expect(client.by()).toEqual(["a", "b"]), SOON_MS);
    await eventually(() => expect(subscriptionOf(client)?.state).toBe("active"));
    expect(client.gaps).toEqual([]);
  },
);

test.each(["webhook", "push"] as const)(
  "by %s, a listener whose access is revoked says so, and does not ask again",
  async (mode) => {
    const { toolset } = await platformWithStars();
    const host = await hostOn(toolset, memoryInbox());
    const client = await clientOf(host.url, await forMode(mode));
    await host.mcp.revoke("ada");
    await eventually(() => {
      expect(subscriptionOf(client)).toMatchObject({
        state: "ended",
        failure: expect.stringMatching(/Access was revoked/),
      });
    });
    expect(client.warnings.join()).toMatch(/Forbidden/);
    await host.mcp.setEvents([other]);
    await host.mcp.setEvents([STAR]);
    expect(await host.listener.inbox.listMetadata("mcp:subscription:")).toEqual([]);
    expect(subscriptionOf(client)?.state).toBe("ended");
  },
);

test("without `mode`, an event that no longer comes by the mode of before is received by another", async () => {
  const { toolset, star: fire } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox(), { events: [star()] });
  const { port } = await forMode("webhook");
  const client = await clientOf(host.url, { ...(port !== undefined && { port }), mcp: { events: ["star"] } });
  await fire("a");
  await eventually(() => expect(client.by()).toEqual(["a"]));
  expect(subscriptionOf(client)?.mode).toBe("webhook");
  await host.mcp.setEvents([star({ delivery: ["poll"] })]);
  await fire("b");
  await eventually(() => expect(client.by()).toEqual(["a", "b"]), SOON_MS);
  expect(subscriptionOf(client)).toMatchObject({ mode: "poll", state: "active" });
});

test("a change that was announced while the connection was cut is found after it", async () => {
  const { toolset, star: fire } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox(), { events: [star(), other] });
  const proxy = await cuttable(() => host.url);
  const client = await clientOf(proxy.url, { mcp: { events: ["star"], mode: "poll" } });
  await host.mcp.setEvents([other]);
  await eventually(() => expect(subscriptionOf(client)?.failure).toMatch(/no event (star|of this name)/));
  proxy.world.isDown = true;
  proxy.cut();
  await host.mcp.setEvents([star()]);
  proxy.world.isDown = false;
  await eventually(() => expect(subscriptionOf(client)?.state).toBe("active"), SOON_MS);
  await fire("a");
  await eventually(() => expect(client.by()).toEqual(["a"]));
});
