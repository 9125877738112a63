import { createHmac } from "node:crypto";
import { github, type ListenerEvent, type RouteOptions, type StandardSchema, TriggerListener } from "earshot";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { type, valibot as v } from "../compat/schemas.js";
import { collect } from "../support/collect.js";

const secret = "a secret of some length";
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop()));
});

const byZod = z.object({
  action: z.string(),
  issue: z.object({ number: z.number(), labels: z.array(z.string()) }),
});
const byValibot = v.object({
  action: v.string(),
  issue: v.object({ number: v.number(), labels: v.array(v.string()) }),
});
const byArktype = type({ action: "string", issue: { number: "number", labels: "string[]" } });

interface Issue {
  action: string;
  issue: { number: number; labels: string[] };
}

const libraries: readonly (readonly [string, StandardSchema<Issue>])[] = [
  ["zod", byZod],
  ["valibot", byValibot],
  ["arktype", byArktype],
];

async function open(route: Partial<RouteOptions> = {}) {
  const source = github({ secrets: secret });
  const listener = new TriggerListener({ webhook: { port: 0, routes: { "/in": { source, ...route } } } });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  await listener.start();
  const post = async (payload: unknown) => {
    const body = JSON.stringify(payload);
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const headers = { "x-github-event": "issues", "x-hub-signature-256": signature };
    const answer = await fetch(`${listener.health().webhook?.url}/in`, { method: "POST", body, headers });
    return answer.status;
  };
  const dead = async () => (await collect(listener.inbox.find({ state: "dead" })))[0];
  return { listener, reports, post, dead };
}

const good: Issue = { action: "opened", issue: { number: 1, labels: ["bug"] } };
const bad = { action: "opened", issue: { number: "1", labels: ["bug", 7] } };

/** The places that a message names; each library has an order of its own. */
const placesIn = (message = "") => [...message.matchAll(/^ {2}(\S+): /gm)].map(([, place]) => place).sort();

describe.each(libraries)("%s", (vendor, schema) => {
  test("is the library that it says it is", () => {
    expect(schema["~standard"].vendor).toBe(vendor);
  });

  test("on a callback: what matches is handed over, what does not is dead with every issue and its place", async () => {
    const { listener, post, dead } = await open();
    const heard: number[] = [];
    listener.callback({ appName: "github" }, ({ payload }) => void heard.push(payload.issue.number), {
      schema,
    });
    expect([await post(good), await post(bad)]).toEqual([200, 200]);
    expect(heard).toEqual([1]);
    const record = await dead();
    expect(record?.attempts).toBe(1);
    expect(placesIn(record?.failures[0]?.message)).toEqual(["issue.labels[1]", "issue.number"]);
  });

  test("on a route: what does not match is acknowledged, kept as dead, and given to no callback", async () => {
    const { listener, post, dead, reports } = await open({ schema });
    const heard: unknown[] = [];
    listener.callback({}, ({ payload }) => void heard.push(payload));
    expect([await post(bad), await post(good)]).toEqual([200, 200]);
    expect(heard).toEqual([good]);
    const record = await dead();
    expect(JSON.parse(String(record?.body))).toEqual(bad);
    expect(record?.failures[0]?.message).toMatch(/^ERR_SCHEMA: /);
    expect(placesIn(record?.failures[0]?.message)).toEqual(["issue.labels[1]", "issue.number"]);
    expect(reports).toContainEqual(
      expect.objectContaining({
        type: "delivery.undecodable",
        error: expect.objectContaining({ code: "ERR_SCHEMA" }),
      }),
    );
  });

  test("on a route that asks for it: 400, and nothing is kept", async () => {
    const { listener, post, reports } = await open({ schema, onInvalid: "reject" });
    expect([await post(bad), await post(good)]).toEqual([400, 200]);
    expect(listener.inbox.counts()).toMatchObject({ dead: 0, done: 1 });
    const refused = reports.filter((report) => report.type === "delivery.rejected");
    expect(refused.map(({ error }) => error.code)).toEqual(["ERR_SCHEMA"]);
  });
});

test("each library's own schema types the event, transformed as it transforms", async () => {
  const { listener, post } = await open();
  const heard: number[] = [];
  listener.callback(
    {},
    ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ twice: number }>();
      heard.push(payload.twice);
    },
    { schema: byZod.transform(({ issue }) => ({ twice: issue.number * 2 })) },
  );
  listener.callback(
    {},
    ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ thrice: number }>();
      heard.push(payload.thrice);
    },
    {
      schema: v.pipe(
        byValibot,
        v.transform(({ issue }) => ({ thrice: issue.number * 3 })),
      ),
    },
  );
  listener.callback(
    {},
    ({ payload }) => {
      expectTypeOf(payload).toEqualTypeOf<{ fourTimes: number }>();
      heard.push(payload.fourTimes);
    },
    { schema: byArktype.pipe(({ issue }) => ({ fourTimes: issue.number * 4 })) },
  );
  expect(await post(good)).toBe(200);
  expect(heard).toEqual([2, 3, 4]);
});
