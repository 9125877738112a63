// A secret or signature that stands in a delivered body or query is in nothing that is stored or shown.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  asPrompt,
  defineSource,
  figma,
  type ListenerEvent,
  openInbox,
  type RouteOptions,
  type SenderLog,
  type Source,
  Toolset,
  type TriggerEvent,
  TriggerListener,
  token,
} from "earshot";
import { dashboard } from "earshot/dashboard";
import { callTool, inboxTools } from "earshot/mcp";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { earshot } from "../cli/cli.js";
import { collect } from "../support/collect.js";
import { hidden, type Sample, samples, secret } from "./credential-samples.js";

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "earshot-credentials-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Received {
  readonly events: TriggerEvent[];
  readonly reports: ListenerEvent[];
  readonly logged: string[];
  readonly stop: () => Promise<void>;
  readonly post: (body: string, headers?: Record<string, string>, query?: string) => Promise<number>;
}

type Options = Omit<ConstructorParameters<typeof TriggerListener>[0] & object, "webhook">;

async function listening(
  route: Source | RouteOptions,
  options: Options = {},
  run?: (event: TriggerEvent) => unknown,
  webhook: object = {},
): Promise<Received> {
  const events: TriggerEvent[] = [];
  const reports: ListenerEvent[] = [];
  const logged: string[] = [];
  const write = (...texts: unknown[]) => void logged.push(JSON.stringify(texts));
  const listener = new TriggerListener({
    signals: false,
    logger: { debug: write, info: write, warn: write, error: write },
    ...options,
    webhook: { port: 0, host: "127.0.0.1", routes: { "/hook": route }, ...webhook },
  });
  onTestFinished(() => listener.stop());
  listener.on("*", (event) => void reports.push(event));
  listener.callback({ route: "/hook" }, (event) => {
    events.push(event);
    return run?.(event);
  });
  await listener.start();
  const url = new URL("/hook", listener.health().webhook?.url).href;
  return {
    events,
    reports,
    logged,
    stop: () => listener.stop(),
    async post(body, headers = { "content-type": "application/json" }, query = "") {
      const response = await fetch(url + query, { method: "POST", headers, body });
      await response.text();
      return response.status;
    },
  };
}

/** Of each file of a folder, what it has in it. */
const filesOf = (folder: string) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString("latin1"));

test.each(Object.keys(samples))(
  "%s: no event, record, file, log line, prompt, tool result or page has the credential, after a restart either",
  async (name) => {
    const sample = await (samples[name] as () => Sample | Promise<Sample>)();
    const { source, body, headers, query, credential, payloads } = sample;
    const folder = aFolder();
    const path = join(folder, "events.db");
    const one = await listening(source, { inbox: sqliteInbox({ path }), retry: { attempts: 1 } }, () => {
      throw new Error("down");
    });
    expect(body + (query ?? "")).toContain(credential);
    expect(await one.post(body, headers, query)).toBeLessThan(300);
    await expect
      .poll(() => one.reports.filter(({ type }) => type === "event.dead-lettered").length)
      .toBe(payloads.length);
    const shown = (event: TriggerEvent) => ({ ...event, prompt: asPrompt(event) });
    expect(one.events.map(({ payload }) => ({ ...payload }))).toEqual(payloads);
    expect(JSON.stringify(one.events.map(shown))).not.toContain(credential);
    if (query !== undefined) expect(one.events[0]?.request?.query).toEqual({ page: "2" });
    await one.stop();
    expect(one.logged.length).toBeGreaterThan(0);
    expect(one.logged.join("\n")).not.toContain(credential);
    for (const text of filesOf(folder)) expect(text).not.toContain(credential);

    const inbox = await openInbox(sqliteInbox({ path }));
    const records = await collect(inbox.find({}));
    const ids = records.map(({ id }) => id);
    expect(records.length).toBe(payloads.length);
    const signal = new AbortController().signal;
    const toolset = new Toolset({ apiKey: "local", baseUrl: "http://127.0.0.1:9" });
    const tools = inboxTools({ inbox, toolset });
    const results = [
      await callTool(tools, "list_events", {}, { signal }),
      ...(await Promise.all(ids.map((id) => callTool(tools, "get_event", { id }, { signal })))),
    ];
    for (const { text } of results) expect(text).not.toContain(credential);
    const pages = await pagesOf(inbox, ids);
    await inbox.close();
    expect(pages.join("\n")).not.toContain(credential);
    for (const options of [[], ["--json"]]) {
      const { code, stdout } = await earshot(["inbox", "show", ...ids, "--db", path, ...options]);
      expect(code).toBe(0);
      expect(stdout).not.toContain(credential);
    }

    const retried = await earshot(["inbox", "retry", ...ids, "--db", path]);
    expect(retried).toMatchObject({ code: 0 });
    const two = await listening(source, { inbox: sqliteInbox({ path }) });
    await expect.poll(() => two.events.length).toBe(payloads.length);
    const order = (all: readonly TriggerEvent[]) =>
      all
        .map(({ id, payload, raw, triggerName }) => ({ id, payload, raw, triggerName }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(order(two.events)).toEqual(order(one.events));
    expect(JSON.stringify(two.events.map(shown))).not.toContain(credential);
  },
);

/** What the dashboard's calls return for a list, and for each record. */
async function pagesOf(inbox: Awaited<ReturnType<typeof openInbox>>, ids: readonly string[]) {
  const directory = aFolder();
  writeFileSync(join(directory, "index.html"), "<p>");
  const board = dashboard({ inbox }, { directory, authenticate: false });
  const server = createServer(board.nodeHandler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const read = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { "x-earshot-dashboard": "1" } });
    expect(response.status, path).toBe(200);
    return response.text();
  };
  const pages = [await read("/records")];
  for (const id of ids) pages.push(await read(`/records/${encodeURIComponent(id)}`));
  board.close();
  server.closeAllConnections();
  server.close();
  expect(pages.at(-1)).toContain(JSON.stringify(ids.at(-1)));
  return pages;
}

const passcode = (more: object = {}, own = secret) =>
  JSON.stringify({ passcode: own, event_type: "PING", ...more });

test("deduplication goes by the rest: another secret makes no other event, another byte does", async () => {
  const other = "another passcode, during a rotation";
  const path = join(aFolder(), "events.db");
  const route = { source: figma({ secrets: [secret, other] }), dedupe: "body" as const };
  const one = await listening(route, { inbox: sqliteInbox({ path }) });
  expect(await one.post(passcode())).toBe(200);
  expect(await one.post(passcode())).toBe(200);
  expect(await one.post(passcode({}, other))).toBe(200);
  expect(await one.post(passcode({ n: 1 }))).toBe(200);
  expect(await one.post(passcode({}, "a wrong one, of the same kind"))).toBe(401);
  await expect.poll(() => one.events.length).toBe(2);
  expect(one.reports.filter(({ type }) => type === "event.duplicate").length).toBe(2);
  await one.stop();
  const two = await listening(route, { inbox: sqliteInbox({ path }) });
  expect(await two.post(passcode({}, other))).toBe(200);
  await expect.poll(() => two.reports.some(({ type }) => type === "event.duplicate")).toBe(true);
  expect(two.events).toEqual([]);
});

test("without `dedupe`, equal bodies are copies while the response to the first is pending", async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const webhook = { acknowledge: "done" };
  const { events, post, reports } = await listening(figma({ secrets: secret }), {}, () => gate, webhook);
  const first = post(passcode());
  await expect.poll(() => events.length).toBe(1);
  const second = post(passcode());
  await expect.poll(() => reports.some(({ type }) => type === "event.duplicate")).toBe(true);
  release();
  expect(await Promise.all([first, second])).toEqual([200, 200]);
  expect(events.length).toBe(1);
});

test("the id of an event is no digest of the secret: a guess cannot be tried on it", async () => {
  const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
  const path = join(aFolder(), "events.db");
  const source = token({ provider: "acme", member: "passcode", id: "x-id", secrets: secret });
  const { events, post } = await listening(source, { inbox: sqliteInbox({ path }) });
  const inbox = await openInbox(sqliteInbox({ path }));
  onTestFinished(() => inbox.close());
  expect(await post(passcode(), { "content-type": "application/json", "x-id": "1" })).toBe(200);
  await expect.poll(() => events.length).toBe(1);
  expect(events[0]?.id).toContain(digest(passcode({}, hidden)));
  expect(JSON.stringify(await collect(inbox.find({})))).not.toContain(digest(passcode()));
});

test("what cannot be decoded, or does not match its schema, is dead-lettered without the secret", async () => {
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) => ({ issues: [{ message: `no match: ${JSON.stringify(value)}` }] }),
    },
  };
  const read = () => {
    throw new Error("bug");
  };
  const verify = token({ member: "passcode", secrets: secret });
  for (const route of [
    { source: figma({ secrets: secret }), schema },
    defineSource({ provider: "acme", verify, read }),
  ]) {
    const folder = aFolder();
    const one = await listening(route, { inbox: sqliteInbox({ path: join(folder, "events.db") }) });
    expect(await one.post(passcode(), undefined, "?page=2&token=of-a-gateway")).toBe(200);
    const [report] = one.reports.filter((event) => event.type === "delivery.undecodable");
    expect(Buffer.from(report?.delivery.body as Uint8Array).toString()).toBe(passcode({}, hidden));
    expect(report?.delivery.http?.target).toBe("/hook?page=2");
    expect(report?.error.message).not.toContain(secret);
    await one.stop();
    expect(one.logged.join("\n")).not.toContain(secret);
    for (const text of filesOf(folder)) expect(text).not.toContain(secret);
  }
});

test("a response that is made, by a function or by a callback, is made of what is stored", async () => {
  const source = figma({ secrets: secret });
  const bodies: string[] = [];
  const respond = ({ body }: { body: string }) => {
    bodies.push(body);
    return { status: 201 };
  };
  const byFunction = await listening({ source, respond });
  expect(await byFunction.post(passcode())).toBe(201);
  expect(bodies).toEqual([passcode({}, hidden)]);
  const byCallback = await listening({ source, respond: "callback" }, {}, () => ({ status: 202 }));
  expect(await byCallback.post(passcode())).toBe(202);
});

test("an event that its sender lists with the secret, in another order, is the delivered one, and is stored without it", async () => {
  const folder = aFolder();
  const source = token({ provider: "acme", member: "passcode", id: "x-id", secrets: secret });
  const backfill: SenderLog = {
    name: "Acme's list",
    async *read() {
      yield { id: "1", at: Date.now(), body: `{"n":1,"event_type":"PING","passcode":"${secret}"}` };
      yield { id: "2", at: Date.now(), body: passcode({ n: 2 }) };
    },
  };
  const start = () =>
    listening({ source, backfill }, { inbox: sqliteInbox({ path: join(folder, "events.db") }) });
  const one = await start();
  expect(await one.post(passcode({ n: 1 }), { "content-type": "application/json", "x-id": "1" })).toBe(200);
  await expect.poll(() => one.events.length).toBe(1);
  await one.stop();
  const two = await start();
  await expect
    .poll(() => two.reports.filter(({ type }) => type === "gap.filled"))
    .toMatchObject([{ missed: 1 }]);
  await expect
    .poll(() => two.events.map(({ payload }) => payload))
    .toEqual([{ passcode: hidden, event_type: "PING", n: 2 }]);
  await two.stop();
  for (const text of filesOf(folder)) expect(text).not.toContain(secret);
});

test.each([["passcode"], [[""]], [[["value", ""]]], [[[]]], [[7]]])(
  "members that are no list of names are reported, since nothing would be redacted: %j",
  (credentialMembers) => {
    const verify = token({ member: "passcode", secrets: secret });
    const make = () =>
      defineSource({ provider: "acme", verify, credentialMembers: credentialMembers as never });
    expect(make).toThrow(/`credentialMembers` is a list of names or paths/);
  },
);
