import { createHmac } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import type { Platform } from "../../../src/dev/index.js";
import { manualClock } from "../../support/manual-clock.js";
import { processorMs } from "../../support/processor-time.js";
import { Client, type Heard } from "../realtime/fixture.js";
import { type Received, type Receiver, receiver } from "../webhooks/receiver.js";
import { accountOf, call, enable, iso, nano, run, SITE, STAR, text, until } from "./fixture.js";

/** A realtime client that goes the whole way: credentials, connection, authorization, subscription. */
async function listen(platform: Platform, generation: "v1" | "v3", appKey = platform.project.appKey) {
  const { id, clientId } = platform.project;
  const client = new Client(
    `ws://127.0.0.1:${platform.port}/app/${appKey}?protocol=7&client=js&version=8`,
    {},
  );
  onTestFinished(() => client.ws.terminate());
  const channel = `private-${generation === "v1" ? clientId : id}_triggers`;
  const socketId = await client.established();
  const path = generation === "v1" ? "/api/v1/client/auth/pusher_auth" : "/api/v3/internal/sdk/realtime/auth";
  const { json } = await call(platform, "POST", path, {
    body: { socket_id: socketId, channel_name: channel },
  });
  client.send("pusher:subscribe", { channel, auth: json.auth });
  expect(await client.next()).toMatchObject({ event: "pusher_internal:subscription_succeeded", channel });
  return client;
}

const dataOf = (frame: Heard) => JSON.parse(frame.data as string);

/** A receiver that the platform's webhooks go to. */
async function hook(
  platform: Platform,
  version: string | undefined,
  answer?: Parameters<typeof receiver>[0],
) {
  const door = await receiver(answer);
  onTestFinished(() => door.close());
  if (version === undefined) {
    await call(platform, "POST", "/api/v1/triggers/set_callback_url", { body: { callbackURL: door.url } });
  } else {
    const body = { webhook_url: door.url, enabled_events: ["composio.trigger.message"], version };
    expect((await call(platform, "POST", "/api/v3.1/webhook_subscriptions", { body })).status).toBe(201);
  }
  return door;
}

const received = (door: Receiver, at = 0) => door.received[at] as Received;

test("one firing goes out on both channels, to the webhook and to the log, with ids that agree", async () => {
  const platform = await run();
  const { id, uuid } = await enable(platform);
  const account = await accountOf(platform);
  const [old, current, door] = [
    await listen(platform, "v1"),
    await listen(platform, "v3"),
    await hook(platform, "V3"),
  ];
  const { logIds, events } = await platform.fire(STAR.toLowerCase(), { data: { starred_by: "octocat" } });
  expect(events).toHaveLength(1);
  const event = events[0];
  expect(event).toMatchObject({
    logId: nano("log"),
    messageId: expect.stringMatching(/^msg_/),
    timestamp: iso,
  });

  const v3 = {
    id: event?.messageId,
    timestamp: event?.timestamp,
    type: "composio.trigger.message",
    metadata: {
      log_id: logIds[0],
      trigger_slug: STAR,
      trigger_id: id,
      connected_account_id: account.id,
      auth_config_id: account.auth_config.id,
      user_id: "default",
    },
    data: { starred_by: "octocat" },
  };
  const frame = await current.next();
  expect(frame).toMatchObject({
    event: "trigger_to_client",
    channel: `private-${platform.project.id}_triggers`,
  });
  expect(dataOf(frame)).toEqual(v3);

  const legacy = await old.next();
  expect(legacy).toMatchObject({
    event: "trigger_to_client",
    channel: `private-${platform.project.clientId}_triggers`,
  });
  expect(dataOf(legacy)).toEqual({
    appName: "github",
    clientId: expect.any(Number),
    payload: { starred_by: "octocat" },
    originalPayload: { starred_by: "octocat" },
    metadata: {
      id: uuid,
      nanoId: id,
      connectionId: account.deprecated.uuid,
      triggerName: STAR,
      triggerData: text,
      triggerConfig: SITE,
      connection: {
        id: account.deprecated.uuid,
        connectedAccountNanoId: account.id,
        integrationId: account.auth_config.deprecated.uuid,
        authConfigNanoId: account.auth_config.id,
        clientUniqueUserId: "default",
        status: "ACTIVE",
      },
    },
  });

  await platform.idle();
  const { headers, body } = received(door);
  expect(JSON.parse(body)).toEqual(v3);
  expect(headers).toMatchObject({ "webhook-id": event?.messageId, "x-composio-webhook-version": "V3" });
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const signature = createHmac("sha256", platform.project.webhookSecret).update(signed).digest("base64");
  expect(headers["webhook-signature"]).toBe(`v1,${signature}`);

  const logs = await call(platform, "GET", "/api/v1/triggers/logs");
  expect(logs.json.data).toMatchObject([{ id: logIds[0], triggerClientPayload: '{"starred_by":"octocat"}' }]);
});

test("the shape of the webhook follows the subscription", async () => {
  const platform = await run();
  const { id, uuid } = await enable(platform);
  const account = await accountOf(platform);
  const door = await hook(platform, undefined);
  const { logIds } = await platform.fire(STAR, { data: { n: 1 } });
  await platform.idle();
  expect(JSON.parse(received(door).body)).toEqual({
    trigger_name: STAR,
    connection_id: account.deprecated.uuid,
    trigger_id: uuid,
    payload: { n: 1 },
    log_id: logIds[0],
  });
  await call(platform, "POST", "/api/v1/triggers/update_webhook_format", {
    body: { id: platform.project.clientId, isNewWebhook: true },
  });
  await platform.fire(STAR, { data: { n: 2 } });
  await platform.idle();
  expect(received(door, 1).headers["x-composio-webhook-version"]).toBe("V2");
  expect(JSON.parse(received(door, 1).body)).toMatchObject({
    type: STAR.toLowerCase(),
    data: { n: 2, trigger_nano_id: id, user_id: "default" },
  });
  const { json } = await call(platform, "GET", "/api/v3.1/webhook_subscriptions");
  await call(platform, "DELETE", `/api/v3.1/webhook_subscriptions/${json.items[0].id}`);
  await platform.fire(STAR);
  await platform.idle();
  expect(door.received).toHaveLength(2);
});

test("a project that chose the new format before it set its URL gets V2", async () => {
  const platform = await run();
  await enable(platform);
  const body = { id: platform.project.clientId, isNewWebhook: true };
  await call(platform, "POST", "/api/v1/triggers/update_webhook_format", { body });
  const door = await hook(platform, undefined);
  await platform.fire(STAR);
  await platform.idle();
  expect(JSON.parse(received(door).body).type).toBe(STAR.toLowerCase());
});

test("a rotated secret signs from the next webhook on", async () => {
  const platform = await run();
  await enable(platform);
  const door = await hook(platform, "V3");
  const { json } = await call(platform, "GET", "/api/v3.1/webhook_subscriptions");
  const path = `/api/v3.1/webhook_subscriptions/${json.items[0].id}/rotate_secret`;
  const { secret } = (await call(platform, "POST", path)).json;
  await platform.fire(STAR);
  await platform.idle();
  const { headers, body } = received(door);
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  expect(headers["webhook-signature"]).toBe(
    `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
  );
});

test("a webhook that nobody takes turns its log line into an error", async () => {
  const platform = await run({ webhookRetry: { attempts: 2, baseMs: 1, capMs: 1 } });
  await enable(platform);
  const answers = [500, 500, 200];
  const door = await hook(platform, "V3", (_request, response) => {
    response.statusCode = answers.shift() ?? 200;
    response.end();
  });
  const bad = await platform.fire(STAR, { data: { n: 1 } });
  await platform.idle();
  const good = await platform.fire(STAR, { data: { n: 2 } });
  await platform.idle();
  expect(door.received).toHaveLength(3);
  const logs = async (status: string) => {
    const { json } = await call(platform, "POST", "/api/v3.1/internal/trigger/logs", { body: { status } });
    return json.data.map((line: { id: string }) => line.id);
  };
  expect(await logs("error")).toEqual(bad.logIds);
  expect(await logs("success")).toEqual(good.logIds);
  const one = await call(platform, "GET", `/api/v3.1/internal/trigger/log/${bad.logIds[0]}`);
  expect(one.json.log).toMatchObject({ status: "error", meta: { triggerClientError: "answered 500" } });
  const old = (await call(platform, "GET", "/api/v1/triggers/logs")).json.data;
  expect(old[1].triggerClientError).toBe("answered 500");
  expect(platform.deliveries().map(({ status }) => status)).toEqual([200, 500, 500]);
});

test("keys that published clients have built in reach the same application", async () => {
  const platform = await run();
  await enable(platform);
  for (const key of ["8e1b8c92b7f8b2151c15", "ff9f18c208855d77a152"]) {
    const client = await listen(platform, "v1", key);
    await platform.fire(STAR, { data: { key } });
    expect(dataOf(await client.next()).payload).toEqual({ key });
  }
  const reason = new Client(`ws://127.0.0.1:${platform.port}/app/another?protocol=7`, {});
  expect(await reason.closed).toMatchObject({ code: 4001 });
});

test("without data, the payload is made after the trigger's schema, the same for the same random numbers", async () => {
  const sample = async () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const platform = await run({ random, clock: manualClock() });
    await enable(platform);
    return (await platform.fire(STAR)).events[0];
  };
  const [one, two] = [await sample(), await sample()];
  expect(one?.payload).toMatchObject({ action: "created", starred_by: text });
  expect(two).toEqual(one);
});

test("an event is what it was when it fired", async () => {
  const platform = await run();
  await enable(platform);
  const data: Record<string, unknown> = { when: new Date(0), deep: { n: 1 }, gone: undefined };
  const { events } = await platform.fire(STAR, { data });
  (data.deep as Record<string, unknown>).n = 2;
  expect(events[0]?.payload).toEqual({ when: "1970-01-01T00:00:00.000Z", deep: { n: 1 } });
  expect(platform.events()[0]?.event.payload).toEqual(events[0]?.payload);
});

test("every enabled instance fires, or the ones that were asked for", async () => {
  const platform = await run({ accounts: [{ appName: "github", userId: "bob" }] });
  const ours = await enable(platform);
  const other = await enable(platform, STAR, { owner: "acme", repo: "other" });
  const bobs = await enable(platform, STAR, SITE, "bob");
  const ids = async (options = {}) =>
    (await platform.fire(STAR, options)).events.map(({ instance }) => instance.nanoId);
  expect(await ids()).toEqual([ours.id, other.id, bobs.id]);
  expect(await ids({ triggerId: other.uuid })).toEqual([other.id]);
  expect(await ids({ userId: "bob" })).toEqual([bobs.id]);
  expect(await ids({ connectedAccountId: (await accountOf(platform)).id })).toEqual([ours.id, other.id]);
  await call(platform, "POST", `/api/v1/triggers/disable/${other.uuid}`);
  expect(await ids()).toEqual([ours.id, bobs.id]);
  await expect(platform.fire(STAR, { triggerId: other.id })).rejects.toMatchObject({
    code: "ERR_TRIGGER_NOT_ENABLED",
    message: expect.stringContaining(`${other.id} is disabled`),
  });
});

test("what cannot fire says what to do", async () => {
  const platform = await run();
  await expect(platform.fire("GITHUB_STAR_ADED_EVENT")).rejects.toMatchObject({
    code: "ERR_TRIGGER_UNKNOWN",
    message: expect.stringContaining(`Did you mean ${STAR}?`),
  });
  await expect(platform.fire(undefined as never)).rejects.toMatchObject({ code: "ERR_TRIGGER_UNKNOWN" });
  await expect(platform.fire(STAR)).rejects.toMatchObject({
    code: "ERR_TRIGGER_NOT_ENABLED",
    message: expect.stringContaining(`toolset.enableTrigger("${STAR}"`),
  });
  await enable(platform);
  for (const options of [
    { data: [] },
    { data: "x" },
    { originalData: null },
    { payload: {} },
    { data: { n: 1n } },
  ]) {
    await expect(platform.fire(STAR, options as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
  }
  expect(platform.events()).toEqual([]);
});

test("10,000 events fired back to back are fast, and arrive in order on every channel", async () => {
  const platform = await run();
  await enable(platform);
  const clients = [await listen(platform, "v1"), await listen(platform, "v3")];
  const startMs = processorMs();
  for (let n = 0; n < 10_000; n += 1) void platform.fire(STAR, { data: { n } });
  const tookMs = processorMs() - startMs;
  // Some five times what it takes.
  expect(tookMs).toBeLessThan(5_000);
  for (const client of clients) await client.roundTrip();
  const [old, current] = clients.map(({ heard }) =>
    heard.filter(({ event }) => event === "trigger_to_client"),
  );
  const inOrder = Array.from({ length: 10_000 }, (_, n) => n);
  expect(old?.map((frame) => dataOf(frame).payload.n)).toEqual(inOrder);
  expect(current?.map((frame) => dataOf(frame).data.n)).toEqual(inOrder);
  const { json } = await call(platform, "GET", "/api/v1/triggers/logs?limit=1&page=10000");
  expect(json.data[0].triggerClientPayload).toBe('{"n":0}');
});

/** Waits until nothing more is sent: whoever fires waits, or the client has been let go. */
async function stalled(platform: Platform): Promise<void> {
  for (let before = -1; ; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const sent = platform.connections()[0]?.sent ?? 0;
    if (sent === before) return;
    before = sent;
  }
}

test.each([
  [
    "one by one, each awaited",
    async (platform: Platform, data: object) => {
      for (let n = 0; n < 4_000; n += 1) await platform.fire(STAR, { data: { ...data } });
    },
  ],
  [
    "by one call of the control API",
    async (platform: Platform, data: object) => {
      const body = { name: STAR, data, count: 4_000 };
      const headers = { "x-earshot-dev": "1" };
      expect((await call(platform, "POST", "/dev/api/fire", { body, headers })).status).toBe(200);
    },
  ],
] as const)("firing waits for a client that reads late, which misses nothing: %s", async (_, fireAll) => {
  const platform = await run();
  await enable(platform);
  const client = await listen(platform, "v3");
  client.ws.pause();
  // All of it is twice what may wait for a client before it is let go.
  const fired = fireAll(platform, { bulk: "x".repeat(8_000) });
  await stalled(platform);
  client.ws.resume();
  await fired;
  await Promise.race([client.roundTrip(), client.closed]);
  expect(client.heard.filter(({ event }) => event === "trigger_to_client")).toHaveLength(4_000);
});

test("the event log keeps the newest, within its number and its bytes", async () => {
  const few = await run({ maxEvents: 5 });
  await enable(few);
  for (let n = 0; n < 5_000; n += 1) await few.fire(STAR, { data: { n } });
  expect(few.events().map(({ event }) => event.payload.n)).toEqual([4_999, 4_998, 4_997, 4_996, 4_995]);
  const small = await run({ maxEventBytes: 50_000 });
  await enable(small);
  for (let n = 0; n < 50; n += 1) await small.fire(STAR, { data: { n, bulk: "x".repeat(2_000) } });
  expect(small.events().length).toBeGreaterThan(1);
  expect(small.events().length).toBeLessThan(10);
  expect(small.events()[0]?.event.payload.n).toBe(49);
  await small.fire(STAR, { data: { bulk: "x".repeat(100_000) } });
  expect(small.events(), "the newest stays, however large").toHaveLength(1);
});

test("an event over the message limit comes in chunks and is whole again", async () => {
  const platform = await run();
  await enable(platform);
  const client = await listen(platform, "v3");
  const bulk = "å".repeat(20_000);
  await platform.fire(STAR, { data: { bulk } });
  await client.roundTrip();
  const chunks = client.heard.filter(({ event }) => event === "chunked-trigger_to_client").map(dataOf);
  expect(chunks.length).toBeGreaterThan(1);
  const whole = chunks.sort((a, b) => a.index - b.index).map(({ chunk }) => chunk);
  expect(JSON.parse(whole.join("")).data.bulk).toBe(bulk);
});

test("news tells of what happens", async () => {
  const platform = await run();
  const news: string[] = [];
  const off = platform.on((what) => news.push(what.type));
  platform.on((what) => {
    if (what.type === "fired") throw new Error("a listener that throws disturbs nobody");
  });
  const warned: Error[] = [];
  const hear = (warning: Error) => warned.push(warning);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  await enable(platform);
  const door = await hook(platform, "V3");
  await listen(platform, "v3");
  await platform.fire(STAR);
  await until(() => news.includes("settled"));
  expect(door.received).toHaveLength(1);
  for (const type of ["call", "trigger", "webhook", "realtime", "fired", "settled"])
    expect(news).toContain(type);
  off();
  const before = news.length;
  await call(platform, "GET", "/api/v1/nope");
  expect(news).toHaveLength(before);
  await until(() => warned.length > 0);
});

test("stopping ends the connections, twice as well as once", async () => {
  const platform = await run();
  const client = await listen(platform, "v3");
  await Promise.all([platform.stop(), platform.stop()]);
  await client.closed;
  await expect(call(platform, "GET", "/api/v1/nope")).rejects.toThrow(/ECONNREFUSED/);
});
