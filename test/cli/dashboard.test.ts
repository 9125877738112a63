import { expect, test } from "vitest";
import { begin, earshot, jsonLines, start } from "./cli.js";
import { fileWith, oneOfEach } from "./inbox-store.js";

const CALL = { "x-earshot-dashboard": "1" };
const auth = (password: string) => ({
  authorization: `Basic ${Buffer.from(`a:${password}`).toString("base64")}`,
});

test("dashboard --db prints a password that opens it, changes nothing without --write, and ends on Ctrl-C", async () => {
  const db = await fileWith(oneOfEach);
  const running = await start(["dashboard", "--db", db, "--port", "0", "--json"]);
  await running.out(/"ready"/);
  const [{ url, token }] = jsonLines(running.stdout()) as [{ url: string; token: string }];
  const call = async (path: string, headers: Record<string, string>, method = "GET") =>
    await fetch(`${url}${path}`, {
      method,
      headers,
      ...(method === "POST" && { body: '{"ids":["log_dead"]}' }),
    });
  expect((await call("api/overview", CALL)).status).toBe(401);
  const own = { ...CALL, ...auth(token), "content-type": "application/json" };
  const overview = await (await call("api/overview", own)).json();
  expect(overview).toMatchObject({ inbox: "sqlite", readOnly: true, counts: { dead: 1, done: 1 } });
  const { rows } = (await (await call("api/records?state=dead", own)).json()) as { rows: object[] };
  expect(rows).toMatchObject([{ id: "log_dead", state: "dead", error: expect.stringContaining("it broke") }]);
  expect((await call("api/replay", own, "POST")).status).toBe(403);
  running.signal("SIGINT");
  expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
});

test("--write with a given token replays, and prints no password; wrong usage ends with code 2", async () => {
  const db = await fileWith(oneOfEach);
  const token = "given-by-the-environment";
  const env = { EARSHOT_DASHBOARD_TOKEN: token };
  const running = begin(["dashboard", "--db", db, "--port", "0", "--write"], { env });
  await running.out(/http:\/\/127\.0\.0\.1:\d+\//);
  expect(running.stdout()).not.toContain(token);
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout())?.[0] ?? "";
  const headers = { ...CALL, ...auth(token), "content-type": "application/json" };
  const answer = await fetch(`${url}api/replay`, { method: "POST", headers, body: '{"ids":["log_dead"]}' });
  expect(await answer.json()).toEqual({ changed: 1 });
  running.signal("SIGINT");
  expect((await running.ended).code).toBe(0);
  for (const args of [[], ["--db", "/nowhere/events.db"], ["--db", db, "--token", "short"]]) {
    expect((await earshot(["dashboard", ...args])).code, args.join(" ")).toBe(2);
  }
});
