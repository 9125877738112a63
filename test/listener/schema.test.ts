import { createHmac } from "node:crypto";
import { github, type ListenerEvent, type RouteOptions, TriggerListener } from "earshot";
import { afterEach, expect, expectTypeOf, test, vi } from "vitest";
import { z } from "zod";
import { collect } from "../support/collect.js";

const secret = "a secret of some length";
const issue = z.object({
  action: z.string(),
  issue: z.object({ number: z.number(), labels: z.array(z.string()) }),
});
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop()));
});

async function open(route: Partial<RouteOptions> = {}) {
  const listener = new TriggerListener({
    webhook: {
      port: 0,
      routes: { "/hooks/{provider}": [{ source: github({ secrets: [secret] }), ...route }] },
    },
  });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  await listener.start();
  let deliveries = 0;
  const post = (payload: unknown) => {
    const body = JSON.stringify(payload);
    deliveries += 1;
    return fetch(`${listener.health().webhook?.url}/hooks/github`, {
      method: "POST",
      body,
      headers: {
        "x-github-event": "issues",
        "x-github-delivery": `d-${deliveries}`,
        "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
      },
    });
  };
  return { listener, reports, post };
}

const good = { action: "opened", issue: { number: 1, labels: ["bug"] } };
const bad = { action: "opened", issue: { number: "1", labels: ["bug", 7] } };

test("a callback's schema types its event, hands over what it makes of the payload, and keeps the rest as dead", async () => {
  const { listener, post } = await open();
  const doubled = issue.transform(({ issue: { number } }) => ({ twice: number * 2 }));
  const heard: number[] = [];
  listener.callback(
    { appName: "github" },
    (event) => {
      expectTypeOf(event.payload).toEqualTypeOf<{ twice: number }>();
      heard.push(event.payload.twice);
    },
    { schema: doubled },
  );
  expect((await post(good)).status).toBe(200);
  expect((await post(bad)).status).toBe(200);
  expect(heard).toEqual([2]);
  const [dead] = await collect(listener.inbox.find({ state: "dead" }));
  expect(dead).toMatchObject({ attempts: 1, triggerName: "issues.opened" });
  expect(dead?.failures[0]?.message).toMatch(/issue\.number: .*\n.*issue\.labels\[1\]: /);
});

test("a schema that validates later does the same", async () => {
  const { listener, post, reports } = await open();
  const later = issue.refine(async ({ issue: { number } }) => number < 5, "too large");
  const heard: unknown[] = [];
  listener.callback({}, (event) => void heard.push(event.payload), { schema: later });
  await post(good);
  await post({ ...good, issue: { ...good.issue, number: 9 } });
  await expect
    .poll(() =>
      reports.filter(({ type }) => /^event\.(?:done|dead-lettered)$/.test(type)).map(({ type }) => type),
    )
    .toEqual(["event.done", "event.dead-lettered"]);
  expect(heard).toEqual([good]);
});

test("a route's schema keeps what does not match as dead, before any callback", async () => {
  const { listener, post, reports } = await open({ schema: issue });
  const heard: unknown[] = [];
  listener.callback({}, (event) => void heard.push(event.payload));
  expect((await post(bad)).status).toBe(200);
  expect((await post(good)).status).toBe(200);
  expect(heard).toEqual([good]);
  const [dead] = await collect(listener.inbox.find({ state: "dead" }));
  expect(JSON.parse(String(dead?.body))).toEqual(bad);
  expect(dead?.failures[0]?.message).toContain("issue.number");
  expect(reports.map(({ type }) => type)).toContain("delivery.undecodable");
});

test("a route may ask for 400 instead", async () => {
  const { listener, post, reports } = await open({ schema: issue, onInvalid: "reject" });
  expect((await post(bad)).status).toBe(400);
  expect(listener.inbox.counts()).toMatchObject({ dead: 0 });
  expect(reports).toContainEqual(
    expect.objectContaining({
      type: "delivery.rejected",
      error: expect.objectContaining({ code: "ERR_SCHEMA" }),
    }),
  );
});

test("routes say what is wrong with them", () => {
  const source = github({ secrets: [secret] });
  const make = (routes: object) => () => new TriggerListener({ webhook: { routes: routes as never } });
  expect(make({ "/a": [source, source] })).toThrow(
    "The route /a has several sources: write {provider} in its path.",
  );
  expect(make({ "/a": {} })).toThrow("The route /a has no source");
  expect(make({ "/a": { source, shema: 1 } })).toThrow("has no option `shema`");
  expect(make({ "/a": { source, schema: {} } })).toThrow("is no Standard Schema");
  expect(make({ a: source })).toThrow('a path starts with "/", not "a"');
});

const results: Readonly<Record<string, () => unknown>> = {
  "throws an error": () => {
    throw new Error("no");
  },
  "throws null": () => {
    throw null;
  },
  rejects: () => Promise.reject(new Error("no")),
  "returns nothing": () => undefined,
  "returns null": () => null,
  "returns a number": () => 5,
  "has issues that are no list": () => ({ issues: "no" }),
  "has an issue that is null": () => ({ issues: [null] }),
  "has a path of odd steps": () => ({
    issues: [{ message: "no", path: [null, Symbol("s"), undefined, {}] }],
  }),
  "has a path that is text": () => ({ issues: [{ message: "no", path: "a.b" }] }),
  "returns a thenable with issues": () => ({
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library is no Promise
    then: (yes: (result: object) => void) => yes({ issues: [{ message: "no" }] }),
  }),
};

test.each(Object.entries(results))(
  "an event whose route's schema %s is stored as dead, and never runs or is lost",
  async (_what, validate) => {
    const schema = { "~standard": { version: 1, vendor: "test", validate } } as never;
    const { listener, post } = await open({ schema });
    const heard: unknown[] = [];
    listener.callback({}, (event) => void heard.push(event));
    expect((await post(good)).status).toBe(200);
    const [dead] = await collect(listener.inbox.find({ state: "dead" }));
    expect(dead?.failures[0]?.message).toMatch(/^ERR_SCHEMA: /);
    expect(heard).toEqual([]);
  },
);

const unreadable: readonly (readonly [string, () => unknown])[] = [
  ["a message that becomes no text", () => ({ message: Object.create(null) })],
  ["a path that becomes no text", () => ({ message: "no", path: [{ key: Object.create(null) }, "a"] })],
  [
    "members that throw",
    () => ({
      get message() {
        throw new Error("no access");
      },
    }),
  ],
];

test.each(unreadable)(
  "an issue with %s is an issue: a route answers 400, and a callback is not retried",
  async (_what, makeIssue) => {
    const validate = () => ({ issues: [makeIssue()] });
    const schema = { "~standard": { version: 1, vendor: "test", validate } } as never;
    const strict = await open({ schema, onInvalid: "reject" });
    expect((await strict.post(good)).status).toBe(400);
    const { listener, post } = await open();
    listener.callback({}, () => undefined, { schema });
    expect((await post(good)).status).toBe(200);
    await vi.waitFor(async () =>
      expect(await listener.inbox.counts()).toMatchObject({ dead: 1, waiting: 0 }),
    );
  },
);

test("a schema's many issues make no long message", async () => {
  const issues = Array.from({ length: 10_000 }, (_, index) => ({ message: "wrong", path: ["list", index] }));
  const schema = { "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) } } as never;
  const { reports, post } = await open({ schema, onInvalid: "reject" });
  expect((await post(good)).status).toBe(400);
  const report = reports.find(({ type }) => type === "delivery.rejected") as { error: Error } | undefined;
  expect(report?.error.message).toMatch(/list\[0\]: wrong[\s\S]*… and 9950 more$/);
  expect(report?.error.message.length).toBeLessThan(2000);
});
