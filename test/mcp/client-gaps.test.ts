import { memoryInbox } from "earshot";
import { describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.js";
import { clientOf, cuttable, eventually, forMode } from "./client-support.js";
import { fakeEventsServer } from "./fake-events-server.js";
import { fileInbox, hostOn, platformWithStars, STAR } from "./support.js";

describe("a server gives an event up while nobody listens, and its watermark passes it", () => {
  async function missedByOne(keepsSubscriptions: boolean) {
    const server = await fakeEventsServer();
    server.world.keepsSubscriptions = keepsSubscriptions;
    server.world.delivery = ["webhook"];
    const inbox = fileInbox();
    const options = { port: await freePort(), mcp: { events: [server.name] } };
    const first = await clientOf(server.url, { ...options, inbox: inbox() });
    await server.happen("a");
    await eventually(() => expect(first.by()).toEqual(["a"]));
    await first.stop();
    await server.happen("given up");
    const second = await clientOf(server.url, { ...options, inbox: inbox() });
    await server.happen("b");
    await eventually(() => expect(second.by()).toContain("b"));
    return second;
  }

  test("the listener subscribes anew at its cursor after the start, and gets it", async () => {
    const client = await missedByOne(false);
    await eventually(() => expect([...client.by()].sort()).toEqual(["b", "given up"]));
    expect(client.gaps).toEqual([]);
  });

  test("a subscription that does not end would lose it: the refresh's cursor is ignored", async () => {
    const client = await missedByOne(true);
    expect(client.by()).toEqual(["b"]);
  });
});

test("failed deliveries that a refresh reports are received again, though the process was not restarted", async () => {
  const server = await fakeEventsServer();
  server.world.delivery = ["webhook"];
  const port = await freePort();
  const proxy = await cuttable(() => `http://127.0.0.1:${port}`);
  const webhookUrl = `${proxy.url}/mcp`;
  const client = await clientOf(server.url, {
    port,
    mcp: { events: [server.name], webhookUrl, ttlMs: 1000 },
  });
  await server.happen("a");
  await eventually(() => expect(client.by()).toEqual(["a"]));
  proxy.world.isDown = true;
  proxy.cut();
  await server.happen("given up");
  proxy.world.isDown = false;
  await server.happen("b");
  await eventually(() => expect([...client.by()].sort()).toEqual(["a", "b", "given up"]));
});

test("what a server gave up while a refresh failed is received again, though no refresh reports it", async () => {
  const server = await fakeEventsServer();
  server.world.delivery = ["webhook"];
  server.world.forgetsFailures = true;
  const port = await freePort();
  const proxy = await cuttable(() => `http://127.0.0.1:${port}`);
  const mcp = { events: [server.name], webhookUrl: `${proxy.url}/mcp`, ttlMs: 1000 };
  const client = await clientOf(server.url, { port, mcp });
  await server.happen("a");
  await eventually(() => expect(client.by()).toEqual(["a"]));
  proxy.world.isDown = true;
  proxy.cut();
  server.world.errors["events/subscribe"] = { code: -32015, message: "The endpoint was not reached." };
  const before = server.calls.length;
  await server.happen("given up");
  await eventually(() => expect(server.calls.length).toBeGreaterThan(before));
  proxy.world.isDown = false;
  await server.happen("b");
  server.world.errors = {};
  await eventually(() => expect([...client.by()].sort()).toEqual(["a", "b", "given up"]));
});

test("a gap that the server reports is filled by polls, and reported with bounds", async () => {
  const server = await fakeEventsServer();
  const port = await freePort();
  const proxy = await cuttable(() => `http://127.0.0.1:${port}`);
  const before = Date.now();
  const mcp = { events: [server.name], webhookUrl: `${proxy.url}/mcp` };
  const client = await clientOf(server.url, { port, mcp });
  proxy.world.isDown = true;
  proxy.cut();
  await server.happen("given up");
  proxy.world.isDown = false;
  expect(await server.post({ type: "gap", cursor: "1" }, "msg_gap_1")).toBe(204);
  await eventually(() => expect(client.gaps.map(({ type }) => type)).toEqual(["gap.opened", "gap.filled"]));
  expect(client.gaps[1]).toMatchObject({ found: 1, missed: 1 });
  expect(client.gaps[0]?.from.getTime()).toBeGreaterThanOrEqual(before);
  await eventually(() => expect(client.by()).toEqual(["given up"]));
  expect(client.events[0]?.source).toBe("backfill");
});

test("an event that is too large for a webhook of our server arrives by poll", async () => {
  const { toolset, star } = await platformWithStars();
  const { url } = await hostOn(toolset, memoryInbox(), {
    events: [
      {
        name: STAR,
        filter: STAR,
        data: ({ payload }) => ({
          starred_by: payload.starred_by,
          more: payload.starred_by === "large" ? "x".repeat(256 * 1024) : "",
        }),
      },
    ],
    onWarning: () => undefined,
  });
  const client = await clientOf(url, await forMode("webhook"));
  await star("large");
  await star("small");
  await eventually(() => expect([...client.by()].sort()).toEqual(["large", "small"]));
  await eventually(() => expect(client.gaps.map(({ type }) => type)).toEqual(["gap.opened", "gap.filled"]));
});

test.each(["webhook", "push", "poll"] as const)(
  "a server that was made anew has lost events: by %s, that is a gap with bounds",
  async (mode) => {
    const { toolset, star } = await platformWithStars();
    const inbox = fileInbox();
    const first = await hostOn(toolset, memoryInbox());
    const world = { url: first.url };
    const proxy = await cuttable(() => world.url);
    const options = await forMode(mode);
    const client = await clientOf(proxy.url, { ...options, inbox: inbox() });
    await star("a");
    await eventually(() => expect(client.by()).toEqual(["a"]));
    const knownAt = Date.now();
    await client.stop();
    await first.stop();
    const second = await hostOn(toolset, memoryInbox());
    world.url = second.url;
    const again = await clientOf(proxy.url, { ...options, inbox: inbox() });
    await eventually(() =>
      expect(again.gaps.map(({ type }) => type)).toEqual(["gap.opened", "gap.unfilled"]),
    );
    const [opened, unfilled] = again.gaps as unknown as [{ from: Date }, { from: Date; to: Date }];
    expect(opened.from).toEqual(unfilled.from);
    expect(opened.from.getTime()).toBeLessThanOrEqual(knownAt);
    expect(unfilled.to.getTime()).toBeGreaterThanOrEqual(knownAt);
    await star("b");
    await eventually(() => expect(again.by()).toEqual(["b"]));
  },
);

test("a second `active` in the middle of a response is a gap, and the response goes on", async () => {
  const server = await fakeEventsServer();
  const client = await clientOf(server.url, { mcp: { events: [server.name], mode: "push" } });
  await server.happen("a");
  await eventually(() => expect(client.by()).toEqual(["a"]));
  server.notify("active", { cursor: "1", truncated: true });
  await eventually(() => expect(client.gaps.map(({ type }) => type)).toEqual(["gap.opened", "gap.unfilled"]));
  await server.happen("b");
  await eventually(() => expect(client.by()).toEqual(["a", "b"]));
  expect(server.calls.filter(({ method }) => method === "events/stream")).toHaveLength(1);
});

test("a cursor that the server rejects is a gap, and the listener begins anew", async () => {
  const server = await fakeEventsServer();
  const inbox = fileInbox();
  const mcp = { events: [server.name], mode: "poll" } as const;
  const first = await clientOf(server.url, { mcp, inbox: inbox() });
  await first.stop();
  server.world.errors["events/poll"] = { code: -32602, message: "`cursor` is none of ours." };
  const second = await clientOf(server.url, { mcp, inbox: inbox(), starts: false });
  // It fails where the server rejects the new start, too, before its errors end.
  const started = second.listener.start().catch(() => undefined);
  await eventually(() => expect(second.gaps.map(({ type }) => type)).toEqual(["gap.opened", "gap.unfilled"]));
  server.world.errors = {};
  await started;
  expect(server.calls.at(-1)).toMatchObject({ method: "events/poll", cursor: null });
});
