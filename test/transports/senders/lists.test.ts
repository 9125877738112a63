import { expect, test } from "vitest";
import type { ListedEvent, SenderLog } from "../../../src/model/sender-log.js";
import { githubDeliveries } from "../../../src/transports/senders/github-deliveries.js";
import { oldestFirst } from "../../../src/transports/senders/oldest-first.js";
import { stripeEvents } from "../../../src/transports/senders/stripe-events.js";
import { svixMessages } from "../../../src/transports/senders/svix-messages.js";
import { FakeGithub, FakeStripe, FakeSvix } from "./fakes.js";

const HOUR_MS = 3_600_000;
const now = Date.UTC(2026, 5, 1);
const lastHour = { since: now - HOUR_MS, until: now, signal: new AbortController().signal };

async function all(log: SenderLog, range = lastHour): Promise<ListedEvent[]> {
  const events: ListedEvent[] = [];
  for await (const event of log.read(range)) events.push(event);
  return events;
}

async function github(fill: (fake: FakeGithub) => void) {
  const fake = await new FakeGithub().start();
  fill(fake);
  const log = githubDeliveries({
    token: "gh-token",
    owner: "acme",
    repo: "site",
    hookId: 7,
    baseUrl: fake.url,
  });
  return { fake, log };
}

const failed = (id: number | string, at: number, more = {}) => ({
  id: String(id),
  guid: `guid-${id}`,
  at,
  event: "pull_request",
  statusCode: 502,
  payload: { action: "opened", number: Number(id) },
  ...more,
});

test("GitHub: over many pages, what no try has delivered is read, oldest first, four bodies at a time", async () => {
  const { fake, log } = await github(({ tries }) => {
    for (let id = 1; id <= 250; id += 1) {
      tries.push(failed(id, now - HOUR_MS + id * 1000, id % 5 === 0 ? {} : { statusCode: 200 }));
    }
  });
  fake.delayMs = 5;
  const events = await all(log);
  expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, at) => `guid-${(at + 1) * 5}`));
  expect(events[0]).toMatchObject({ eventName: "pull_request", body: { action: "opened", number: 5 } });
  expect(fake.requests.filter((path) => path.includes("per_page"))).toHaveLength(3);
  expect(fake.mostAtOnce).toBeGreaterThan(1);
  expect(fake.mostAtOnce).toBeLessThanOrEqual(4);
});

test("GitHub: a delivery is left out where any try has succeeded, even after the range, and is read once where none has", async () => {
  const { log } = await github(({ tries }) => {
    tries.push(
      failed(1, now - 5000),
      failed(2, now + 5000, { guid: "guid-1", statusCode: 200, redelivery: true }),
    );
    tries.push(failed(3, now - 4000), failed(4, now - 3000, { guid: "guid-3", redelivery: true }));
    tries.push(failed(5, now - 2 * HOUR_MS), failed(6, now + 1000));
  });
  expect((await all(log)).map(({ id, at }) => [id, at])).toEqual([["guid-3", now - 4000]]);
});

test("GitHub: the ids of tries are numbers beyond 2^53, and their bodies are read all the same", async () => {
  const { log } = await github(({ tries }) => {
    tries.push(failed("9007199254740993", now - 2000), failed("9007199254740995", now - 1000));
  });
  const events = await all(log);
  expect(events.map(({ id }) => id)).toEqual(["guid-9007199254740993", "guid-9007199254740995"]);
  expect(events.every(({ body }) => body !== undefined)).toBe(true);
});

test("GitHub: a body that is gone is an event without a body, not an end of the list", async () => {
  const { log } = await github(({ tries }) => {
    tries.push(failed(1, now - 2000, { payload: undefined }), failed(2, now - 1000));
  });
  expect((await all(log)).map(({ body }) => body === undefined)).toEqual([true, false]);
});

test.each([
  ["no valid token", { status: 401, json: { message: "Bad credentials" } }, { code: "ERR_UNAUTHORIZED" }],
  [
    "no permission",
    { status: 403, json: { message: "Resource not accessible" } },
    { code: "ERR_UNAUTHORIZED" },
  ],
  ["no such hook", { status: 404, json: { message: "Not Found" } }, { code: "ERR_NOT_FOUND" }],
  ["too many requests", { status: 429, headers: { "retry-after": "7" }, json: {} }, { retryAfterMs: 7000 }],
  [
    "an exhausted limit",
    {
      status: 403,
      headers: {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1780272060",
        date: "Mon, 01 Jun 2026 00:00:00 GMT",
      },
      json: { message: "API rate limit exceeded" },
    },
    { code: "ERR_RATE_LIMITED", retryAfterMs: 60_000 },
  ],
  ["a failure", { status: 502, text: "<html>" }, { code: "ERR_API", status: 502 }],
  ["a page that is not JSON", { status: 200, text: "<html>" }, { code: "ERR_BAD_ANSWER" }],
  ["another shape", { status: 200, json: { deliveries: [] } }, { code: "ERR_BAD_ANSWER" }],
  ["a line without an id", { status: 200, json: [{ guid: "a" }] }, { code: "ERR_BAD_ANSWER" }],
  [
    "a redirect",
    { status: 302, headers: { location: "http://127.0.0.1:1/" }, text: "" },
    { code: "ERR_API" },
  ],
])("GitHub: %s is an error that says so", async (_, fault, error) => {
  const { fake, log } = await github(() => undefined);
  fake.faults.push(fault);
  await expect(all(log)).rejects.toMatchObject(error);
});

test("GitHub: hooks of organizations and apps, and a token that is made for each request", async () => {
  for (const [path, options] of [
    ["/orgs/acme/hooks/7/deliveries", { owner: "acme", hookId: 7 }],
    ["/app/hook/deliveries", {}],
  ] as const) {
    const fake = await new FakeGithub(path).start();
    fake.tries.push(failed(1, now - 1000));
    let made = 0;
    const token = async () => {
      made += 1;
      return "gh-token";
    };
    expect(await all(githubDeliveries({ ...options, token, baseUrl: fake.url }))).toHaveLength(1);
    expect(made).toBe(2);
  }
  expect(() => githubDeliveries({ token: "t", owner: "acme", repo: "site" })).toThrow(/`hookId`/);
  expect(() => githubDeliveries({ token: "" })).toThrow(/token is missing/);
  expect(() => githubDeliveries({ token: "t", hook: 1 } as never)).toThrow(/"?hook"?/);
});

test("Stripe: undelivered events of the range and types, oldest first, over more pages than are held in memory", async () => {
  const fake = await new FakeStripe().start();
  for (let at = 0; at < 1300; at += 1) {
    const type = at % 2 === 0 ? "invoice.paid" : "charge.failed";
    fake.events.push({
      id: `evt_${at}`,
      type,
      created: (now - HOUR_MS) / 1000 + at,
      delivered: at % 10 === 0,
    });
  }
  const events = await all(stripeEvents({ apiKey: "sk_test", types: ["invoice.paid"], baseUrl: fake.url }));
  const wanted = fake.events.filter(({ type, delivered }) => type === "invoice.paid" && !delivered);
  expect(events.map(({ body }) => (body as { id: string }).id)).toEqual(wanted.map(({ id }) => id));
  expect(events[0]?.at).toBe((wanted[0]?.created ?? 0) * 1000);
});

test("Svix: what the endpoint has not acknowledged, oldest first, under its signed id", async () => {
  const fake = await new FakeSvix().start();
  for (let at = 1; at <= 7; at += 1) {
    fake.messages.push({
      id: `msg_${at}`,
      at: now - at * 1000,
      status: at === 3 ? 0 : 2,
      payload: { type: "user.created", at },
    });
  }
  fake.messages.push({ id: "msg_old", at: now - 2 * HOUR_MS, status: 2, payload: {} });
  const log = svixMessages({ token: "sk_poll_1.eu", appId: "app_1", endpointId: "ep_1", baseUrl: fake.url });
  const events = await all(log);
  expect(events.map(({ id }) => id)).toEqual(["msg_7", "msg_6", "msg_5", "msg_4", "msg_2", "msg_1"]);
  expect(events[0]).toMatchObject({ idSigned: true, body: { type: "user.created", at: 7 } });
});

test("a list of any length comes oldest first, whatever is added at its front meanwhile", async () => {
  const items = Array.from({ length: 95 }, (_, at) => at);
  let reads = 0;
  const read = async (cursor: string | undefined) => {
    reads += 1;
    // Something new at each reading: it belongs to a later gap.
    items.push(items.length);
    const newest = [...items].reverse();
    const from = cursor === undefined ? 0 : newest.indexOf(Number(cursor)) + 1;
    const page = newest.slice(from, from + 5);
    return { items: page, next: from + 5 < newest.length ? String(page.at(-1)) : undefined };
  };
  const found: number[] = [];
  for await (const item of oldestFirst(read)) found.push(item);
  expect(found).toEqual(Array.from({ length: 96 }, (_, at) => at));
  expect(reads).toBeGreaterThan(20);
});
