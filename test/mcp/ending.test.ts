import { memoryInbox } from "earshot";
import type { McpEventOptions } from "earshot/mcp";
import { expect, test, vi } from "vitest";
import { isGrown } from "../../src/mcp/events/schema-growth.js";
import { manualClock } from "../support/manual-clock.js";
import { openStream } from "./open-stream.js";
import {
  delivery,
  endpoint,
  fileInbox,
  type Host,
  hostOn,
  isSignedBy,
  platformWithStars,
  STAR,
  secret,
  tokens,
} from "./support.js";

const star = (more: Partial<McpEventOptions> = {}): McpEventOptions => ({
  name: "star",
  filter: STAR,
  ...more,
});
const subscribe = (host: Host, url: string, name = "star", own = {}) =>
  host.call("events/subscribe", { name, arguments: {}, delivery: delivery(url), ...own });
const stored = ({ listener }: Host) => listener.inbox.listMetadata("mcp:subscription:");

test("a principal whose access is revoked is told on its webhooks and streams, and gets no more; others go on", async () => {
  const { toolset, star: fire } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox(), { events: [star()] });
  const { url, received } = await endpoint();
  const { result } = await subscribe(host, url);
  const streams = {
    ada: await openStream(host.url, { name: "star", arguments: {}, cursor: null }),
    bob: await openStream(host.url, { name: "star", arguments: {}, cursor: null }, tokens.bob),
  };
  for (const stream of [streams.ada, streams.bob]) await stream.next("active");
  await host.mcp.revoke("ada");
  await vi.waitFor(() => expect(received).toHaveLength(1));
  const [told] = received;
  expect(told?.message).toEqual({
    type: "terminated",
    error: { code: -32012, message: "Access was revoked." },
  });
  expect(told?.headers["x-mcp-subscription-id"]).toBe(result.id);
  expect(told?.headers["webhook-id"]).toMatch(/^msg_terminated_/);
  expect(isSignedBy(told as never, secret)).toBe(true);
  expect((await streams.ada.next("terminated")).params.error.code).toBe(-32012);
  expect(await streams.ada.ended).toBe(true);
  await fire("a");
  expect((await streams.bob.next("event")).params.data.starred_by).toBe("a");
  expect(received).toHaveLength(1);
  expect(await stored(host)).toEqual([]);
});

test("an endpoint that is down for a moment is told later, unless its owner has subscribed again meanwhile", async () => {
  const { toolset } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox(), { events: [star()] });
  const world = { status: 204, asked: 0 };
  const { url, received } = await endpoint(() => {
    world.asked += 1;
    return world.asked === 1 ? 503 : world.status;
  });
  await subscribe(host, url);
  await host.mcp.revoke("ada");
  await vi.waitFor(() => expect(received.map(({ message }) => message.type)).toEqual(["terminated"]));

  const clock = manualClock(Date.now());
  const slow = await hostOn(toolset, memoryInbox(), { clock, events: [star()], retryDelaysMs: [1000] });
  world.status = 503;
  await subscribe(slow, url);
  const before = world.asked;
  await slow.mcp.revoke("ada");
  await vi.waitFor(() => expect(world.asked).toBeGreaterThan(before));
  world.status = 204;
  expect((await subscribe(slow, url)).error).toBeUndefined();
  clock.advance(1000);
  // The next attempt has its turn before this refresh has.
  await subscribe(slow, url);
  expect(received).toHaveLength(1);
});

test("a subscription that was not refreshed in time is told so", async () => {
  const { toolset } = await platformWithStars();
  const clock = manualClock(Date.now());
  const host = await hostOn(toolset, memoryInbox(), { clock, events: [star()] });
  const { url, received } = await endpoint();
  await subscribe(host, url, "star", { ttlMs: 60_000 });
  clock.advance(60_000);
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(received.map(({ message }) => message)).toEqual([
      {
        type: "terminated",
        error: expect.objectContaining({ code: -32011, data: { kind: "subscription" } }),
      },
    ]);
  });
});

test("a list that changes is announced to those who listen, and ends what it no longer has", async () => {
  const { toolset, star: fire } = await platformWithStars();
  const schema = { type: "object", properties: { starred_by: { type: "string" } } } as const;
  const host = await hostOn(toolset, memoryInbox(), {
    events: [star(), star({ name: "gone" }), star({ name: "changed", payloadSchema: schema })],
  });
  const ends = { star: await endpoint(), gone: await endpoint(), changed: await endpoint() };
  for (const [name, { url }] of Object.entries(ends)) await subscribe(host, url, name);
  const listening = await openStream(
    host.url,
    { notifications: { eventsListChanged: true } },
    tokens.ada,
    "subscriptions/listen",
  );
  const acknowledged = await listening.nextMethod("notifications/subscriptions/acknowledged");
  expect(acknowledged.params).toMatchObject({
    notifications: { eventsListChanged: true },
    _meta: { "io.modelcontextprotocol/subscriptionId": 1 },
  });
  const stream = await openStream(host.url, { name: "gone", arguments: {}, cursor: null });
  await stream.next("active");

  // The same list is none that has changed: the notice that comes is that of the next call.
  await host.mcp.setEvents([
    star(),
    star({ name: "gone" }),
    star({ name: "changed", payloadSchema: schema }),
  ]);
  await host.mcp.setEvents([
    star(),
    star({ name: "changed", payloadSchema: { type: "object", properties: { by: { type: "string" } } } }),
    star({ name: "new" }),
  ]);
  await listening.next("list_changed");
  expect(listening.seen.filter(({ method }) => /list_changed$/.test(method))).toHaveLength(1);
  const { result } = await host.call("events/list");
  expect(result.events.map(({ name }: { name: string }) => name)).toEqual(["star", "changed", "new"]);
  const toldOf = ({ received }: typeof ends.star) => received.map(({ message }) => message.error);
  await vi.waitFor(() => {
    expect(toldOf(ends.gone)).toEqual([expect.objectContaining({ code: -32011, data: { kind: "event" } })]);
    expect(toldOf(ends.changed)).toEqual([
      expect.objectContaining({ code: -32014, data: { feature: "payloadSchema", reason: "schema_changed" } }),
    ]);
  });
  expect((await stream.next("terminated")).params.error).toMatchObject({ code: -32011 });
  await fire("a");
  await vi.waitFor(() => expect(ends.star.received).toHaveLength(1));
  expect(ends.gone.received).toHaveLength(1);
  await expect(host.mcp.setEvents([star(), star()])).rejects.toThrow(/Two MCP events/);
  await expect(host.mcp.setEvents([])).rejects.toThrow(/lists what hosts can subscribe to/);
  await host.stop();
  expect(await listening.ended).toBe(true);
});

test("a list without an event that a restarted server had ends its subscriptions, and they are told", async () => {
  const { toolset } = await platformWithStars();
  const inbox = fileInbox();
  const first = await hostOn(toolset, inbox(), { events: [star(), star({ name: "gone" })] });
  const ends = { star: await endpoint(), gone: await endpoint() };
  for (const [name, { url }] of Object.entries(ends)) await subscribe(first, url, name, { ttlMs: null });
  await first.stop();
  const second = await hostOn(toolset, inbox(), { events: [star()] });
  await vi.waitFor(() =>
    expect(ends.gone.received.map(({ message }) => message.type)).toEqual(["terminated"]),
  );
  expect(ends.star.received).toEqual([]);
  expect(await stored(second)).toHaveLength(1);
});

test("who listens for nothing that the server has gets an empty acknowledgement, and the end", async () => {
  const { toolset } = await platformWithStars();
  const { url, call } = await hostOn(toolset, memoryInbox());
  const other = await openStream(
    url,
    { notifications: { toolsListChanged: true } },
    tokens.ada,
    "subscriptions/listen",
  );
  expect((await other.nextMethod("notifications/subscriptions/acknowledged")).params.notifications).toEqual(
    {},
  );
  expect(await other.ended).toBe(true);
  expect((await call("subscriptions/listen", {})).error?.code).toBe(-32602);
  expect((await call("subscriptions/listen", { notifications: "x".repeat(70_000) })).status).toBe(413);
  // The header says another method than the body.
  const wrong = await call("events/list", {}, { headers: { "mcp-method": "subscriptions/listen" } });
  expect(wrong.status).toBe(400);
});

test("a schema has grown where members were added, and where nothing else has changed", () => {
  const schema = (more: object) => ({
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    ...more,
  });
  const before = schema({});
  const both = { a: { type: "string", description: "more words" }, b: { type: "integer" } };
  expect(isGrown(before, schema({ properties: both, title: "A" }))).toBe(true);
  expect(isGrown(before, schema({ required: ["a", "b"] }))).toBe(true);
  expect(
    isGrown({ type: "array", items: before }, { type: "array", items: schema({ properties: both }) }),
  ).toBe(true);
  for (const after of [
    { properties: {} },
    { required: [] },
    { type: "array" },
    { properties: { a: { type: "number" } } },
  ]) {
    expect(isGrown(before, schema(after)), JSON.stringify(after)).toBe(false);
  }
});
