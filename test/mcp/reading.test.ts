import { memoryInbox } from "earshot";
import { expect, test, vi } from "vitest";
import { unhandledRejections } from "../support/unhandled-rejections.js";
import { openStream } from "./open-stream.js";
import { fileInbox, hostOn, platformWithStars, STAR, tokens } from "./support.js";

test("a host discovers the events, and what the platform says of them", async () => {
  const { toolset } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  const { result: discovered } = await call("server/discover");
  expect(discovered.capabilities).toEqual({
    events: {},
    extensions: { "io.modelcontextprotocol/events": { listChanged: true } },
  });
  const { result } = await call("events/list");
  expect(result.resultType).toBe("complete");
  expect(result.events).toEqual([
    expect.objectContaining({ name: STAR, delivery: ["webhook", "push", "poll"] }),
  ]);
  expect(result.events[0].description).toMatch(/star/i);
  expect(result.events[0].payloadSchema.properties).toHaveProperty("starred_by");
});

test("an older host finds the same after `initialize`", async () => {
  const { toolset } = await platformWithStars();
  const { url } = await hostOn(toolset, memoryInbox());
  const ask = async (body: object) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${tokens.ada}`,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
    });
    const data = (await response.text()).split("\n").find((line) => line.startsWith("data: {"));
    return JSON.parse(String(data).slice("data: ".length)).result;
  };
  const clientInfo = { name: "older", version: "1" };
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
  const initialized = await ask({ method: "initialize", params });
  expect(initialized.protocolVersion).toBe("2025-06-18");
  expect(initialized.capabilities.events).toEqual({});
  expect((await ask({ method: "events/list", params: {} })).events[0].name).toBe(STAR);
});

test("polls continue at the cursor, over a restart, and say where events are gone", async () => {
  const { toolset, star } = await platformWithStars();
  const inbox = fileInbox();
  const first = await hostOn(toolset, inbox());
  const poll = (host: typeof first, cursor: string | null, more: object = {}) =>
    host.call("events/poll", { name: STAR, arguments: {}, cursor, ...more });
  const { result: start } = await poll(first, null);
  expect(start).toMatchObject({ events: [], truncated: false, hasMore: false });
  for (const by of ["a", "b", "c"]) await star(by);
  await vi.waitFor(async () => expect((await poll(first, start.cursor)).result.events).toHaveLength(3));
  const { result: two } = await poll(first, start.cursor, { maxEvents: 2 });
  expect(two.events.map(({ data }: { data: { starred_by: string } }) => data.starred_by)).toEqual(["a", "b"]);
  expect(two).toMatchObject({ hasMore: true, truncated: false });
  await first.stop();

  const second = await hostOn(toolset, inbox());
  const { result: rest } = await poll(second, two.cursor);
  expect(rest.events.map(({ data }: { data: { starred_by: string } }) => data.starred_by)).toEqual(["c"]);
  expect(rest).toMatchObject({ hasMore: false, truncated: false });
  const { result: all } = await poll(second, start.cursor);
  expect(new Set(all.events.map(({ eventId }: { eventId: string }) => eventId)).size).toBe(3);
  const records = [];
  for await (const record of second.listener.inbox.find({})) records.push(record);
  await second.listener.inbox.drop({ ids: [records.at(-1)?.id ?? ""] });
  const { result: gone } = await poll(second, start.cursor);
  expect(gone.truncated).toBe(true);
  expect(gone.events.map(({ data }: { data: { starred_by: string } }) => data.starred_by)).toEqual([
    "b",
    "c",
  ]);
  expect((await poll(second, gone.cursor)).result.truncated).toBe(false);
});

test("the cursor of another store is truncated, and one that was made up is an error", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  await star("a");
  const poll = (cursor: unknown) => call("events/poll", { name: STAR, arguments: {}, cursor });
  await vi.waitFor(async () => {
    const { result } = await poll("another-store.5");
    expect(result).toMatchObject({ truncated: true, events: [{ data: { starred_by: "a" } }] });
  });
  for (const cursor of ["5", "", 5, {}, "another-store.-1", `another-store.${"9".repeat(30)}`]) {
    expect((await poll(cursor)).error?.code, String(cursor)).toBe(-32602);
  }
});

test("a stream begins with the backlog, goes on live, beats, and names itself in each message", async () => {
  const { toolset, star } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox(), { heartbeatMs: 50 });
  const { result: start } = await host.call("events/poll", { name: STAR, arguments: {}, cursor: null });
  await star("before");
  await vi.waitFor(async () => {
    const { result } = await host.call("events/poll", { name: STAR, arguments: {}, cursor: start.cursor });
    expect(result.events).toHaveLength(1);
  });
  const stream = await openStream(host.url, { name: STAR, arguments: {}, cursor: start.cursor });
  const active = await stream.next("active");
  expect(active.params).toMatchObject({ truncated: false, cursor: start.cursor });
  const before = await stream.next("event");
  expect(before.params).toMatchObject({ name: STAR, data: { starred_by: "before" } });
  await star("live");
  const live = await stream.next("event");
  expect(live.params.data.starred_by).toBe("live");
  expect((await stream.next("heartbeat")).params.cursor).toBe(live.params.cursor);
  for (const { params } of stream.seen) {
    expect(params._meta["io.modelcontextprotocol/subscriptionId"]).toBe(1);
  }
  await host.stop();
  expect(await stream.ended).toBe(true);
});

test("a stream of an unknown event is an error at once, and no stream", async () => {
  const { toolset } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), { errorCodes: "sep-3415" });
  const answer = await call("events/stream", { name: "nothing", arguments: {} });
  expect(answer.error).toMatchObject({ code: -32023, data: { kind: "event" } });
});

test("arguments and the principal's user narrow what a host gets", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), {
    events: [
      { name: "star", filter: STAR, arguments: { by: "starred_by" } },
      {
        name: "failing",
        filter: STAR,
        data: () => {
          throw new Error("no data");
        },
      },
    ],
    authenticate: (request) => {
      const entityId = request.headers.get("x-user") ?? undefined;
      return { id: "host", entityId };
    },
    onWarning: () => undefined,
  });
  const poll = async (name: string, args: object, user?: string) => {
    const headers: Record<string, string> = user === undefined ? {} : { "x-user": user };
    const { result, error } = await call(
      "events/poll",
      { name, arguments: args, cursor: "another-store.0" },
      { headers },
    );
    return error?.code ?? result.events.map(({ data }: { data: { starred_by: string } }) => data.starred_by);
  };
  await star("a");
  await star("b");
  await vi.waitFor(async () => expect(await poll("star", {})).toEqual(["a", "b"]));
  expect(await poll("star", { by: "b" })).toEqual(["b"]);
  expect(await poll("star", { other: 1 })).toBe(-32602);
  expect(await poll("star", {}, "someone else")).toEqual([]);
  expect(await poll("star", {}, "default")).toEqual(["a", "b"]);
  expect(await poll("failing", {})).toEqual([]);
});

test("what a promise decides is left out, and whatever `onWarning` does, a host gets the rest", async () => {
  const unhandled = unhandledRejections();
  const { toolset, star } = await platformWithStars();
  const rejects = () => Promise.reject(new Error("no"));
  const type = (name: string, own: object) => ({ name, filter: STAR, ...own });
  const events = [
    type("good", { data: () => ({ fine: true }) }),
    type("data", { data: rejects }),
    type("member", { data: () => ({ by: rejects() }) }),
    type("matches", { matches: rejects }),
    type("where", { filter: { triggerName: STAR, where: rejects } }),
  ];
  for (const onWarning of [rejects, () => expect.fail("a report that throws")]) {
    const { call, stop } = await hostOn(toolset, memoryInbox(), { events: events as never, onWarning });
    await star("a");
    const poll = async (name: string) => {
      const { result } = await call("events/poll", { name, cursor: "another-store.0" });
      return result.events.length;
    };
    await vi.waitFor(async () => expect(await poll("good")).toBe(1));
    for (const name of ["data", "member", "matches", "where"]) expect(await poll(name), name).toBe(0);
    await stop();
  }
  expect(unhandled).toEqual([]);
});

test("pages of other sites, foreign hosts and unknown tokens are rejected", async () => {
  const { toolset } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), { allowedOrigins: ["https://app.example.com"] });
  expect((await call("events/list", {}, { headers: { origin: "https://evil.example" } })).status).toBe(403);
  expect((await call("events/list", {}, { headers: { origin: "https://app.example.com" } })).status).toBe(
    200,
  );
  expect((await call("events/list", {}, { token: "" })).status).toBe(401);
  expect((await call("events/list", {}, { token: "token-of-nobody-000000" })).status).toBe(401);
  const open = await hostOn(toolset, memoryInbox(), { authenticate: undefined });
  expect((await open.call("events/list", {}, { token: "" })).status).toBe(200);
  const rebound = await open.mcp.fetchHandler()(
    new Request("http://evil.example/mcp", { method: "POST", headers: { host: "evil.example" }, body: "{}" }),
  );
  expect(rebound.status).toBe(403);
});
