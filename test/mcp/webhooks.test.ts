import { memoryInbox } from "earshot";
import { expect, test, vi } from "vitest";
import { manualClock } from "../support/manual-clock.js";
import {
  delivery,
  endpoint,
  fileInbox,
  hostOn,
  isSignedBy,
  platformWithStars,
  STAR,
  secret,
  tokens,
} from "./support.js";

const whose = (received: readonly { readonly message: { data: { starred_by: string } } }[]) =>
  received.map(({ message }) => message.data?.starred_by);

test("an endpoint is challenged, then gets each event signed, with its id as the webhook's", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  const { url, received, challenges } = await endpoint();
  const { result } = await call("events/subscribe", { name: STAR, arguments: {}, delivery: delivery(url) });
  expect(result).toMatchObject({ resultType: "complete", truncated: false });
  expect(result.id).toMatch(/^sub_[0-9a-f]{64}$/);
  expect(Date.parse(result.refreshBefore) - Date.now()).toBeGreaterThan(3_500_000);
  const [challenge] = challenges;
  expect(challenge?.headers["x-mcp-subscription-id"]).toBe(result.id);
  expect(isSignedBy(challenge as never, secret)).toBe(true);
  await star("a");
  await vi.waitFor(() => expect(received).toHaveLength(1));
  const [one] = received;
  expect(isSignedBy(one as never, secret)).toBe(true);
  expect(one?.headers["webhook-id"]).toBe(one?.message.eventId);
  expect(one?.message).toMatchObject({ name: STAR, data: { starred_by: "a" } });
  expect(one?.message.type).toBeUndefined();
  const poll = await call("events/poll", { name: STAR, arguments: {}, cursor: one?.message.cursor });
  expect(poll.result.events).toEqual([]);
});

test("an endpoint that is down loses nothing, over a restart of the server in the middle", async () => {
  const { toolset, star } = await platformWithStars();
  const inbox = fileInbox();
  const first = await hostOn(toolset, inbox());
  const world = { status: 204 };
  const { url, received } = await endpoint(() => world.status);
  await first.call("events/subscribe", {
    name: STAR,
    arguments: {},
    delivery: delivery(url, {}),
    ttlMs: null,
  });
  await star("a");
  await vi.waitFor(() => expect(whose(received)).toEqual(["a"]));
  world.status = 503;
  for (const by of ["b", "c", "d"]) await star(by);
  await vi.waitFor(async () => {
    // Done, though the webhooks are not: otherwise the inbox would be full some day.
    expect((await first.listener.inbox.counts()).done).toBe(4);
  });
  await first.stop();
  const second = await hostOn(toolset, inbox());
  world.status = 204;
  await vi.waitFor(() => expect([...whose(received)].sort()).toEqual(["a", "b", "c", "d"]));
  expect(new Set(received.map(({ message }) => message.eventId)).size).toBe(4);
  const { result } = await second.call("events/subscribe", {
    name: STAR,
    arguments: {},
    delivery: delivery(url),
    ttlMs: null,
  });
  expect(result).toMatchObject({ refreshBefore: null, truncated: false, deliveryStatus: { active: true } });
  expect(result.deliveryStatus.lastError).toBeNull();
});

test("after a lapse, a subscription begins at the stored cursor", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  const { url, received } = await endpoint();
  const params = { name: STAR, arguments: {}, delivery: delivery(url) };
  const { result } = await call("events/subscribe", params);
  expect((await call("events/unsubscribe", params)).result).toMatchObject({ resultType: "complete" });
  expect((await call("events/unsubscribe", params)).error).toBeUndefined();
  await star("missed");
  await vi.waitFor(async () => {
    const answer = await call("events/poll", { name: STAR, arguments: {}, cursor: result.cursor });
    expect(answer.result.events).toHaveLength(1);
  });
  expect(received).toEqual([]);
  const again = await call("events/subscribe", { ...params, cursor: result.cursor });
  expect(again.result).toMatchObject({ id: result.id, truncated: false });
  await vi.waitFor(() => expect(whose(received)).toEqual(["missed"]));
});

test("a wall clock that is set back delays no delivery that is tried again", async () => {
  const { toolset, star } = await platformWithStars();
  const clock = manualClock(Date.now());
  const { call, listener } = await hostOn(toolset, memoryInbox(), { clock, retryDelaysMs: [2000] });
  const world = { isDown: true, rejected: [] as string[] };
  const { url, received } = await endpoint(({ message }) => {
    const who = message.data.starred_by as string;
    const isRejected = world.isDown || (who === "a" && !world.rejected.includes("a alone"));
    if (isRejected) world.rejected.push(world.isDown ? who : `${who} alone`);
    return isRejected ? 503 : 204;
  });
  await call("events/subscribe", { name: STAR, arguments: {}, delivery: delivery(url) });
  await star("a");
  await vi.waitFor(() => {
    clock.advance(10);
    expect(world.rejected).toEqual(["a"]);
  });
  // Every event waits for the endpoint, then only the one that it rejects.
  const setBack = () => clock.setNow(clock.now() - 3_600_000);
  const inSteps = (holds: () => void) =>
    vi.waitFor(() => {
      clock.advance(100);
      holds();
    }, 10_000);
  await star("b");
  await vi.waitFor(async () => expect(await listener.inbox.counts()).toMatchObject({ done: 2 }));
  world.isDown = false;
  setBack();
  await inSteps(() => expect(whose(received)).toEqual(["b"]));
  expect(world.rejected.at(-1)).toBe("a alone");
  setBack();
  await inSteps(() => expect(whose(received)).toEqual(["b", "a"]));
});

test("a refresh with another secret signs with both, and ends a pause", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), { retryDelaysMs: [3_600_000] });
  const world = { status: 500 };
  const { url, received } = await endpoint(() => world.status);
  const params = { name: STAR, arguments: {}, delivery: delivery(url) };
  const { result: first } = await call("events/subscribe", params);
  await star("a");
  const next = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
  await vi.waitFor(async () => {
    const { result } = await call("events/subscribe", {
      ...params,
      delivery: delivery(url, { secret: next }),
    });
    expect(result.deliveryStatus).toMatchObject({ active: true, lastError: "http_5xx" });
    expect(Date.parse(result.deliveryStatus.failedSince)).not.toBeNaN();
    expect(result.id).toBe(first.id);
  });
  world.status = 204;
  await call("events/subscribe", { ...params, delivery: delivery(url, { secret: next }) });
  await vi.waitFor(() => expect(whose(received)).toEqual(["a"]));
  expect(isSignedBy(received[0] as never, next)).toBe(true);
  expect(isSignedBy(received[0] as never, secret)).toBe(true);
});

test("after failing for long, a subscription gets nothing until its refresh", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), { retryDelaysMs: [1], suspendAfterMs: 30 });
  const world = { status: 500, asked: 0 };
  const { url, received } = await endpoint(() => {
    world.asked += 1;
    return world.status;
  });
  const params = { name: STAR, arguments: {}, delivery: delivery(url) };
  await call("events/subscribe", params);
  await star("a");
  // Suspended: two looks far apart count the same attempts.
  let before = -1;
  await vi.waitFor(
    () => {
      const { asked } = world;
      const isQuiet = asked > 1 && asked === before;
      before = asked;
      expect(isQuiet).toBe(true);
    },
    { timeout: 20_000, interval: 300 },
  );
  world.status = 204;
  expect(received).toEqual([]);
  await call("events/subscribe", params);
  await vi.waitFor(() => expect(whose(received)).toEqual(["a"]));
});

test("an event that the endpoint never takes is given up, and the gap is told; the others go through", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  const { url, received } = await endpoint(({ message }) =>
    message.data?.starred_by === "gone" ? 410 : 204,
  );
  await call("events/subscribe", { name: STAR, arguments: {}, delivery: delivery(url) });
  for (const by of ["a", "gone", "b"]) await star(by);
  await vi.waitFor(() => {
    expect(whose(received).filter(Boolean).sort()).toEqual(["a", "b"]);
    expect(received.some(({ message }) => message.type === "gap")).toBe(true);
  });
  const gap = received.find(({ message }) => message.type === "gap");
  expect(gap?.headers["webhook-id"]).toMatch(/^msg_gap_/);
  expect(isSignedBy(gap as never, secret)).toBe(true);
});

test("an event over 256 KiB is not sent, with a warning, and the next one is", async () => {
  const { toolset, star } = await platformWithStars();
  const warnings: string[] = [];
  const { call } = await hostOn(toolset, memoryInbox(), {
    events: [
      {
        name: "star",
        filter: STAR,
        data: ({ payload }) => ({
          starred_by: payload.starred_by,
          more: payload.starred_by === "large" ? "x".repeat(256 * 1024) : "",
        }),
      },
    ],
    onWarning: ({ message }) => warnings.push(message),
  });
  const { url, received } = await endpoint();
  await call("events/subscribe", { name: "star", arguments: {}, delivery: delivery(url) });
  await star("large");
  await star("small");
  await vi.waitFor(() => expect(whose(received)).toContain("small"));
  expect(whose(received)).not.toContain("large");
  expect(warnings.join()).toMatch(/more than 262144 bytes/);
});

test("a subscription belongs to its principal: another one can neither refresh nor end it", async () => {
  const { toolset, star } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox());
  const { url, received } = await endpoint();
  const params = { name: STAR, arguments: {}, delivery: delivery(url) };
  const { result: ada } = await call("events/subscribe", params);
  expect((await call("events/unsubscribe", params, { token: tokens.bob })).error).toBeUndefined();
  const other = {
    ...params,
    delivery: delivery(url, { secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` }),
  };
  const { result: bob } = await call("events/subscribe", other, { token: tokens.bob });
  expect(bob.id).not.toBe(ada.id);
  await call("events/unsubscribe", other, { token: tokens.bob });
  await star("a");
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect(isSignedBy(received[0] as never, secret)).toBe(true);
  expect(received[0]?.headers["x-mcp-subscription-id"]).toBe(ada.id);
});

test("a lifetime is clamped, and what is over gets nothing and is removed", async () => {
  const { toolset, star } = await platformWithStars();
  const clock = manualClock(Date.now());
  const { call, listener } = await hostOn(toolset, memoryInbox(), { clock });
  const { url, received } = await endpoint();
  const params = { name: STAR, arguments: {}, delivery: delivery(url) };
  const lifetimeOf = async (ttlMs: number | null) => {
    const { result } = await call("events/subscribe", { ...params, ttlMs });
    return Date.parse(result.refreshBefore) - clock.now();
  };
  expect(await lifetimeOf(10 ** 12)).toBe(86_400_000);
  expect(await lifetimeOf(null), "a memory inbox cannot promise more").toBe(86_400_000);
  expect(await lifetimeOf(1)).toBe(60_000);
  clock.advance(60_000);
  await star("late");
  await vi.waitFor(async () => {
    clock.advance(1000);
    expect(await listener.inbox.listMetadata("mcp:subscription:")).toEqual([]);
    expect(await listener.inbox.listMetadata("mcp:progress:")).toEqual([]);
  });
  expect(received.filter(({ message }) => message.type === undefined)).toEqual([]);
});
