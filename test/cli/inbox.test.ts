import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../support/sqlite.js";
import { allCommands } from "./all-commands.js";
import { earshot, jsonLines, programFile, start } from "./cli.js";
import { entryOf, fileWith, oneOfEach, put, statesIn, temporaryFolder } from "./inbox-store.js";

const names = (await allCommands()).map(([name]) => name).filter((name) => name.startsWith("inbox"));

test.each([...names])("%s --help has examples, only on stdout", async (name) => {
  const { code, stdout, stderr } = await earshot([...name.split(" "), "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: earshot inbox/);
  expect(stdout).toMatch(/\nExamples:\n +\$ earshot inbox/);
  if (name === "inbox")
    for (const exit of [0, 1, 2, 130]) expect(stdout).toMatch(new RegExp(`^  ${exit} +\\S`, "m"));
});

test("ls: a table and counts by state; only JSON Lines with --json", async () => {
  const db = await fileWith(oneOfEach);
  const { code, stdout, stderr } = await earshot(["inbox", "ls", "--db", db]);
  expect(code).toBe(0);
  const [heading, ...rows] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^RECEIVED +ID +TRIGGER +STATE +ATTEMPTS/);
  expect(rows.map((row) => row.match(/log_\w+/)?.[0])).toEqual([
    "log_waiting",
    "log_running",
    "log_dead",
    "log_done",
  ]);
  expect(rows[2]).toMatch(/SLACK_RECEIVE_MESSAGE +dead +1 +fragile: it broke$/);
  expect(stderr).toBe("Total: 1 waiting, 1 running, 1 done, 1 dead, 0 unmatched.\n");
  const all = await earshot(["inbox", "ls", "--db", db, "--json"]);
  expect(all.stderr).toBe("");
  expect(jsonLines(all.stdout)).toHaveLength(4);
  expect(jsonLines(all.stdout)[2]).toMatchObject({
    id: "log_dead",
    state: "dead",
    triggerName: "SLACK_RECEIVE_MESSAGE",
    provider: "composio",
    attempts: 1,
    done: ["good"],
    failures: [{ callback: "fragile", message: "it broke" }],
    receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test("ls: every filter, one at a time and combined", async () => {
  const db = await fileWith(oneOfEach);
  const ids = async (...args: string[]) => {
    const { code, stdout, stderr } = await earshot(["inbox", "ls", "--db", db, "--json", ...args]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return jsonLines(stdout).map(({ id }) => id);
  };
  expect(await ids("--state", "dead,waiting")).toEqual(["log_waiting", "log_dead"]);
  expect(await ids("--state", "dead", "--state", "DONE")).toEqual(["log_dead", "log_done"]);
  expect(await ids("--trigger", "slack_receive_message")).toEqual(["log_dead"]);
  expect(await ids("--trigger", "slack_receive_message,GITHUB_STAR_ADDED_EVENT", "--limit", "3")).toEqual([
    "log_waiting",
    "log_running",
    "log_dead",
  ]);
  expect(await ids("--since", "1h", "--limit", "1")).toEqual(["log_waiting"]);
  expect(await ids("--until", "1h")).toEqual(["log_done"]);
  expect(await ids("--since", "1h", "--state", "done")).toEqual([]);
});

test("ls: an empty inbox and a filter without matches exit with 0", async () => {
  const empty = await earshot(["inbox", "ls", "--limit", "3", "--db", await fileWith(async () => undefined)]);
  expect(empty).toMatchObject({ code: 0, stdout: "" });
  expect(empty.stderr).toMatch(/^The inbox is empty\.\n/);
  const none = await earshot(["inbox", "ls", "--trigger", "NOPE", "--db", await fileWith(oneOfEach)]);
  expect(none).toMatchObject({ code: 0, stdout: "" });
  expect(none.stderr).toMatch(/^No matching records\.\nTotal: 1 waiting/);
});

test("show: a record in full, and a binary body", async () => {
  const bytes = new Uint8Array([0x7b, 0xff, 0xfe]);
  const db = await fileWith(async (inbox) => {
    await oneOfEach(inbox);
    await put(inbox, "log_bytes", "waiting", { body: bytes });
  });
  const { code, stdout } = await earshot(["inbox", "show", "log_dead", "log_bytes", "--db", db]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^log_dead\n/);
  expect(stdout).toMatch(/State +dead\n/);
  expect(stdout).toMatch(/fragile +it broke\n/);
  expect(stdout).toMatch(/"starred_by": "ada"/);
  expect(stdout).toMatch(/\nlog_bytes\n[\s\S]*3 bytes\nBinary body/);
  const [dead, raw] = jsonLines(
    (await earshot(["inbox", "show", "log_dead", "log_bytes", "--db", db, "--json"])).stdout,
  );
  expect(JSON.parse(String(dead?.body))).toMatchObject({ payload: { starred_by: "ada" } });
  expect(dead?.failures).toMatchObject([{ stack: "Error: it broke\n    at x" }]);
  expect(Buffer.from(String(raw?.bodyBase64), "base64")).toEqual(Buffer.from(bytes));
});

test("show: the steps of a record, as text and as JSON", async () => {
  const db = await fileWith(async (inbox) => {
    await inbox.store(entryOf("log_steps"), false);
    const [claimed] = await inbox.claim(1, new AbortController().signal);
    if (claimed === undefined) return expect.fail("nothing to claim");
    const at = Date.UTC(2026, 0, 2);
    const long = JSON.stringify("x".repeat(500));
    for (const [name, result] of [
      ["answer\u001b[2J", '{"text":"hi"}'],
      ["post", undefined],
      ["long", long],
    ] as const)
      await inbox.storeStep(claimed, { callback: "reply", name, at, result });
    await inbox.settle(claimed, { state: "dead", done: [], failures: [] });
  });
  const { stdout } = await earshot(["inbox", "show", "log_steps", "--db", db]);
  expect(stdout).toMatch(/Steps\nAT +CALLBACK +STEP +RESULT\n2026-01-02T00:00:00.000Z +reply +answer/);
  expect(stdout).toMatch(/\{"text":"hi"\}/);
  expect(stdout).not.toContain("\u001b[2J");
  expect(stdout).not.toContain("x".repeat(201));
  const [record] = jsonLines((await earshot(["inbox", "show", "log_steps", "--db", db, "--json"])).stdout);
  expect(record?.steps).toEqual([
    { callback: "reply", name: "answer\u001b[2J", at: "2026-01-02T00:00:00.000Z", result: { text: "hi" } },
    { callback: "reply", name: "post", at: "2026-01-02T00:00:00.000Z" },
    { callback: "reply", name: "long", at: "2026-01-02T00:00:00.000Z", result: "x".repeat(500) },
  ]);
});

test("expectations and cancel: what is open, as text and as JSON; an id that is not open exits with 1", async () => {
  const db = await fileWith(async (inbox) => {
    const handler = "approved";
    for (const [id, dueAt] of [
      ["later", 3e12],
      ["sooner\u001b[2J", 2e12],
    ] as const) {
      const value = JSON.stringify({ id, handler, filter: { triggerName: "A" }, data: '{"n":1}', dueAt });
      await inbox.writeMetadata(`expectation:${id}`, value);
    }
  });
  const { stdout } = await earshot(["inbox", "expectations", "--db", db]);
  const [heading, first, second] = stdout.split("\n");
  expect(heading).toMatch(/^TIMES OUT +ID +HANDLER +FILTER +DATA/);
  expect(first).toMatch(/^2033-.* sooner.* +approved +\{"triggerName":"A"\} +\{"n":1\}/);
  expect(second).toContain("later");
  expect(stdout).not.toContain("\u001b[2J");
  const json = jsonLines((await earshot(["inbox", "expectations", "--db", db, "--json"])).stdout);
  expect(json[1]).toEqual({
    id: "later",
    handler: "approved",
    filter: { triggerName: "A" },
    data: { n: 1 },
    timeoutAt: new Date(3e12).toISOString(),
  });
  expect(await earshot(["inbox", "cancel", "later", "--db", db])).toMatchObject({
    code: 0,
    stdout: "later canceled.\n",
  });
  const again = await earshot(["inbox", "cancel", "later", "--db", db]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toMatch(/later is not open\. .*earshot inbox expectations --db/);
  expect(jsonLines((await earshot(["inbox", "expectations", "--db", db, "--json"])).stdout)).toHaveLength(1);
});

test("an unknown id: 1, what to do, and nothing is changed", async () => {
  const db = await fileWith(oneOfEach);
  for (const name of ["show", "retry", "drop"]) {
    const { code, stdout, stderr } = await earshot(["inbox", name, "log_dead", "log_ded", "--db", db]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/No record has the id log_ded\. .*earshot inbox ls --db .*ERR_NOT_FOUND/);
  }
  expect(await statesIn(db)).toMatchObject({ log_dead: "dead", log_done: "done" });
});

test("retry: by ids, dead and done records; a waiting record is unchanged", async () => {
  const db = await fileWith(oneOfEach);
  const { code, stdout, stderr } = await earshot([
    ..."inbox retry log_dead log_done log_waiting --json --db".split(" "),
    db,
  ]);
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toEqual([{ retried: 2, chosen: 2 }]);
  expect(stderr).toBe("log_waiting is unchanged: it is waiting and runs without a retry.\n");
  expect(await statesIn(db)).toMatchObject({ log_dead: "waiting", log_done: "waiting" });
});

test("retry: by query, only dead records without --state; --dry-run changes nothing", async () => {
  const db = await fileWith(oneOfEach);
  const before = await statesIn(db);
  const dry = await earshot(["inbox", "retry", "--all", "--dry-run", "--json", "--db", db]);
  expect(jsonLines(dry.stdout)).toMatchObject([{ id: "log_dead" }]);
  expect(dry.stderr).toBe("1 record would be retried. Nothing was changed.\n");
  expect(await statesIn(db)).toEqual(before);
  expect(await earshot(["inbox", "retry", "--since", "1h", "--db", db])).toMatchObject({
    code: 0,
    stdout: "1 record retried.\n",
    stderr: "",
  });
  expect(await statesIn(db)).toEqual({ ...before, log_dead: "waiting" });
  await earshot(["inbox", "retry", "--state", "done", "--until", "1h", "--db", db]);
  expect(await statesIn(db)).toMatchObject({ log_done: "waiting" });
  expect(await earshot(["inbox", "retry", "--all", "--db", db])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "No matching records.\n",
  });
});

test("drop: by query and by ids; a running record stays, and naming it is a failure", async () => {
  const db = await fileWith(oneOfEach);
  expect(await earshot(["inbox", "drop", "--all", "--db", db])).toMatchObject({
    code: 0,
    stdout: "1 record dropped.\n",
  });
  const { log_dead: _, ...rest } = await statesIn(db);
  expect(rest).toEqual({ log_done: "done", log_running: "running", log_waiting: "waiting" });
  const named = await earshot(["inbox", "drop", "log_running", "log_waiting", "--db", db]);
  expect(named).toMatchObject({ code: 1, stdout: "1 record dropped.\n" });
  expect(named.stderr).toBe("log_running is unchanged: it is running.\n");
  expect(await statesIn(db)).toEqual({ log_done: "done", log_running: "running" });
});

test.each([
  [["ls"], /No inbox is named: add --db FILE or --redis URL/],
  [["ls", "--db", "a"], /There is no file \S+\/a\. /],
  [["show", "log_1", "--db", "a"], /There is no file \S+\/a\. /],
  [["retry", "--all", "--db", "a"], /There is no file \S+\/a\. /],
  [["drop", "log_1", "--db", "a"], /There is no file \S+\/a\. /],
  [["ls", "--db", "/"], /\/ is not a file/],
  [["ls", "--db", "a", "--redis", "redis://x"], /cannot be used with/],
  [["ls", "--redis", "http://x"], /redis:\/\//],
  [["ls", "--db", "a", "--state", "ded"], /Expected one of waiting, running, done, dead/],
  [["ls", "--db", "a", "--since", "yesterday"], /a date .* or an age/],
  [["ls", "--db", "a", "--limit", "0"], /integer of 1 or more/],
  [["retry", "--db", "a"], /No records are selected: add ids/],
  [["drop", "--db", "a"], /No records are selected: add ids/],
  [["drop", "x", "--all", "--db", "a"], /not both/],
  [["retry", "--state", "waiting", "--db", "a"], /retry cannot change waiting records/],
  [["drop", "--state", "running", "--db", "a"], /drop cannot change running records/],
])("inbox %j is a usage error: 2, reported only on stderr, and no file is created", async (args, message) => {
  // In a folder that exists, so that an inbox that is opened would create its file there.
  const folder = temporaryFolder();
  const inFolder = args.map((word, at) =>
    args[at - 1] === "--db" && word !== "/" ? join(folder, word) : word,
  );
  const { code, stdout, stderr } = await earshot(["inbox", ...inFolder]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(readdirSync(folder)).toEqual([]);
});

test("a file of garbage: 1, what to do, every byte unchanged; an empty file does not become an inbox", async () => {
  const file = join(temporaryFolder(), "garbage.db");
  writeFileSync(file, "this is no inbox, whatever its name says\n".repeat(50));
  const before = readFileSync(file);
  const { code, stdout, stderr } = await earshot(["inbox", "ls", "--db", file]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/is not an SQLite database[\s\S]*ERR_INBOX_CORRUPT[\s\S]*another path/);
  expect(readFileSync(file).equals(before)).toBe(true);
  writeFileSync(file, "");
  expect(await earshot(["inbox", "ls", "--db", file])).toMatchObject({ code: 2, stdout: "" });
  expect(readFileSync(file)).toHaveLength(0);
});

test("untrusted text cannot control the terminal", async () => {
  const db = await fileWith((inbox) => put(inbox, "log_\u009b2J", "waiting", { body: '"\u001b[2Jx\u202e"' }));
  const listed = await earshot(["inbox", "ls", "--db", db]);
  const shown = await earshot(["inbox", "show", "log_\u009b2J", "--db", db]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  for (const { stdout } of [listed, shown]) expect(stdout).not.toMatch(/[\u009b\u001b\u202e]/);
});

const many = (count: number, state: "dead" | "waiting", bodyBytes = 2000) =>
  fileWith(async (inbox) => {
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        state === "dead"
          ? inbox.deadLetter(entry(n, bodyBytes), {
              callback: undefined,
              attempt: 0,
              at: Date.now(),
              message: "ERR_NOT_JSON: no",
            })
          : inbox.store(entry(n, bodyBytes), false),
      ),
    );
  });

const entry = (n: number, bodyBytes: number) => ({
  id: `log_${n}`,
  triggerName: "A",
  source: "webhook" as const,
  origin: { provider: "composio", signed: true },
  body: "b".repeat(bodyBytes),
  receivedAt: Date.now(),
  orderKey: undefined,
  event: undefined,
});

test("a closed pipe ends ls soon, without an error, with 0", async () => {
  const db = await many(5000, "waiting");
  const ls = await start(["inbox", "ls", "--json", "--db", db]);
  ls.child.stdout?.once("data", () => ls.child.stdout?.destroy());
  const { code, signal, stderr, stdout } = await ls.ended;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
  expect(stdout.split("\n").length).toBeLessThan(5000);
});

test("Ctrl-C interrupts a long retry between two steps: 130, and the number of changes is printed", {
  timeout: 60_000,
}, async () => {
  const count = 10_000;
  const db = await many(count, "dead", 10);
  const retry = await start(["inbox", "retry", "--all", "--json", "--db", db]);
  const looking = openDatabase(db, { readonly: true });
  const tally = looking.prepare("SELECT waiting, dead FROM totals");
  const stand = () => tally.get() as { waiting: number; dead: number };
  while (stand().waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  // Stopped at once, so that however slow this machine is, it is not done when Ctrl-C comes.
  retry.child.kill("SIGSTOP");
  retry.child.kill("SIGINT");
  retry.child.kill("SIGCONT");
  await retry.err(/Stopping after the current step/);
  const { code, stdout, stderr } = await retry.ended;
  const { waiting, dead } = stand();
  looking.close();
  expect(code).toBe(130);
  expect(dead).toBeGreaterThan(0);
  expect(waiting + dead).toBe(count);
  expect(jsonLines(stdout)).toEqual([{ retried: waiting, chosen: count }]);
  expect(stderr).toContain(`Interrupted: ${dead} are unchanged.\n`);
});

/** Runs `earshot` with a terminal on all its streams. */
async function inTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const words = [process.execPath, await programFile(), ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", words, "/dev/null"], {
    env: { PATH: process.env.PATH, TERM: "xterm", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  return text;
}

// `script` of util-linux makes the terminal.
if (process.platform === "linux") {
  test("on a terminal: a progress bar only for long work, colors unless NO_COLOR", async () => {
    const db = await many(1000, "dead");
    const bar = /Retrying \[#*-*\] \d+ %, \d+ of 1000/;
    expect(await inTerminal(["inbox", "retry", "--limit", "10", "--db", db])).not.toMatch(/Retrying/);
    await earshot(["inbox", "drop", "--state", "waiting", "--db", db]);
    expect(await inTerminal(["inbox", "ls", "--limit", "1", "--db", db])).toContain("\u001b[31m");
    expect(await inTerminal(["inbox", "ls", "--limit", "1", "--db", db], { NO_COLOR: "1" })).not.toContain(
      "\u001b[",
    );
    const long = await inTerminal(["inbox", "retry", "--all", "--db", await many(1000, "dead")]);
    expect(long).toMatch(bar);
    expect(long.endsWith("\r\u001b[K1000 records retried.\r\n")).toBe(true);
  });
}

test("without a terminal there is no progress bar", async () => {
  const db = await many(1000, "dead");
  expect(await earshot(["inbox", "retry", "--all", "--db", db])).toMatchObject({
    code: 0,
    stdout: "1000 records retried.\n",
    stderr: "",
  });
});
