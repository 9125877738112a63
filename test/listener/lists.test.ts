import { createHmac } from "node:crypto";
import { asana, hmac, hubspot, meta, microsoftGraph, type Source } from "earshot";
import { expect, test, vi } from "vitest";
import { decode } from "../../src/decode/index.js";
import { ConcurrentCopies } from "../../src/pipeline/concurrent-copies.js";
import { markVerified } from "../../src/verify/outcome.js";
import { manualClock } from "../support/manual-clock.js";
import { open, post, secret } from "./sender.js";

const acme = (): Source => hmac({ provider: "acme", secrets: secret, header: "x-signature" });

test("each event of HubSpot's list is an event, under its own name, and a second try runs none of them again", async () => {
  const publicUrl = "https://example.com/hubspot";
  const { url, events, count } = await open({ "/hubspot": hubspot({ secrets: secret, publicUrl }) });
  const event = (subscriptionType: string, objectId: number, attemptNumber: number) => ({
    ...{ eventId: 1, subscriptionId: 2, portalId: 3, occurredAt: 1_750_000_000_000 },
    ...{ subscriptionType, objectId, attemptNumber },
  });
  const send = async (attempt: number) => {
    const body = JSON.stringify([event("contact.creation", 1, attempt), event("deal.deletion", 2, attempt)]);
    const time = String(Date.now());
    const signature = createHmac("sha256", secret).update(`POST${publicUrl}${body}${time}`).digest("base64");
    const headers = { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": time };
    const type = { "content-type": "application/json" };
    return (await fetch(`${url}/hubspot`, { method: "POST", body, headers: { ...type, ...headers } })).status;
  };
  expect(await send(0)).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(2));
  expect(events.map(({ triggerName }) => triggerName)).toEqual(["contact.creation", "deal.deletion"]);
  expect(events.map(({ payload }) => payload.objectId)).toEqual([1, 2]);
  expect(await send(1)).toBe(200);
  await vi.waitFor(() => expect(count("event.duplicate")).toBe(2));
  expect(events).toHaveLength(2);
});

/** The names and payloads of what a body gives. */
function decoded(provider: string, body: unknown) {
  const origin = { provider, signed: true, route: `/${provider}` };
  const text = JSON.stringify(body);
  return decode(markVerified({ source: "webhook", body: text, receivedAt: 0 }, origin), {
    contents: false,
  }).map(({ event }) => ({ name: event.triggerName, payload: event.payload }));
}

test("every provider that sends lists is split: Asana, Microsoft Graph, Meta, Twilio's event streams", () => {
  expect([asana, microsoftGraph, meta].every((make) => typeof make === "function")).toBe(true);
  const names = (provider: string, body: unknown) => decoded(provider, body).map(({ name }) => name);
  const task = (action: string) => ({ action, resource: { resource_type: "task" } });
  expect(names("asana", { events: [task("added"), task("deleted")] })).toEqual([
    "task.added",
    "task.deleted",
  ]);
  expect(names("asana", { events: [] })).toEqual(["heartbeat"]);
  expect(names("asana", { events: [null, task("deleted")] })).toEqual(["asana", "task.deleted"]);
  const graph = decoded("microsoft-graph", {
    value: [{ changeType: "created" }, { lifecycleEvent: "missed" }],
    validationTokens: ["jwt"],
  });
  expect(graph).toEqual([
    { name: "created", payload: { changeType: "created", validationTokens: ["jwt"] } },
    { name: "missed", payload: { lifecycleEvent: "missed", validationTokens: ["jwt"] } },
  ]);
  const page = {
    object: "page",
    entry: [
      { id: "1", changes: [{ field: "feed" }, { field: "mention" }] },
      { id: "2", messaging: [{ message: {} }] },
      { id: "3", changed_fields: ["about"] },
    ],
  };
  expect(names("meta", page)).toEqual(["page.feed", "page.mention", "page.messaging", "page"]);
  const cloudEvent = (type: string, id: string) => ({ specversion: "1.0", type, id });
  expect(names("twilio", [cloudEvent("com.twilio.a", "1"), cloudEvent("com.twilio.b", "2")])).toEqual([
    "com.twilio.a",
    "com.twilio.b",
  ]);
});

test("a list that has more than objects loses none of them", async () => {
  const { url, events } = await open({ "/acme": acme() });
  expect(await post(`${url}/acme`, '[{"type":"a"},null,{"type":"b"},7]')).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(4));
  expect(events.map(({ payload }) => payload as unknown)).toEqual([{ type: "a" }, null, { type: "b" }, 7]);
});

test("a list of 5,000 is 5,000 events, and equal elements are as many events", async () => {
  const { url, events } = await open({ "/acme": acme() });
  const list = Array.from({ length: 5000 }, (_none, at) => ({ event: "delivered", n: Math.floor(at / 2) }));
  expect(await post(`${url}/acme`, JSON.stringify(list))).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(5000), { timeout: 20_000 });
  expect(new Set(events.map(({ id }) => id)).size).toBe(5000);
}, 30_000);

test("an envelope is not copied so often that a delivery grows with its square", () => {
  const beside = "x".repeat(500_000);
  const value = Array.from({ length: 20_000 }, () => ({}));
  const bodies = [
    decoded("microsoft-graph", { beside, value }),
    decoded("meta", { object: "page", entry: [{ beside, changes: value }] }),
  ];
  expect(bodies.map((events) => events.length)).toEqual([1, 1]);
});

test("a list is acknowledged only when all of it is stored, and then runs once", async () => {
  let open_: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    open_ = resolve;
  });
  const { url, events } = await open({ "/acme": acme() }, { maxPending: 3, concurrency: 1 }, () => held);
  const body = JSON.stringify([1, 2, 3, 4].map((n) => ({ type: "a", n })));
  expect(await post(`${url}/acme`, body)).toBe(503);
  open_();
  await vi.waitFor(async () => expect(await post(`${url}/acme`, body)).toBe(200));
  await vi.waitFor(() => expect(events.map(({ payload }) => payload.n).sort()).toEqual([1, 2, 3, 4]));
});

test("a list of more events without ids than there is room for is stored over several tries, and each runs once", async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
  const { url, events } = await open({ "/acme": acme() }, { maxPending: 3, concurrency: 1 }, wait);
  const all = Array.from({ length: 12 }, (_, n) => n);
  const body = JSON.stringify(all.map((n) => ({ type: "a", n })));
  expect(await post(`${url}/acme`, body)).toBe(503);
  const stored = async () => expect(await post(`${url}/acme`, body)).toBe(200);
  await vi.waitFor(stored, { timeout: 10_000, interval: 20 });
  await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(12));
  expect(events.map(({ payload }) => Number(payload.n)).sort((a, b) => a - b)).toEqual(all);
});

test("each event of a list of 25,000 without ids is known while the list has no response", () => {
  const copies = new ConcurrentCopies(manualClock());
  for (let n = 0; n < 25_000; n += 1) copies.add(`${n}`, `id ${n}`, "stored");
  expect(copies.firstOf("0")).toMatchObject({ id: "id 0" });
});
