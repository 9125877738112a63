import {
  deliveryOf,
  github,
  githubDeliveries,
  memoryInbox,
  openInbox,
  stripeEvents,
  Toolset,
  TriggerListener,
  verifyWebhook,
} from "earshot";
import { dashboard } from "earshot/dashboard";
import { bearerTokens, mcpServer } from "earshot/mcp";
import { openTelemetry } from "earshot/otel";
import { redisInbox } from "earshot/redis";
import { sqliteInbox } from "earshot/sqlite";
import { fakeEvent, signAs, signedWebhook, testInbox, testSource } from "earshot/testing";
import { describe, expect, test } from "vitest";
import { shownValue } from "../../src/base/warning.js";
import { listenerTable } from "../../src/settings/listener.js";
import { mcpTable } from "../../src/settings/mcp.js";
import { toolsetTable } from "../../src/settings/toolset.js";
import { routeTable, webhookTable } from "../../src/settings/webhook.js";

const secret = "a secret of some length";

class Settings {}

/** No option takes one of these. */
const wrong: readonly unknown[] = [
  null,
  Number.NaN,
  -1,
  "",
  Symbol("s"),
  5n,
  Settings,
  new Map([["a", 1]]),
  new Date(Number.NaN),
  Promise.resolve(1),
  /x/,
  [[]],
  [undefined],
  { unknownOption: 1 },
];

const listenerOf = (options: object) => new TriggerListener({ webhook: { port: 0 }, ...options });
const routeOf = (route: object) => {
  const source = github({ secrets: secret });
  return listenerOf({ webhook: { port: 0, routes: { "/a": { source, ...route } } } });
};
const mcp = { url: "https://a.example/mcp", events: ["x"], webhookUrl: "https://b.example/m" };
const eventOf = (event: object) =>
  mcpServer({ listener: listenerOf({}), events: [{ filter: "X", ...event }] } as never);
const runner = { describe: () => undefined, test: () => undefined };
const sign = () => ({ headers: {}, body: "" });

const each = (names: readonly string[], make: (options: object) => unknown) =>
  names.map((name) => [name, (value: unknown) => make({ [name]: value })] as const);

const options = {
  listener: each(Object.keys(listenerTable), listenerOf),
  webhook: each(Object.keys(webhookTable), (webhook) => listenerOf({ webhook: { port: 0, ...webhook } })),
  route: each(Object.keys(routeTable), routeOf),
  tls: each(["key", "cert"], (tls) =>
    listenerOf({ webhook: { port: 0, tls: { key: "k", cert: "c", ...tls } } }),
  ),
  metrics: each(["port", "host"], (metrics) => listenerOf({ webhook: { metrics: { port: 0, ...metrics } } })),
  mcp: each(Object.keys(mcpTable), (one) => listenerOf({ mcp: { ...mcp, ...one } })),
  toolset: each(Object.keys(toolsetTable), (one) => new Toolset({ apiKey: "k", ...one })),
  callback: each(["name", "retry", "once", "schema", "limit", "coalesce"], (one) =>
    listenerOf({}).callback("X", () => undefined, one as never),
  ),
  sqliteInbox: each(["path", "synchronous", "driver", "pollMs"], (one) =>
    sqliteInbox({ path: "a.db", ...one }),
  ),
  memoryInbox: each(["maxRemembered", "maxSettled"], (one) => memoryInbox(one)),
  redisInbox: each(["prefix"], (one) => redisInbox({ connection: "redis://a", ...one })),
  openTelemetry: each(["traces", "sampleRatio", "metrics", "tracerProvider", "meterProvider"], (one) =>
    openTelemetry(one),
  ),
  dashboard: each(["token", "authenticate", "readOnly", "path"], (one) =>
    dashboard({ inbox: memoryInbox() }, { token: secret, ...one }),
  ),
  mcpServer: each(
    ["toolset", "events", "authenticate", "errorCodes", "heartbeatMs", "onWarning", "clock", "name"],
    (one) => mcpServer({ listener: listenerOf({}), events: ["X"], ...one }),
  ),
  mcpEvent: each(["name", "matches", "data", "delivery", "description"], eventOf),
  signAs: each(["secret", "url", "eventName", "id", "nowMs", "signedOptions"], (one) =>
    signAs("github", { secret, ...one }),
  ),
  signedWebhook: each(["secret", "triggerName", "logId", "at"], (one) =>
    signedWebhook({ secret, triggerName: "X", payload: {}, ...one }),
  ),
  testSource: each(["sign", "runner", "signsBody", "covered", "repeats", "timed", "timing"], (one) =>
    testSource(github({ secrets: secret }), { sign, runner, ...one } as never),
  ),
  githubDeliveries: each(["owner", "repo", "hookId", "token"], (one) =>
    githubDeliveries({ token: "t", owner: "o", repo: "r", hookId: 1, ...one }),
  ),
  stripeEvents: each(["apiKey", "types", "account"], (one) => stripeEvents({ apiKey: "k", ...one })),
};

describe.each(Object.entries(options))("an option of %s takes no value of another kind", (_, all) => {
  test.each(all)("`%s`: ERR_OPTION with the value and what is wanted", async (_name, make) => {
    for (const value of wrong) {
      const problem = await (async () => make(value))().catch((error: unknown) => error);
      const code = expect.stringMatching(/^ERR_(OPTION|FILTER|SECRET_\w+)$/);
      expect(problem, shownValue(value)).toMatchObject({ code });
      expect((problem as Error).message, shownValue(value)).not.toMatch(/\[object|not \.|=> /);
    }
  });
});

const others: Readonly<Record<string, (value: never) => unknown>> = {
  "new TriggerListener()": (value) => new TriggerListener(value),
  "memoryInbox()": (value) => memoryInbox(value),
  "openInbox()": (value) => openInbox(value),
  "openInbox(inbox, options)": (value) => openInbox(memoryInbox(), value),
  "dashboard(source)": (value) => dashboard(value, { token: secret }),
  "bearerTokens()": (value) => bearerTokens(value),
  "signAs(provider)": (value) => signAs(value, { secret }),
  "signAs(provider, options)": (value) => signAs("github", value),
  "signedWebhook()": (value) => signedWebhook(value),
  "fakeEvent(name)": (value) => fakeEvent(value, {} as never),
  "fakeEvent(name, payload, changes)": (value) => fakeEvent("X", {}, value),
  "testSource(source)": (value) => testSource(value, { sign, runner }),
  "testSource(source, options)": (value) => testSource(github({ secrets: secret }), value),
  "testInbox(name)": (value) => testInbox(value, () => ({ inbox: memoryInbox }), runner),
  "testInbox(name, prepare, runner)": (value) => testInbox("x", () => ({ inbox: memoryInbox }), value),
  "verifyWebhook(source)": (value) => verifyWebhook(value, { headers: {}, body: "" }),
};

test.each(Object.entries(others))(
  "%s takes no value of another kind: ERR_OPTION, no TypeError",
  async (_, make) => {
    // A changes object may have any member.
    for (const value of wrong.slice(0, -1)) {
      const problem = await (async () => make(value as never))().catch((error: unknown) => error);
      expect(problem, shownValue(value)).toMatchObject({ code: "ERR_OPTION" });
    }
  },
);

test("a class is no callback, and a clock without its methods none: an error at once", () => {
  const code = (code: string) => expect.objectContaining({ code });
  expect(() => listenerOf({}).callback("X", Settings as never)).toThrow(code("ERR_CALLBACK"));
  expect(() => listenerOf({ clock: {} })).toThrow(
    "with the methods now, monotonic and after, not an object.",
  );
});

test("headers of a request that are a text are an error, not a request without headers", () => {
  expect(() => deliveryOf({ headers: "x-sig: 1" as never, body: "" }, 0)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION" }),
  );
});

test("ids and lists of calls that JSON cannot say are ERR_OPTION, with the value shown", async () => {
  const toolset = new Toolset({ apiKey: "ak_1", baseUrl: "http://127.0.0.1:9" });
  const calls = [
    () => toolset.connect("GITHUB", { entityId: 5n as never }),
    () => toolset.connect("GITHUB", { callbackUrl: 5n as never }),
    () => toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { entityId: 5n as never }),
    () => toolset.listTriggers({ appNames: 5n as never }),
  ];
  for (const call of calls) {
    const problem = await (async () => await call())().catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: "ERR_OPTION", message: expect.stringContaining("not 5n") });
  }
});
