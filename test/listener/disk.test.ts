import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openInbox, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { smallDisk } from "../inbox/small-disk.js";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { collect } from "../support/collect.js";
import { compile, type Program, run } from "../support/program.js";

const secret = "a secret of some length";

function aFolder(): string {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  return folder;
}

/** Sends events with bodies of some 8 kB, each once. */
async function sender(program: Program) {
  const url = `${(await program.line(/^door /)).slice("door ".length)}/webhook`;
  const acknowledged = new Set<string>();
  let sent = 0;
  return {
    acknowledged,
    async send(): Promise<Response> {
      sent += 1;
      const logId = `log_${sent}`;
      const payload = { text: "x".repeat(8000) };
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload, logId });
      const answer = await fetch(url, { method: "POST", headers, body });
      if (answer.status === 200) acknowledged.add(logId);
      return answer;
    },
  };
}

/** Until the disk is full, what the sender and the user hear then, and how it goes on when there is space. */
async function fillsUpAndRecovers(program: Program, path: string, makeSpace: () => void): Promise<void> {
  const { acknowledged, send } = await sender(program);
  // SQLite may find a little room more by tidying up; three in a row and it is full for good.
  const refused: Response[] = [];
  for (let n = 0; refused.length < 3 && n < 5000; n += 1) {
    const answer = await send();
    if (answer.status === 200) refused.length = 0;
    else refused.push(answer);
  }
  expect(refused.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect(refused[0]?.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await program.line(/^trouble /)).toMatch(/^trouble ERR_INBOX_FULL The inbox .*events\.db/);
  expect(acknowledged.size).toBeGreaterThan(5);
  makeSpace();
  await vi.waitFor(async () => expect((await send()).status).toBe(200), { timeout: 60_000 });
  // Nothing that was acknowledged is lost: all of it has run, and its end is recorded.
  const done = () => new Set(program.lines.flatMap((line) => /^done (.*)/.exec(line)?.[1] ?? []));
  await vi.waitFor(() => expect([...acknowledged].filter((id) => !done().has(id))).toEqual([]), {
    timeout: 60_000,
  });
  program.child.kill("SIGTERM");
  expect(await program.ended).toBe(0);
  const inbox = await openInbox(sqliteInbox({ path }));
  const records = await collect(inbox.find({}));
  await inbox.close();
  expect(records.map(({ id }) => id).sort()).toEqual([...acknowledged].sort());
  expect(new Set(records.map(({ state }) => state))).toEqual(new Set(["done"]));
}

test("a full disk: 503 with Retry-After, one clear report, no loss, and it goes on when there is space", {
  timeout: 240_000,
}, async (context) => {
  const disk = smallDisk(join(aFolder(), "disk"), 8);
  if (typeof disk === "string") return context.skip(disk);
  try {
    const filling = join(disk.folder, "filling");
    writeFileSync(filling, Buffer.alloc(6 * 1024 * 1024));
    const path = join(disk.folder, "events.db");
    const file = await compile(join(import.meta.dirname, "disk-child.ts"));
    const program = run(file, [], { DB: path, SECRET: secret });
    await fillsUpAndRecovers(program, path, () => rmSync(filling));
  } finally {
    disk.unmount();
  }
});

test("a limit on the file's size: the same", { timeout: 240_000 }, async (context) => {
  if (!process.env.CI && spawnSync("prlimit", ["--version"]).status !== 0)
    context.skip("there is no prlimit here");
  const path = join(aFolder(), "events.db");
  const file = await compile(join(import.meta.dirname, "disk-child.ts"));
  const program = run(file, [], { DB: path, SECRET: secret });
  await program.line(/^door /);
  const limit = (bytes: string) =>
    execFileSync("prlimit", ["--pid", String(program.child.pid), `--fsize=${bytes}`]);
  limit("1000000:unlimited");
  await fillsUpAndRecovers(program, path, () => limit("unlimited"));
});

test.each([
  ["garbage", "nobody's inbox\n".repeat(1000)],
  ["an SQLite file's head alone", "SQLite format 3\0"],
])("%s: the listener does not start, says what to do, and leaves every byte", async (_what, content) => {
  const path = join(aFolder(), "events.db");
  writeFileSync(path, content);
  const before = readFileSync(path);
  const listener = new TriggerListener({
    inbox: sqliteInbox({ path }),
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
  });
  await expect(listener.start()).rejects.toMatchObject({
    code: "ERR_INBOX_CORRUPT",
    message: expect.stringContaining(path),
    solution: expect.stringMatching(/restore a copy, or give another path/),
  });
  expect(listener.health()).toMatchObject({ state: "failed", healthy: false });
  expect(readFileSync(path).equals(before)).toBe(true);
});
