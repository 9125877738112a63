import { memoryInbox } from "earshot";
import { describe, expect, test } from "vitest";
import { freePort } from "../support/free-port.js";
import { clientOf, eventually, forMode, modes } from "./client-support.js";
import { fileInbox, hostOn, platformWithStars, STAR } from "./support.js";

describe.each(modes)("by %s", (mode) => {
  test("an event runs once, as an event of its trigger, verified and with its data", async () => {
    const { toolset, star } = await platformWithStars();
    const { url } = await hostOn(toolset, memoryInbox());
    const client = await clientOf(url, await forMode(mode));
    expect(client.listener.health().mcp).toEqual({
      servers: [{ url: `${url}/`, provider: "mcp", subscriptions: [{ event: STAR, mode, state: "active" }] }],
    });
    await star("ada");
    await eventually(() => expect(client.by()).toEqual(["ada"]));
    const [event] = client.events;
    expect(event).toMatchObject({
      triggerName: STAR,
      appName: "mcp",
      source: mode === "webhook" ? "webhook" : "mcp",
      origin: { provider: "mcp", signed: true },
    });
    expect(event?.id).toMatch(/^mcp:[0-9a-f]{16}:/);
    expect(event?.payload.repository_name).toBe("site");
    expect(client.gaps).toEqual([]);
    expect(client.warnings).toEqual([]);
  });

  test("what came while the listener was not running arrives after its start, and nothing twice", async () => {
    const { toolset, star } = await platformWithStars();
    const { url } = await hostOn(toolset, memoryInbox());
    const inbox = fileInbox();
    const options = await forMode(mode);
    const first = await clientOf(url, { ...options, inbox: inbox() });
    await star("a");
    await eventually(() => expect(first.by()).toEqual(["a"]));
    await first.stop();
    for (const by of ["b", "c"]) await star(by);
    const second = await clientOf(url, { ...options, inbox: inbox() });
    await star("d");
    await eventually(() => expect([...second.by()].sort()).toEqual(["b", "c", "d"]));
    expect(second.gaps).toEqual([]);
  });
});

test.each(modes)("by %s, a process that dies right after its first start continues there", async (mode) => {
  const { toolset, star } = await platformWithStars();
  const { url } = await hostOn(toolset, memoryInbox());
  const inbox = memoryInbox();
  const stored = new Map<string, string>();
  const options = await forMode(mode);
  // What the inbox has at this time is what a process that dies now leaves behind.
  const first = await clientOf(url, { ...options, inbox });
  for (const [name, value] of await inbox.listMetadata("mcp-client:")) stored.set(name, value);
  await first.stop();
  await star("after");
  const second = memoryInbox();
  const reads = second.readMetadata.bind(second);
  second.readMetadata = (name) => reads(name) ?? stored.get(name);
  Object.defineProperty(second, "durable", { value: true });
  const again = await clientOf(url, { ...options, inbox: second });
  await eventually(() => expect(again.by()).toEqual(["after"]));
});

test("webhooks are preferred, then an open response, then polls", async () => {
  const { toolset } = await platformWithStars();
  const event = (name: string, delivery: readonly ("webhook" | "push" | "poll")[]) => ({
    name,
    filter: STAR,
    delivery,
  });
  const { url } = await hostOn(toolset, memoryInbox(), {
    events: [
      event("all", ["poll", "push", "webhook"]),
      event("no-webhook", ["poll", "push"]),
      event("poll", ["poll"]),
    ],
  });
  const events = ["all", "no-webhook", "poll"];
  const modesOf = async (port?: number) => {
    const client = await clientOf(url, { ...(port === undefined ? {} : { port }), mcp: { events } });
    return client.listener.health().mcp?.servers[0]?.subscriptions.map(({ mode }) => mode);
  };
  expect(await modesOf(await freePort())).toEqual(["webhook", "push", "poll"]);
  expect(await modesOf()).toEqual(["push", "push", "poll"]);
});
