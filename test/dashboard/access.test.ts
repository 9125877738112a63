import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type DashboardOptions, dashboard, loopbackDashboard } from "../../src/dashboard/index.js";
import { type Inbox, memoryInbox, openInbox, Toolset } from "../../src/index.js";

const TOKEN = "a token of one's own";
const CALL = { "x-earshot-dashboard": "1" };
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`any:${password}`).toString("base64")}`,
});

async function files(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "page-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "index.html"), '<meta content="api/"><script src="./main.js"></script>');
  await writeFile(join(directory, "main.js"), "export {};");
  await writeFile(join(directory, "secret.key"), "secret");
  return directory;
}

/** A dashboard over an empty inbox, served by Node. */
async function served(options: DashboardOptions = { token: TOKEN }) {
  const inbox = await openInbox(memoryInbox());
  const board = dashboard({ inbox }, { directory: await files(), ...options });
  const server = createServer(board.nodeHandler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    board.close();
    server.closeAllConnections();
    server.close();
    await inbox.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = async (path: string, headers: Record<string, string> = {}, method = "GET", body?: string) =>
    (
      await fetch(`${url}${path}`, {
        method,
        headers,
        redirect: "manual",
        ...(body !== undefined && { body }),
      })
    ).status;
  return { url, status, inbox };
}

test("without the token nothing is served, not even the page; with it, as password or as Bearer token, all is", async () => {
  const { status } = await served();
  for (const path of ["/", "/dashboard/main.js", "/api/overview", "/nothing"]) {
    expect(await status(path, CALL), path).toBe(401);
    expect(await status(path, { ...CALL, ...basic("a wrong token of one") }), path).toBe(401);
    expect(await status(path, { ...CALL, authorization: "Bearer" }), path).toBe(401);
  }
  for (const own of [basic(TOKEN), { authorization: `Bearer ${TOKEN}` }]) {
    expect(await status("/api/overview", { ...CALL, ...own })).toBe(200);
  }
});

test("another page neither reads nor writes: by its origin, by Sec-Fetch-Site, and without the header", async () => {
  const { status, url } = await served({ token: TOKEN, readOnly: false });
  const own = { ...basic(TOKEN), "content-type": "application/json" };
  const replay = (headers: Record<string, string>) =>
    status("/api/replay", { ...own, ...headers }, "POST", '{"all":true}');
  expect(await replay(CALL)).toBe(200);
  expect(await replay({})).toBe(403);
  expect(await replay({ ...CALL, origin: url })).toBe(200);
  expect(await replay({ ...CALL, origin: "https://evil.example" })).toBe(403);
  expect(await replay({ ...CALL, origin: "null" })).toBe(403);
  expect(await replay({ ...CALL, "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await status("/api/overview", own)).toBe(403);
  expect(await status("/", { ...own, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).toBe(
    403,
  );
});

test("behind a proxy, only the option's origin is one's own; on this machine only, no other Host is", async () => {
  const { status } = await served({ token: TOKEN, origin: "https://ops.example.com" });
  const own = { ...basic(TOKEN), ...CALL };
  expect(await status("/api/overview", { ...own, origin: "https://ops.example.com" })).toBe(200);
  expect(await status("/api/overview", { ...own, origin: "http://ops.example.com" })).toBe(403);
  const inbox = await openInbox(memoryInbox());
  onTestFinished(() => inbox.close());
  const board = loopbackDashboard({ inbox }, { token: TOKEN });
  const at = async (host: string) =>
    (await board.fetch(new Request("http://x/api/overview", { headers: { ...own, host } }))).status;
  expect(await at("evil.example")).toBe(403);
  expect(await at("127.0.0.1:4848")).toBe(200);
});

test("read-only unless allowed: nothing is replayed or dropped", async () => {
  const inbox = await openInbox(memoryInbox());
  onTestFinished(() => inbox.close());
  const changed: string[] = [];
  const watched = new Proxy(inbox, {
    get(target, name) {
      if (name === "replay" || name === "drop") changed.push(name);
      return Reflect.get(target, name);
    },
  }) as Inbox;
  const board = dashboard({ inbox: watched }, { authenticate: () => true });
  const headers = { ...CALL, "content-type": "application/json" };
  for (const path of ["replay", "drop", "anything"]) {
    const request = new Request(`http://x/api/${path}`, { method: "POST", headers, body: '{"ids":["a"]}' });
    expect((await board.fetch(request)).status, path).toBe(path === "anything" ? 404 : 403);
  }
  expect(changed).toEqual([]);
});

test("no path leads out of the page's files, and the policy has nothing unsafe", async () => {
  const { status, url } = await served();
  const own = basic(TOKEN);
  for (const path of [
    "/dashboard/secret.key",
    "/dashboard/..%2findex.html",
    "/dashboard/../secret.key",
    "/x",
  ]) {
    expect(await status(path, own), path).toBe(404);
  }
  const page = await fetch(url, { headers: own });
  expect(page.headers.get("content-security-policy")).not.toMatch(/unsafe|https?:|\*/);
  expect(await page.text()).toBe('<meta content="api/"><script src="./dashboard/main.js"></script>');
});

test("below a path of one's own server: the page is at the path with a slash, and elsewhere is nothing", async () => {
  const { status } = await served({ token: TOKEN, path: "/admin/earshot" });
  const own = { ...basic(TOKEN), ...CALL };
  expect(await status("/admin/earshot", own)).toBe(308);
  expect(await status("/admin/earshot/", own)).toBe(200);
  expect(await status("/admin/earshot/api/overview", own)).toBe(200);
  expect(await status("/api/overview", own)).toBe(404);
});

test("wrong options, odd calls and a check that throws are errors that say what to do", async () => {
  const inbox = await openInbox(memoryInbox());
  onTestFinished(() => inbox.close());
  for (const options of [{}, { token: "short" }, { authenticate: true }, { token: TOKEN, path: "admin" }]) {
    expect(() => dashboard({ inbox }, options as never)).toThrow(/`(token|authenticate|path)`/);
  }
  const thrown = dashboard({ inbox }, { authenticate: () => Promise.reject(new Error("down")) });
  expect((await thrown.fetch(new Request("http://x/"))).status).toBe(401);
  const { status } = await served({ authenticate: false, readOnly: false });
  const headers = { ...CALL, "content-type": "application/json" };
  expect(await status("/api/records?where=a%20%3D", CALL)).toBe(400);
  expect(await status("/api/records?limit=x", CALL)).toBe(400);
  expect(await status("/api/records?cursor=none", CALL)).toBe(410);
  expect(await status("/api/records/none", CALL)).toBe(404);
  expect(await status("/api/records/%ff", CALL)).toBe(400);
  for (const body of ["{", "[]", '{"ids":[]}'])
    expect(await status("/api/drop", headers, "POST", body)).toBe(400);
  expect(await status("/api/drop", CALL, "POST", "ids=1")).toBe(415);
  expect(await status("/api/drop", headers, "PUT", "{}")).toBe(405);
});

test("over a listener, its health is shown, and what it reports of all events", async () => {
  const listener = new Toolset({ apiKey: "none" }).createTriggerListener({ inbox: memoryInbox() });
  const inbox = await openInbox(memoryInbox());
  let report: (event: { readonly type: string }) => unknown = () => undefined;
  const on = (_type: "*", fn: typeof report) => {
    report = fn;
    return listener.on("*", fn as never);
  };
  const board = dashboard({ inbox, health: () => listener.health(), on }, { authenticate: false });
  onTestFinished(async () => {
    board.close();
    await listener.stop();
    await inbox.close();
  });
  report({ type: "event.done" });
  report({ type: "gap.unfilled", from: new Date(0), detail: "the log has ended" } as never);
  const answer = await board.fetch(new Request("http://x/api/overview", { headers: CALL }));
  expect(await answer.json()).toMatchObject({
    health: { state: "new" },
    notable: [{ type: "gap.unfilled", message: "the log has ended, from 1970-01-01T00:00:00.000Z" }],
  });
  expect(() => dashboard(listener, { authenticate: false }).close()).not.toThrow();
});
