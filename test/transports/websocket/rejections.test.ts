import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { ApiError } from "../../../src/base/errors.js";
import type { SubscriberOptions } from "../../../src/transports/websocket/options.js";
import { accessTo } from "../../support/pusher-server/access.js";
import { CHANNEL } from "../../support/pusher-server/server.js";
import { type Dialect, passing, refusing, startDialect } from "./dialects.js";
import { aServer, aSubscriber, until } from "./harness.js";

/** Pauses are a fiftieth of what they are. */
const fast = {
  ...systemClock,
  after: (delayMs: number, fn: () => void) => systemClock.after(delayMs / 50, fn),
};

async function aDialect(dialect: Dialect, options: Partial<SubscriberOptions> = {}) {
  const server = await startDialect(dialect);
  onTestFinished(() => server.stop());
  // The harness' own server takes no part.
  const subject = aSubscriber(await aServer(), { access: server.access, ...options });
  return { server, ...subject };
}

test.each(refusing)(
  "a subscription that is rejected for good ends start() with the server's reason: %s",
  async (_who, dialect, words) => {
    const { server, socket, fatal } = await aDialect(dialect);
    const error = await socket.start().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_REALTIME_(?:CHANNEL|REFUSED)$/) });
    expect(String(error)).toContain(words);
    expect(fatal).toEqual([error]);
    expect(server.connections).toBeLessThanOrEqual(8);
    expect(socket.health().state).toBe("failed");
  },
);

test.each(refusing.filter(([who]) => !/4003|origin/.test(who)))(
  "a signature that is rejected once is requested again, and the start succeeds: %s",
  async (_who, dialect) => {
    const { server, socket, fatal } = await aDialect(dialect);
    const starting = socket.start();
    await until("a refusal", () => server.connections === 2);
    server.well = true;
    await starting;
    expect(fatal).toEqual([]);
  },
);

test.each(passing)(
  "a temporary rejection is tried again for as long as it lasts: %s",
  async (_what, dialect) => {
    const recovering: Dialect = {
      ...dialect,
      refuse(ws, channel, socketId) {
        if (server.connections > 12) dialect.confirm(ws, channel);
        else dialect.refuse(ws, channel, socketId);
      },
    };
    const { server, socket, fatal } = await aDialect(recovering, { clock: fast });
    await socket.start();
    expect(server.connections).toBeGreaterThan(12);
    expect(fatal).toEqual([]);
  },
);

test.each([400, 402, 404, 409, 410, 422])(
  "an authorization endpoint that answers %i ends start() with the platform's answer",
  async (status) => {
    const server = await aServer();
    server.behavior.authorization = { status };
    const { socket } = aSubscriber(server);
    await expect(socket.start()).rejects.toMatchObject({ status });
    expect(server.authorizations).toHaveLength(8);
  },
);

test.each([
  ["the channel", "locate"],
  ["the signature", "authorize"],
] as const)(
  "A platform that responds with a web page when %s is requested ends start() with that",
  async (_what, call) => {
    const server = await aServer();
    const page = new ApiError("ERR_BAD_ANSWER", "The answer is a web page, not JSON.", { status: 200 });
    const access = { ...accessTo(server), [call]: () => Promise.reject(page) };
    const { socket, fatal } = aSubscriber(server, { access });
    await expect(socket.start()).rejects.toBe(page);
    expect(fatal).toEqual([page]);
  },
);

test.each(["locate", "authorize"] as const)(
  "a gateway's page with 502 is an outage: a start that needs %s goes on trying",
  async (call) => {
    const server = await aServer();
    const good = accessTo(server);
    let asked = 0;
    const failing = (...given: never[]) => {
      asked += 1;
      if (asked <= 12) {
        const page = new ApiError("ERR_BAD_ANSWER", "502 with a web page, not with JSON.", { status: 502 });
        return Promise.reject(page);
      }
      return (good[call] as (...given: never[]) => Promise<never>)(...given);
    };
    const { socket, fatal } = aSubscriber(server, { access: { ...good, [call]: failing } });
    await socket.start();
    expect(fatal).toEqual([]);
  },
);

test.each([400, 401, 403, 404, 426])(
  "a server that rejects every upgrade with %i ends start()",
  async (status) => {
    const server = await aServer();
    server.behavior.upgrade = { status };
    const { socket } = aSubscriber(server);
    const rejected = { code: "ERR_REALTIME_REFUSED", message: expect.stringContaining(String(status)) };
    await expect(socket.start()).rejects.toMatchObject(rejected);
    expect(server.upgrades).toBe(8);
  },
);

test("a running listener survives rejections without a known reason", async () => {
  const server = await aServer();
  const { socket, told, fatal } = aSubscriber(server);
  await socket.start();
  server.behavior.upgrade = { status: 404 };
  server.last().close(1001);
  await until("twenty losses", () => told("websocket.disconnected").length >= 20);
  server.behavior.upgrade = "accept";
  await until("a second confirmation", () => told("websocket.ready").length === 2);
  expect(fatal).toEqual([]);
});

test("a rejection of another channel is a warning", async () => {
  const server = await aServer();
  const { socket, told, deliveries } = aSubscriber(server);
  await socket.start();
  server.last().send("pusher:subscription_error", { error: "no", status: 401 }, "private-other");
  server.publish("trigger_to_client", {});
  await until("the event after it", () => deliveries.length === 1);
  expect(told("warning").map(({ error }) => error.code)).toEqual(["ERR_FRAME"]);
  expect(server.upgrades).toBe(1);
});

test("our own texts that the server repeats are not a reason", async () => {
  const server = await aServer();
  server.behavior.subscription = "nothing";
  const access = accessTo(server);
  const channel = `${CHANNEL}-too-many-later-busy`;
  const locate = async (signal: AbortSignal) => ({ ...(await access.locate(signal)), channel });
  const { socket } = aSubscriber(server, { access: { ...access, locate } });
  const starting = socket.start();
  starting.catch(() => undefined);
  for (let tries = 1; tries <= 3; tries += 1) {
    await until(
      "a subscription",
      () => server.peers.length === tries && server.last().sent("pusher:subscribe").length === 1,
    );
    server.last().send("pusher:error", { code: null, message: `Invalid signature for ${channel}` });
  }
  await expect(starting).rejects.toMatchObject({ code: "ERR_REALTIME_CHANNEL" });
});

test("a server that cannot be reached causes one warning, with the reason, while the tries go on", async () => {
  const server = await aServer();
  server.behavior.upgrade = { status: 503 };
  const { socket, told } = aSubscriber(server);
  const starting = socket.start();
  await until("twenty tries", () => server.upgrades >= 20);
  server.behavior.upgrade = "accept";
  await starting;
  const warnings = told("warning").map(({ error }) => error);
  expect(warnings).toMatchObject([{ code: "ERR_NETWORK", message: expect.stringContaining("503") }]);
});
