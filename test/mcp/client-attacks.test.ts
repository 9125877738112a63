import { createHmac } from "node:crypto";
import { type EarshotError, memoryInbox, TriggerListener } from "earshot";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free-port.js";
import { clientOf, eventually } from "./client-support.js";
import { fakeEventsServer } from "./fake-events-server.js";
import { hostOn, platformWithStars, STAR, tokens } from "./support.js";

async function forged(
  url: string,
  own: Record<string, string | undefined>,
  body: object,
  key = Buffer.alloc(32),
) {
  const text = JSON.stringify(body);
  const time = Math.floor(Date.now() / 1000);
  const digest = createHmac("sha256", key).update(`evt-x.${time}.${text}`).digest("base64");
  const headers = {
    "webhook-id": "evt-x",
    "webhook-timestamp": String(time),
    "webhook-signature": `v1,${digest}`,
    "x-mcp-subscription-id": "sub_1",
    ...own,
  };
  const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const response = await fetch(url, { method: "POST", headers: Object.fromEntries(sent), body: text });
  return { status: response.status, text: await response.text() };
}

test("nothing is taken, echoed or obeyed that the subscription's secret has not signed", async () => {
  const server = await fakeEventsServer();
  const port = await freePort();
  const client = await clientOf(server.url, { port, mcp: { events: [server.name], mode: "webhook" } });
  const url = `http://127.0.0.1:${port}/mcp`;
  const event = { eventId: "evt-x", name: server.name, timestamp: new Date().toISOString(), data: {} };
  const unsubscribes = () => server.calls.filter(({ method }) => method === "events/subscribe").length;
  const before = unsubscribes();
  for (const body of [
    event,
    { type: "verification", challenge: "forged" },
    { type: "gap", cursor: "9" },
    { type: "terminated", error: { code: -32012, message: "over" } },
  ]) {
    const answer = await forged(url, {}, body);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain("forged");
    expect((await forged(url, { "x-mcp-subscription-id": "sub_other" }, body)).status).toBe(401);
    expect((await forged(url, { "x-mcp-subscription-id": undefined }, body)).status).toBe(401);
    expect((await forged(url, { "webhook-signature": undefined }, body)).status).toBe(401);
  }
  await server.happen("ada");
  await eventually(() => expect(client.by()).toEqual(["ada"]));
  expect(client.gaps).toEqual([]);
  expect(unsubscribes()).toBe(before);
});

test("a delivery over 256 KiB is rejected unread, though it is signed, and nothing of it is stored", async () => {
  const server = await fakeEventsServer();
  const port = await freePort();
  const client = await clientOf(server.url, { port, mcp: { events: [server.name], mode: "webhook" } });
  const event = (bytes: number) => ({
    eventId: `evt-${bytes}`,
    name: server.name,
    timestamp: new Date().toISOString(),
    data: { starred_by: `${bytes}`, more: "x".repeat(bytes) },
    cursor: "0",
  });
  expect(await server.post(event(256 * 1024), "evt-large")).toBe(413);
  expect(await server.post(event(255 * 1024), "evt-fits")).toBe(204);
  await eventually(() => expect(client.by()).toEqual([`${255 * 1024}`]));
  expect((await client.listener.inbox.counts()).dead).toBe(0);
});

test("a server's event of another name than the subscription's runs no callback, and is dead-lettered", async () => {
  const server = await fakeEventsServer();
  const port = await freePort();
  const client = await clientOf(server.url, { port, mcp: { events: [server.name], mode: "webhook" } });
  const event = { eventId: "evt-9", name: STAR, timestamp: new Date().toISOString(), data: {}, cursor: "0" };
  expect(await server.post(event, "evt-9")).toBe(204);
  await eventually(async () => expect((await client.listener.inbox.counts()).dead).toBe(1));
  expect(client.events).toEqual([]);
});

test("a server that revokes access ends the subscription; one whose list has changed is asked again", async () => {
  const server = await fakeEventsServer();
  const client = await clientOf(server.url, { mcp: { events: [server.name], mode: "push" } });
  const lists = () => server.calls.filter(({ method }) => method === "events/list").length;
  const before = lists();
  server.notify("terminated", { error: { code: -32011, message: "gone", data: { kind: "event" } } });
  await eventually(() =>
    expect(server.calls.filter(({ method }) => method === "events/stream").length).toBe(2),
  );
  await eventually(() => expect(client.listener.health().healthy).toBe(true));
  server.notify("terminated", { error: { code: -32024, message: "revoked" } });
  await eventually(() => {
    expect(client.listener.health().mcp?.servers[0]?.subscriptions[0]?.state).toBe("ended");
  });
  expect(client.listener.health().healthy).toBe(false);
  expect(client.warnings.join()).toMatch(/revoked/);
  expect(lists()).toBeGreaterThanOrEqual(before);
});

test("a start fails with what is wrong: the name, the token, a server without events, the options", async () => {
  const { toolset } = await platformWithStars();
  const { url } = await hostOn(toolset, memoryInbox());
  const failure = async (mcp: object) => {
    const client = await clientOf(url, { mcp, starts: false });
    return await client.listener.start().then(
      () => undefined,
      (error: EarshotError) => `${error.code} ${error.message}`,
    );
  };
  expect(await failure({ events: ["GITHUB_STAR_ADED_EVENT"] })).toMatch(
    /^ERR_MCP .*no event GITHUB_STAR_ADED_EVENT.*Did you mean GITHUB_STAR_ADDED_EVENT\?/,
  );
  expect(await failure({ auth: "wrong" })).toMatch(/^ERR_MCP .*responded 401: check `auth`/);
  expect(await failure({ events: [{ name: STAR, arguments: { nope: 1 } }] })).toMatch(
    /^ERR_MCP .*InvalidParams/,
  );
  const listener =
    (mcp: object, more: object = {}) =>
    () =>
      new TriggerListener({ mcp: { url, events: [STAR], auth: tokens.ada, ...mcp } as never, ...more });
  expect(listener({ mode: "stream" })).toThrow(/`mcp\.mode`/);
  expect(listener({ mode: "webhook" })).toThrow(/needs `mcp\.webhookUrl`/);
  expect(listener({ webhookUrl: "https://a.example/mcp" })).toThrow(/add `webhook: { port }`/);
  expect(listener({ webhookUrl: "https://a.example/webhook" }, { webhook: { port: 0 } })).toThrow(
    /another sender's/,
  );
  expect(listener({ events: [] })).toThrow(/lists what to subscribe to/);
  expect(listener({ events: [STAR, STAR] })).toThrow(/twice/);
  expect(listener({ url: "ftp://a" })).toThrow(/`mcp\.url`/);
  expect(listener({ url: "https://user:pass@a.example/mcp" })).toThrow(/`auth`/);
});

test("a server that is down at the start does not end it: the listener receives once it is up", async () => {
  const port = await freePort();
  const client = await clientOf(`http://127.0.0.1:${port}/`, { mcp: { mode: "poll" } });
  expect(client.listener.health().mcp?.servers[0]?.subscriptions[0]).toMatchObject({
    state: "connecting",
    failure: expect.stringMatching(/cannot be reached/),
  });
  const { toolset, star } = await platformWithStars();
  const host = await hostOn(toolset, memoryInbox());
  const { createServer } = await import("node:http");
  const server = createServer(host.mcp.nodeHandler()).listen(port, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await eventually(() =>
    expect(client.listener.health().mcp?.servers[0]?.subscriptions[0]?.state).toBe("active"),
  );
  await star("ada");
  await eventually(() => expect(client.by()).toEqual(["ada"]));
});
