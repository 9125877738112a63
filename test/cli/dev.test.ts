import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteInbox } from "earshot/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { begin, type Command, earshot, jsonLines, start } from "./cli.js";
import { put } from "./inbox-store.js";

const urlOf = async (running: Command): Promise<string> => {
  await running.out(/http:\/\/127\.0\.0\.1:\d+/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(running.stdout())?.[0] ?? "";
};

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "earshot-cli-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test("dev prints its URL and two export lines that work", async () => {
  const dev = await start(["dev", "--port", "0"]);
  const url = await urlOf(dev);
  await dev.out(new RegExp(`^  export COMPOSIO_BASE_URL=${url}$`, "m"));
  await dev.out(/^ {2}export COMPOSIO_API_KEY=local$/m);
  const env = { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: "local" };
  expect((await earshot(["triggers", "ls", "--app", "github"], { env })).code).toBe(0);
  dev.child.kill("SIGINT");
  expect((await dev.ended).stderr).not.toMatch(/GET/);
});

test("dev --verbose prints each request", async () => {
  const dev = begin(["dev", "--port", "0", "--verbose"]);
  const env = { COMPOSIO_BASE_URL: await urlOf(dev), COMPOSIO_API_KEY: "local" };
  expect((await earshot(["triggers", "ls", "--app", "github"], { env })).code).toBe(0);
  await dev.err(/200 GET .*triggers_types/);
});

test.each(["SIGINT", "SIGTERM"] as const)("dev ends with 0 at %s", async (signal) => {
  const dev = await start(["dev", "--port", "0"]);
  await urlOf(dev);
  dev.child.kill(signal);
  expect(await dev.ended).toMatchObject({ code: 0, signal: null });
});

test("dev --json: only JSON Lines, from ready to stopped, with the fired events between", async () => {
  const dev = await start(["dev", "--port", "0", "--json"]);
  const url = await urlOf(dev);
  const env = { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: "local" };
  await earshot(
    ["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", "--config", "owner=acme", "--config", "repo=site"],
    { env },
  );
  await earshot(["fire", "GITHUB_STAR_ADDED_EVENT", "--data", '{"starred_by":"ada"}'], { env });
  dev.child.kill("SIGTERM");
  const { stdout, stderr, code } = await dev.ended;
  const lines = jsonLines(stdout);
  expect(lines[0]).toMatchObject({ type: "ready", url, port: Number(new URL(url).port), pid: dev.child.pid });
  expect(lines.at(-1)).toEqual({ type: "stopped" });
  expect(lines.find(({ type }) => type === "fired")).toMatchObject({
    event: { payload: { starred_by: "ada" } },
  });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
});

test("dev on a port that is taken: 1, and what to do", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    other.close();
  });
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await earshot(["dev", "--port", String(port)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(new RegExp(`${port}.*ERR_PORT_IN_USE[\\s\\S]*choose another`));
});

test("dev --model-rules: the scripted model replies by the file, and dev prints that; a wrong file is 1", async () => {
  const dir = await folder();
  const [good, bad] = [join(dir, "good.json"), join(dir, "bad.json")];
  await writeFile(good, '{"rules":[{"reply":{"text":"by the rules"}}]}');
  await writeFile(bad, '{"rules":[{"reply":{"text":1}}]}');
  const dev = begin(["dev", "--port", "0", "--model-rules", good]);
  const url = await urlOf(dev);
  expect(dev.stdout()).toContain(`OPENAI_BASE_URL=${url}/model/openai/v1`);
  const response = await fetch(`${url}/model/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer local", "content-type": "application/json" },
    body: JSON.stringify({ model: "any", messages: [{ role: "user", content: "hi" }] }),
  });
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: "by the rules" } }] });
  await dev.err(/scripted model \(openai-chat\): text/);
  const wrong = await earshot(["dev", "--port", "0", "--model-rules", bad]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/bad\.json[\s\S]*rules\[0\]\.reply\.text[\s\S]*ERR_MODEL_RULES/);
});

test("dev --catalog accepts your own triggers, and reports where a file is wrong", async () => {
  const dir = await folder();
  const good = join(dir, "good.json");
  const bad = join(dir, "bad.json");
  await writeFile(
    good,
    JSON.stringify([
      { name: "ACME_ORDER_PLACED", appName: "acme", payload: { type: "object", properties: {} } },
    ]),
  );
  await writeFile(bad, JSON.stringify([{ name: "ACME_ORDER_PLACED", appName: 7 }]));
  const dev = begin(["dev", "--port", "0", "--catalog", good]);
  const env = { COMPOSIO_BASE_URL: await urlOf(dev), COMPOSIO_API_KEY: "local" };
  const { stdout } = await earshot(["triggers", "ls", "--app", "acme", "--json"], { env });
  expect(jsonLines(stdout).map(({ name }) => name)).toEqual(["ACME_ORDER_PLACED"]);
  const wrong = await earshot(["dev", "--port", "0", "--catalog", bad]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/bad\.json[\s\S]*appName[\s\S]*ERR_CATALOG/);
  expect((await earshot(["dev", "--port", "0", "--catalog", join(dir, "none.json")])).code).toBe(1);
});

test("dev --inbox waits for a missing file, prints that once, and lists dead records once it exists", async () => {
  const path = join(await folder(), "events.db");
  const dev = begin(["dev", "--port", "0", "--inbox", path]);
  const url = await urlOf(dev);
  await dev.err(/^Waiting for .*events\.db/m);
  const dead = async () =>
    (await (await fetch(`${url}/dev/api/dead`, { headers: { "x-earshot-dev": "1" } })).json()) as {
      inbox: { records: { id: string }[] };
    };
  expect((await dead()).inbox.records).toEqual([]);
  const inbox = sqliteInbox({ path });
  await inbox.open({
    clock: systemClock,
    dedupeWindowMs: 86_400_000,
    maxPending: 1_000,
    leaseMs: 60_000,
    warn: () => undefined,
  });
  await put(inbox, "log_late", "dead");
  await inbox.close();
  await dev.err(/Opened the inbox .*events\.db/);
  expect((await dead()).inbox.records).toMatchObject([{ id: "log_late" }]);
  expect(dev.stderr().match(/Waiting for/g)).toHaveLength(1);
  dev.signal("SIGTERM");
  expect((await dev.ended).code).toBe(0);
});

test("dev that waits for its inbox ends cleanly, and creates no file", async () => {
  const path = join(await folder(), "deeper", "events.db");
  const dev = begin(["dev", "--port", "0", "--inbox", path]);
  await urlOf(dev);
  dev.signal("SIGTERM");
  expect((await dev.ended).code).toBe(0);
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
});

test.each(["6000", "10080", "6665"])(
  "dev rejects port %s, which browsers and fetch never connect to: 2, and why",
  async (port) => {
    const { code, stdout, stderr } = await earshot(["dev", "--port", port]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(`${port}.*browsers and fetch never connect`));
  },
);

test("dev --accounts strict: only the entity default has accounts; else any user has", async () => {
  for (const [args, code] of [
    [["--accounts", "strict"], 1],
    [[], 0],
  ] as const) {
    const dev = begin(["dev", "--port", "0", ...args]);
    const env = { COMPOSIO_BASE_URL: await urlOf(dev), COMPOSIO_API_KEY: "local" };
    const enable = ["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", "--entity", "foo"];
    const ended = await earshot([...enable, "--config", "owner=a", "--config", "repo=b"], { env });
    expect(ended.code, ended.stderr).toBe(code);
  }
});

test("dev --two-factor: an account is rejected where its owner is not named, and the CLI names it", async () => {
  const dev = await start(["dev", "--port", "0", "--two-factor"]);
  const url = await urlOf(dev);
  const env = { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: "local" };
  const headers = { "x-api-key": "local", "content-type": "application/json" };
  const found = await fetch(`${url}/api/v3.1/connected_accounts?user_ids=foo&toolkit_slugs=github`, {
    headers,
  });
  const [{ id }] = ((await found.json()) as { items: [{ id: string }] }).items;
  const body = JSON.stringify({ connected_account_id: id, trigger_config: { owner: "a", repo: "b" } });
  const path = "/api/v3.1/trigger_instances/GITHUB_STAR_ADDED_EVENT/upsert";
  expect((await fetch(url + path, { method: "POST", headers, body })).status).toBe(400);
  const enable = [
    "triggers",
    "enable",
    "GITHUB_STAR_ADDED_EVENT",
    "--config",
    "owner=a",
    "--config",
    "repo=b",
  ];
  const own = await earshot([...enable, "--account", id], { env });
  expect(own.code, own.stderr).toBe(0);
  const other = await earshot([...enable, "--account", id, "--entity", "bar"], { env });
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('is of entity "foo", not of "bar"');
});

test("dev --catalog takes the platform's own list of trigger types, and prints ten problems at most", async () => {
  const dir = await folder();
  const list = join(dir, "types.json");
  const bad = join(dir, "bad.json");
  const type = {
    slug: "_21RISK_FOUND",
    name: "Found",
    type: "poll",
    toolkit: { slug: "_21risk", name: "21RISK", logo: "" },
    config: { type: "object" },
    payload: { type: "object", properties: { id: { type: "string" } } },
  };
  await writeFile(list, JSON.stringify({ items: [type], next_cursor: null }));
  await writeFile(bad, JSON.stringify(Array.from({ length: 469 }, () => ({ slugs: "x" }))));
  const dev = begin(["dev", "--port", "0", "--catalog", list]);
  const env = { COMPOSIO_BASE_URL: await urlOf(dev), COMPOSIO_API_KEY: "local" };
  const { stdout } = await earshot(["triggers", "ls", "--app", "_21risk", "--json"], { env });
  expect(jsonLines(stdout).map(({ name }) => name)).toEqual(["_21RISK_FOUND"]);
  const wrong = await earshot(["dev", "--port", "0", "--catalog", bad]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr.match(/^ {2}\[/gm)).toHaveLength(10);
  expect(wrong.stderr).toMatch(/and \d+ more problems/);
});

test("dev --data keeps what was enabled over a restart", async () => {
  const dir = join(await folder(), "data");
  const first = begin(["dev", "--port", "0", "--data", dir]);
  const env = { COMPOSIO_BASE_URL: await urlOf(first), COMPOSIO_API_KEY: "local" };
  await earshot(
    ["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", "--config", "owner=a", "--config", "repo=b"],
    {
      env,
    },
  );
  first.signal("SIGTERM");
  await first.ended;
  const second = begin(["dev", "--port", "0", "--data", dir]);
  const again = { ...env, COMPOSIO_BASE_URL: await urlOf(second) };
  const { stdout } = await earshot(["triggers", "active", "--json"], { env: again });
  expect(jsonLines(stdout)).toMatchObject([
    { triggerName: "GITHUB_STAR_ADDED_EVENT", config: { owner: "a" } },
  ]);
});
