import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { earshot, jsonLines, type Running, start } from "./cli.js";

const urlOf = async (running: Running): Promise<string> => {
  await running.out(/http:\/\/127\.0\.0\.1:\d+/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(running.stdout())?.[0] ?? "";
};

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "earshot-cli-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test("dev says its URL and the two lines to export, and what it prints is true", async () => {
  const dev = await start(["dev", "--port", "0"]);
  const url = await urlOf(dev);
  await dev.out(new RegExp(`^  export COMPOSIO_BASE_URL=${url}$`, "m"));
  await dev.out(/^ {2}export COMPOSIO_API_KEY=local$/m);
  const env = { COMPOSIO_BASE_URL: url, COMPOSIO_API_KEY: "local" };
  expect((await earshot(["triggers", "ls", "--app", "github"], { env })).code).toBe(0);
  dev.child.kill("SIGINT");
  expect((await dev.ended).stderr).not.toMatch(/GET/);
});

test("dev --verbose says each request", async () => {
  const dev = await start(["dev", "--port", "0", "--verbose"]);
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

test("dev --json: JSON Lines alone, from ready to stopped, with what fired between", async () => {
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

test("dev --catalog takes triggers of one's own, and says where the file is wrong", async () => {
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
  const dev = await start(["dev", "--port", "0", "--catalog", good]);
  const env = { COMPOSIO_BASE_URL: await urlOf(dev), COMPOSIO_API_KEY: "local" };
  const { stdout } = await earshot(["triggers", "ls", "--app", "acme", "--json"], { env });
  expect(jsonLines(stdout).map(({ name }) => name)).toEqual(["ACME_ORDER_PLACED"]);
  const wrong = await earshot(["dev", "--port", "0", "--catalog", bad]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/bad\.json[\s\S]*appName[\s\S]*ERR_CATALOGUE/);
  expect((await earshot(["dev", "--port", "0", "--catalog", join(dir, "none.json")])).code).toBe(1);
});

test("dev --data keeps what was enabled over a restart", async () => {
  const dir = join(await folder(), "data");
  const first = await start(["dev", "--port", "0", "--data", dir]);
  const env = { COMPOSIO_BASE_URL: await urlOf(first), COMPOSIO_API_KEY: "local" };
  await earshot(
    ["triggers", "enable", "GITHUB_STAR_ADDED_EVENT", "--config", "owner=a", "--config", "repo=b"],
    {
      env,
    },
  );
  first.child.kill("SIGTERM");
  await first.ended;
  const second = await start(["dev", "--port", "0", "--data", dir]);
  const again = { ...env, COMPOSIO_BASE_URL: await urlOf(second) };
  const { stdout } = await earshot(["triggers", "active", "--json"], { env: again });
  expect(jsonLines(stdout)).toMatchObject([
    { triggerName: "GITHUB_STAR_ADDED_EVENT", config: { owner: "a" } },
  ]);
});
