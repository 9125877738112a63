import { join } from "node:path";
import { github, hmac, token } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { runs } from "../support/runs.js";
import { hex, open, post, secret } from "./sender.js";

const acme = () => hmac({ provider: "acme", secrets: secret, header: "x-signature" });

test("GitHub's form is read like its JSON, and is no dead record", async () => {
  const { url, events, count } = await open({ "/github": github({ secrets: secret }) });
  const json = JSON.stringify({ action: "opened", number: 7, title: "ä & b = c" });
  const form = new URLSearchParams({ payload: json }).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-github-event": "pull_request",
    "x-github-delivery": "d-1",
  };
  expect(await post(`${url}/github`, form, headers)).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({ triggerName: "pull_request.opened", payload: JSON.parse(json) });
  expect(count("delivery.undecodable")).toBe(0);
});

const bytes = (...all: number[]) => Uint8Array.from(all);
test.each<[string, string | Uint8Array, string, unknown]>([
  ["a form", "a=1&b=x+y&a=2", "application/x-www-form-urlencoded", { a: ["1", "2"], b: "x y" }],
  [
    "a form with __proto__",
    "__proto__=x&b=1",
    "application/x-www-form-urlencoded",
    JSON.parse('{"__proto__":"x","b":"1"}'),
  ],
  ["XML", "<a><b>1</b></a>", "application/xml", "<a><b>1</b></a>"],
  ["text", "it happened", "text/plain; charset=utf-8", "it happened"],
  ["JSON that is called text", '{"a":1}', "text/plain", { a: 1 }],
  ["JSON after a byte order mark", '\ufeff{"a":1}', "application/json", { a: 1 }],
  ["JSON with __proto__", '{"__proto__":{"x":1}}', "application/json", JSON.parse('{"__proto__":{"x":1}}')],
  ["a number", "17", "application/json", 17],
  ["null", "null", "application/json", null],
  ["a list of numbers", "[1,2]", "application/json", { items: [1, 2] }],
  ["an empty list", "[]", "application/json", { items: [] }],
  ["a list of lists", '[[{"a":1}]]', "application/json", { items: [[{ a: 1 }]] }],
  [
    "a multipart body",
    '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    "multipart/form-data; boundary=x",
    { a: "1" },
  ],
  [
    "bytes that are not UTF-8",
    bytes(0xff, 0xfe, 0x7b, 0x00),
    "application/octet-stream",
    bytes(0xff, 0xfe, 0x7b, 0x00),
  ],
])("a sender's body reaches the callback, whatever it is: %s", async (_what, body, type, payload) => {
  const { url, events, count } = await open({ "/acme": acme() });
  expect(await post(`${url}/acme`, body, { "content-type": type })).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  const got = events[0]?.payload as unknown;
  if (payload instanceof Uint8Array) expect(Buffer.from(got as Uint8Array)).toEqual(Buffer.from(payload));
  else if (typeof payload === "object" && payload !== null && !("asymmetricMatch" in payload))
    expect(JSON.stringify(got)).toBe(JSON.stringify(payload));
  else expect(got).toEqual(payload);
  expect(count("delivery.undecodable")).toBe(0);
});

test("GitHub's JSON after a byte order mark is read", async () => {
  const { url, events } = await open({ "/github": github({ secrets: secret }) });
  expect(await post(`${url}/github`, '\ufeff{"action":"opened"}', { "x-github-event": "issues" })).toBe(200);
  await vi.waitFor(() => expect(events[0]?.triggerName).toBe("issues.opened"));
});

const google = {
  "x-goog-channel-id": "c-1",
  "x-goog-resource-state": "exists",
  "x-goog-message-number": "10",
};

test("an empty body is an event with an empty payload, and its facts stand in its headers", async () => {
  const { url, events } = await open({
    "/google": token({ provider: "google", secrets: secret, header: "x-goog-channel-token" }),
  });
  const headers = { "x-goog-channel-token": secret, ...google };
  expect(await post(`${url}/google?shop=a&key=hidden`, "", headers)).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events[0]?.payload).toEqual({});
  expect(events[0]?.request).toMatchObject({
    method: "POST",
    path: "/google",
    route: "/google",
    headers: google,
  });
  expect({ ...events[0]?.request?.query }).toEqual({ shop: "a" });
  expect(JSON.stringify(events[0])).not.toContain(secret);
});

test("two notifications that differ in their headers alone are two events, while neither has its response", async () => {
  const source = token({ provider: "google", secrets: secret, header: "x-goog-channel-token" });
  let respond: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    respond = resolve;
  });
  const { url, events } = await open({
    "/google/{account}": { source, respond: async () => void (await held) },
  });
  const send = (path: string, number: string) =>
    post(url + path, "", { ...google, "x-goog-channel-token": secret, "x-goog-message-number": number });
  const sent = [send("/google/a", "1"), send("/google/a", "2"), send("/google/b", "1")];
  await vi.waitFor(() => expect(events).toHaveLength(3));
  respond();
  expect(await Promise.all(sent)).toEqual([200, 200, 200]);
});

test("the request is there after a restart, and names no credential", async () => {
  const { folder, remove } = temporaryFolder();
  const file = join(folder, "events.db");
  const first = await open({ "/hooks/{shop}": acme() }, { inbox: sqliteInbox({ path: file }) }, () => {
    throw new Error("Not yet.");
  });
  const headers = { "x-shop": "tea", authorization: "Bearer hidden-1", cookie: "a=hidden-2" };
  expect(await post(`${first.url}/hooks/tea?region=eu&token=hidden-3`, '{"type":"paid"}', headers)).toBe(200);
  await vi.waitFor(() => expect(first.events).toHaveLength(1));
  const before = first.events[0];
  await first.listener.stop({ timeoutMs: 0 });
  const second = await open({ "/hooks/{shop}": acme() }, { inbox: sqliteInbox({ path: file }) });
  await vi.waitFor(() => expect(second.events).toHaveLength(1), { timeout: 10_000 });
  const [after] = second.events;
  expect(JSON.stringify(after?.request)).toBe(JSON.stringify(before?.request));
  expect(after?.origin).toEqual({ provider: "acme", route: "/hooks/{shop}", signed: true });
  expect(after?.request).toMatchObject({
    path: "/hooks/tea",
    route: "/hooks/{shop}",
    headers: { "x-shop": "tea" },
  });
  expect(JSON.stringify(after)).not.toMatch(/hidden-\d/);
  await second.listener.stop({ timeoutMs: 0 });
  remove();
});

test("whatever bytes a sender signs, they are acknowledged and run or dead-lettered, and nothing throws", async () => {
  const routes = { "/acme": acme(), "/github": github({ secrets: secret }) };
  const { listener, events, count } = await open(routes, { maxPending: 100_000 });
  // Each would be a warning of the process.
  listener.on("delivery.undecodable", () => undefined);
  const handler = listener.fetchHandler();
  const type = fc.constantFrom(
    undefined,
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    ";",
    "a/b+json",
  );
  const json = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string().map((text) => Buffer.from(text)),
    json.map((value) => Buffer.from(JSON.stringify(value) ?? "null")),
    json.map((value) => Buffer.from(`\ufeff${JSON.stringify(value) ?? "null"}`)),
    fc
      .constantFrom(
        "[",
        "{",
        "[".repeat(100_000),
        '{"a":'.repeat(50_000),
        '"\\ud800"',
        '{"id":"\\ud800","type":"\\u0000"}',
      )
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("/acme", "/github"), body, type, async (path, sent, contentType) => {
      const before = events.length + count("delivery.undecodable") + count("event.duplicate");
      const mac = hex(secret, sent);
      const headers = {
        "x-signature": mac,
        "x-hub-signature-256": `sha256=${mac}`,
        "x-github-delivery": String(Math.random()),
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      };
      const response = await handler(
        new Request(`http://localhost${path}`, { method: "POST", body: Buffer.from(sent), headers }),
      );
      expect(response.status).toBe(200);
      await vi.waitFor(() =>
        expect(events.length + count("delivery.undecodable") + count("event.duplicate")).toBeGreaterThan(
          before,
        ),
      );
    }),
    { numRuns: runs(300), seed: 20_260_101 },
  );
  expect(count("callback.failed")).toBe(0);
  expect(count("warning")).toBe(0);
}, 60_000);

test("a form whose content type was sent twice is read as one, when it comes and when it is read from the store", async () => {
  const { folder, remove } = temporaryFolder();
  const failing = vi.fn().mockImplementationOnce(() => {
    throw new Error("once");
  });
  const { url, events } = await open(
    { "/acme": acme() },
    { inbox: sqliteInbox({ path: join(folder, "events.db") }), retry: { attempts: 2, baseMs: 1, capMs: 1 } },
    failing,
  );
  onTestFinished(remove);
  const type = "application/x-www-form-urlencoded";
  expect(await post(`${url}/acme`, "a=1", { "content-type": `${type}, ${type}` })).toBe(200);
  await vi.waitFor(() => expect(events).toHaveLength(2));
  expect(events.map(({ payload }) => ({ ...payload }))).toEqual([{ a: "1" }, { a: "1" }]);
});
