import { createHmac } from "node:crypto";
import { hmac, type Source, stripe, telegram, token } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { open, post, secret } from "./sender.js";

const acme = hmac({ provider: "acme", secrets: secret, header: "x-signature" });

/** A hand-written source that gives this origin. */
const own = (origin: object) =>
  ({
    provider: "acme",
    verify: () => ({ origin: { provider: "acme", signed: true, ...origin } }),
  }) as unknown as Source;

test("an id of a hand-written source belongs to the route that took it", async () => {
  const source = own({ messageId: "m-1" });
  const { url, events } = await open({ "/a": source, "/b": source });
  for (const path of ["/a", "/b", "/b"]) expect(await post(url + path, "{}")).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(2));
  expect(events.map(({ origin }) => origin.route)).toEqual(["/a", "/b"]);
});

test.each([[""], [null], [{}], [undefined]])(
  "a hand-written source that gives the id %j gives none: two events are two",
  async (messageId) => {
    const { url, events } = await open({ "/a": own({ messageId }) });
    for (const n of [1, 2]) expect(await post(`${url}/a`, JSON.stringify({ n }))).toBe(200);
    await vi.waitFor(() => expect(events).toHaveLength(2));
  },
);

test("the credential header of a source that wraps a built-in one is in no event", async () => {
  const key = "0123456789abcdef0123";
  const { url, events } = await open({
    "/a": { ...token({ header: "x-acme", secrets: key }), acknowledgement: { status: 202 } },
  });
  expect(await post(`${url}/a`, "{}", { "x-acme": key })).toBe(202);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events[0]?.request?.headers).not.toHaveProperty("x-acme");
});

test.each([[""], [Number.NaN], [Number.POSITIVE_INFINITY]])(
  "a deduplication key %j makes no two events one, and is warned of",
  async (key) => {
    const dedupe = () => key as string;
    for (const [route, options] of [
      [{ source: acme, dedupe }, {}],
      [acme, { dedupeKey: dedupe }],
    ] as const) {
      const { url, events, reports } = await open({ "/a": route }, options);
      for (const n of [1, 2, 3]) expect(await post(`${url}/a`, JSON.stringify({ n }))).toBe(200);
      await vi.waitFor(() => expect(events).toHaveLength(3));
      expect(reports.filter(({ type }) => type === "warning")).toHaveLength(1);
    }
  },
);

test("deduplication keys that a store cannot hold as they are stay different", async () => {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const long = "x".repeat(100_000);
  const keys = ["\ud800", "\ud801", "a\0b", "a\0c", "a", `${long}1`, `${long}2`];
  const left = [...keys];
  const { url, events } = await open(
    { "/a": acme },
    { inbox: sqliteInbox({ path: `${folder}/events.db` }), dedupeKey: () => left.shift() },
  );
  for (const n of keys.keys()) expect(await post(`${url}/a`, JSON.stringify({ n }))).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(keys.length));
});

test("ids that are numbers beyond 2^53 make no two events one", async () => {
  const key = "0123456789abcdef";
  const { url, events } = await open({
    "/telegram": telegram({ secrets: key }),
    "/stripe": stripe({ secrets: secret }),
  });
  for (const id of ["9007199254740992", "9007199254740993"]) {
    const update = `{"update_id":${id},"message":{}}`;
    expect(await post(`${url}/telegram`, update, { "x-telegram-bot-api-secret-token": key })).toBe(200);
    const body = `{"id":${id},"type":"x"}`;
    const time = String(Math.floor(Date.now() / 1000));
    const v1 = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    expect(await post(`${url}/stripe`, body, { "stripe-signature": `t=${time},v1=${v1}` })).toBe(200);
  }
  await vi.waitFor(() => expect(events).toHaveLength(4));
});

test.each([
  ["a body that is no text", { status: 200, body: {} }],
  ["a header that cannot be sent", { status: 200, headers: { "x-a": "a\r\nb" } }],
  ["a header without a name", { status: 200, headers: { "x a": "1" } }],
])("an acknowledgement with %s is an error when the listener is made", async (_what, acknowledgement) => {
  const source = { ...own({}), acknowledgement } as unknown as Source;
  await expect(open({ "/a": source })).rejects.toThrow(
    "The `acknowledgement` of the source acme cannot be sent",
  );
});

test("routes that are a Map are an error instead of no routes", async () => {
  const routes = new Map([["/a", acme]]) as never;
  await expect(open(routes)).rejects.toThrow("`webhook.routes` is an object");
});
