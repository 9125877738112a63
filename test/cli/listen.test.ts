import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { type Receiver, receiver } from "../dev/webhooks/receiver.js";
import { begin, type Command, earshot, jsonLines, type Running, start } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const SLACK = "SLACK_RECEIVE_MESSAGE";
let platform: Platform;
const targets: Receiver[] = [];

beforeEach(async () => {
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  await toolset.enableTrigger(SLACK, { config: {} });
  await toolset.close();
});

afterEach(async () => {
  await platform.stop();
  await Promise.all(targets.splice(0).map((target) => target.close()));
});

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });

/** Starts `earshot listen` and waits until it is connected. */
async function listening(args: readonly string[], more: Record<string, string> = {}): Promise<Command> {
  const command = begin(["listen", ...args], { env: { ...env(), ...more } });
  await command.err(/Listening\./);
  return command;
}

/** The same, as a process. */
async function listeningProcess(args: readonly string[]): Promise<Running> {
  const running = await start(["listen", ...args], { env: env() });
  await running.err(/Listening\./);
  return running;
}

async function openReceiver(answer?: Parameters<typeof receiver>[0]): Promise<Receiver> {
  const opened = await receiver(answer);
  targets.push(opened);
  return opened;
}

test("--json --max-events N: N JSON Lines, nothing else on stdout, and 0", async () => {
  const listen = await listeningProcess(["--json", "--max-events", "2"]);
  const fired: string[] = [];
  for (const starred_by of ["ada", "grace", "edsger"]) {
    fired.push(...(await platform.fire(STAR, { data: { starred_by } })).logIds);
  }
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  const events = jsonLines(stdout);
  expect(events).toMatchObject([
    {
      id: fired[0],
      triggerName: STAR,
      appName: "github",
      payload: { starred_by: "ada" },
      source: "websocket",
    },
    { id: fired[1], payload: { starred_by: "grace" } },
  ]);
  expect(events[0]).not.toHaveProperty("raw");
});

test("--trigger and --app choose what is printed", async () => {
  const listen = await listening(["--trigger", "github_star_added_event", "--max-events", "1", "--json"]);
  const byApp = await listening(["--app", "slack", "--max-events", "1", "--json"]);
  await platform.fire(SLACK, { data: { text: "hi" } });
  await platform.fire(STAR, { data: { starred_by: "ada" } });
  expect(jsonLines((await listen.ended).stdout)).toMatchObject([{ triggerName: STAR }]);
  expect(jsonLines((await byApp.ended).stdout)).toMatchObject([{ triggerName: SLACK }]);
});

test("as text: time, name, id and the payload, without untrusted control characters", async () => {
  const listen = await listening(["--max-events", "1"]);
  const { logIds } = await platform.fire(STAR, { data: { starred_by: "a\u001bd\u009ba" } });
  const { stdout } = await listen.ended;
  expect(stdout).toMatch(
    new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}#1 {2}${STAR} {2}${logIds[0]} {2}\\{"starred_by":"a[^\n]*\n$`),
  );
  expect(stdout).toContain('"starred_by":"a\\u001bd\ufffda"');
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s: events in progress are finished, no more are received, and the exit code is %i",
  async (signal, code) => {
    let answer: (() => void) | undefined;
    const target = await openReceiver((_request, response) => {
      answer = () => response.end();
    });
    const listen = await listeningProcess(["--forward", target.url, "--json"]);
    await platform.fire(STAR, { data: { starred_by: "ada" } });
    await expect.poll(() => answer).toBeDefined();
    listen.child.kill(signal);
    await expect.poll(() => platform.connections(), { message: "it has disconnected" }).toEqual([]);
    expect(listen.stdout()).toBe("");
    answer?.();
    const ended = await listen.ended;
    expect(ended.code).toBe(code);
    expect(jsonLines(ended.stdout)).toMatchObject([
      { payload: { starred_by: "ada" }, forwarded: { status: 200 } },
    ]);
  },
);

test("a second Ctrl-C exits at once", async () => {
  const target = await openReceiver(() => undefined);
  const listen = await listeningProcess(["--forward", target.url]);
  await platform.fire(STAR);
  await expect.poll(() => target.received).toHaveLength(1);
  listen.child.kill("SIGINT");
  await expect.poll(() => platform.connections()).toEqual([]);
  listen.child.kill("SIGINT");
  expect(await listen.ended).toMatchObject({ code: 130, stdout: "" });
});

test("--forward posts the body unchanged, signed with the secret", async () => {
  const target = await openReceiver();
  const secret = "whsec_a secret of the tests";
  const listen = await listening(["--forward", target.url, "--max-events", "1"], {
    COMPOSIO_WEBHOOK_SECRET: secret,
  });
  const { logIds } = await platform.fire(STAR, { data: { starred_by: "naïve ☂" } });
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`${logIds[0]} {2}→ 200 \\d+ ms {2}\\{[^\n]*\n$`));
  const [got] = target.received;
  expect(JSON.parse(got?.body ?? "")).toMatchObject({ data: { starred_by: "naïve ☂" } });
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = got?.headers ?? {};
  const mac = createHmac("sha256", secret)
    .update(`${String(id)}.${String(at)}.${got?.body}`)
    .digest("base64");
  expect(id).toBe(JSON.parse(got?.body ?? "").id);
  expect(signature).toBe(`v1,${mac}`);
});

test("--forward retries until a 2xx response, and follows no redirect", async () => {
  const elsewhere = await openReceiver();
  let tries = 0;
  const target = await openReceiver((_request, response) => {
    tries += 1;
    response.writeHead(tries === 1 ? 307 : 204, { location: elsewhere.url });
    response.end();
  });
  const listen = await listening(["--forward", target.url, "--max-events", "1", "--json"]);
  await platform.fire(STAR);
  const { code, stdout, stderr } = await listen.ended;
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ forwarded: { status: 204 } }]);
  expect(stderr).toMatch(/responded with 307\. Retry in \d+ ms/);
  expect(target.received).toHaveLength(2);
  expect(elsewhere.received).toEqual([]);
});

test.each(["http://169.254.169.254/", "https://example.com/hook"])(
  "--forward to %s is rejected without --allow-remote",
  async (url) => {
    const { code, stdout, stderr } = await earshot(["listen", "--forward", url], { env: env() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/--allow-remote/);
  },
);

test("--for: 0 without --max-events; 5 before --max-events is reached", async () => {
  expect(await earshot(["listen", "--for", "5"], { env: env() })).toMatchObject({ code: 0, stdout: "" });
  const short = await earshot(["listen", "--for", "5", "--max-events", "1", "--json"], { env: env() });
  expect(short).toMatchObject({ code: 5, stdout: "" });
});

test("no platform: it prints what to run, retries, and exits with 3 when the time is up", async () => {
  const { code, stdout, stderr } = await earshot(["listen", "--for", "3"], {
    env: { COMPOSIO_BASE_URL: "http://127.0.0.1:1", COMPOSIO_API_KEY: "local" },
  });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr.match(/earshot dev --port 1\n/g), "once").toHaveLength(1);
});

test("it reconnects after a lost connection, and prints the events of the gap", async () => {
  const listen = await listening(["--json", "--max-events", "1"]);
  platform.faults.realtime.dropAll("terminate");
  const { logIds } = await platform.fire(STAR);
  const { code, stdout, stderr } = await listen.ended;
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject([{ id: logIds[0] }]);
  expect(stderr).toMatch(/Connection lost/);
});

test("an API key that the platform rejects: 4", async () => {
  const { code, stdout, stderr } = await earshot(["listen"], {
    env: { ...env(), COMPOSIO_API_KEY: "invalid-key" },
  });
  expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  expect(stderr).toMatch(/ERR_UNAUTHORIZED/);
});

test("a closed pipe ends it without an error", async () => {
  const listen = await listeningProcess(["--json"]);
  listen.child.stdout?.destroy();
  await platform.fire(STAR);
  expect(await listen.ended).toMatchObject({ code: 0, signal: null });
});

test("--payload selects by values at any depth, of any type", async () => {
  const listen = await listening([
    "--payload",
    "repo.number=7",
    "--payload",
    "starred_by=ada",
    "--max-events",
    "2",
    "--json",
  ]);
  await platform.fire(STAR, { data: { starred_by: "ada", repo: { number: 8 } } });
  await platform.fire(STAR, { data: { starred_by: "grace", repo: { number: 7 } } });
  await platform.fire(STAR, { data: { starred_by: "ada", repo: { number: 7 } } });
  await platform.fire(STAR, { data: { starred_by: "ada", repo: { number: "7" } } });
  const { stdout } = await listen.ended;
  expect(jsonLines(stdout).map(({ payload }) => payload)).toEqual([
    { starred_by: "ada", repo: { number: 7 } },
    { starred_by: "ada", repo: { number: "7" } },
  ]);
});

test("--output writes each event to a file of its own, whole", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const listen = await listening(["--output", join(folder, "events"), "--max-events", "2"]);
  const ids: string[] = [];
  for (const starred_by of ["../../ada", "grace"])
    ids.push(...(await platform.fire(STAR, { data: { starred_by } })).logIds);
  expect((await listen.ended).code).toBe(0);
  const files = await readdir(join(folder, "events"));
  expect(files).toHaveLength(2);
  const events = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, "events", file), "utf8"))),
  );
  expect(events.map(({ id }) => id).sort()).toEqual(ids.sort());
  expect(JSON.parse(events[0].raw)).toMatchObject({ data: events[0].payload });
});

test("--output that is no directory is an error before the first event", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "file"), "");
  const { code, stderr } = await earshot(["listen", "--for", "1", "--output", join(folder, "file")], {
    env: env(),
  });
  expect(stderr).toContain("--output cannot write to");
  expect(code).toBe(2);
});

test("events that --output could not write are listed at the end, and the exit code is 1", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = join(folder, "events");
  const listen = await listening(["--output", output, "--for", "2"]);
  await rm(output, { recursive: true });
  await writeFile(output, "");
  const { logIds } = await platform.fire(STAR);
  const { code, stderr } = await listen.ended;
  expect(stderr).toContain(`Not written: 1. They are in \`earshot logs\`:\n  ${logIds[0]}`);
  expect(code).toBe(1);
});

test("--output writes for the owner only: files 600, directories 700", async () => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-output-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const output = join(folder, "deep", "events");
  const listen = await listening(["--output", output, "--max-events", "1"]);
  await platform.fire(STAR);
  expect((await listen.ended).code).toBe(0);
  const [file = ""] = await readdir(output);
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  expect(await Promise.all([join(output, file), output, join(folder, "deep")].map(modeOf))).toEqual([
    "600",
    "700",
    "700",
  ]);
});

test("--expand prints each event in full", async () => {
  const listen = await listening(["--expand", "--max-events", "1"]);
  await platform.fire(STAR, { data: { starred_by: "ada" } });
  expect((await listen.ended).stdout).toMatch(
    /#1 {2}GITHUB[^\n]*\n {2}\{\n[\s\S]*"starred_by": "ada"[\s\S]*\n {2}\}\n$/,
  );
});

test("--trigger-id, --account, --table and --out: the chosen events in columns, and in a file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "earshot-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, "events.jsonl");
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  const other = await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "other" } });
  await toolset.close();
  const args = ["--trigger-id", other.triggerId, "--account", other.connectedAccountId];
  const listen = await listening([...args, "--table", "--out", file, "--max-events", "2"]);
  await platform.fire(SLACK, { data: { text: "hi" } });
  const data = { starred_by: "\u001b[31mada", long: "x".repeat(2000) };
  const { logIds } = await platform.fire(STAR, { data, triggerId: other.triggerId });
  await platform.fire(STAR, { data: { starred_by: "grace" }, triggerId: other.triggerId });
  const { code, stdout } = await listen.ended;
  expect(code).toBe(0);
  const [heading, first, second, ...rest] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^TIME +TRIGGER +ACCOUNT +ID/);
  expect(first?.slice(0, 40)).toMatch(/^\d\d:\d\d:\d\d {2}GITHUB_STAR_ADDED_EVENT/);
  expect(first).not.toContain("\u001b");
  expect(first?.indexOf(logIds[0]?.slice(0, 10) ?? "")).toBe(second?.search(/log_/));
  expect(rest).toEqual([]);
  const lines = jsonLines(await readFile(file, "utf8"));
  expect(lines.map(({ payload }) => payload)).toEqual([data, { starred_by: "grace" }]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  // A second run appends.
  const again = await listening(["--out", file, "--max-events", "1"]);
  await platform.fire(SLACK, { data: { text: "ho" } });
  await again.ended;
  expect(jsonLines(await readFile(file, "utf8"))).toHaveLength(3);
  // What cannot be flushed, such as a pipe or a device, is written all the same.
  const device = await listening(["--out", "/dev/null", "--max-events", "1"]);
  await platform.fire(SLACK, { data: { text: "he" } });
  expect(await device.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining("error") });
  // The disk is full.
  const full = await listening(["--out", "/dev/full", "--attempts", "1", "--for", "8"]);
  await platform.fire(SLACK, { data: { text: "hm" } });
  await full.err(/ENOSPC.*Given up/);
  expect((await full.ended).code).toBe(1);
  const nowhere = await earshot(["listen", "--out", join(dir, "no", "file")], { env: env() });
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/--out cannot write/) });
  const both = await earshot(["listen", "--table", "--json"], { env: env() });
  expect(both).toMatchObject({ code: 2, stderr: expect.stringMatching(/--table excludes/) });
});
