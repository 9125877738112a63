import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type DashboardOptions, dashboard } from "../../src/dashboard/index.js";
import type { Claimed } from "../../src/inbox/contract.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { type Inbox, openInbox } from "../../src/index.js";

export const TOKEN = "the-token-of-the-test";
/** What a page would do with it, were it markup. */
export const MARKUP = `<img src=x onerror="document.title='owned'">`;

const people = ["ada", "grace", "linus", "barbara", "edsger"];

/** A SQLite inbox with records that are done, and a few dead ones of two errors. */
export async function seededInbox(count: number, deadEach = 3): Promise<Inbox> {
  const directory = await mkdtemp(join(tmpdir(), "board-"));
  const inbox = await openInbox(sqliteInbox({ path: join(directory, "events.db") }));
  onTestFinished(async () => {
    await inbox.close();
    await rm(directory, { recursive: true, force: true });
  });
  const startAt = Date.now() - count * 20;
  const STEP = 500;
  for (let at = 0; at < count; at += STEP) {
    const numbers = Array.from({ length: Math.min(STEP, count - at) }, (_, offset) => at + offset);
    await Promise.all(
      numbers.map(async (number) => {
        const stored = await inbox.store(entryOf(number, startAt + number * 20), true);
        if (stored.state === "new" && stored.claimed !== undefined)
          await settle(inbox, stored.claimed, number, count, deadEach);
      }),
    );
  }
  return inbox;
}

/** A signed webhook of GitHub, as a listener stores it. */
export function entryOf(number: number, receivedAt: number) {
  const body = {
    ...{ action: "created", number, sender: { login: people[number % people.length] } },
    repository: { full_name: number % 7 === 0 ? MARKUP : "acme/site", stargazers_count: number },
  };
  return {
    ...{ id: `evt_${number}`, triggerName: "star", source: "webhook" as const, receivedAt },
    origin: { provider: "github", signed: true, eventName: "star" },
    ...{ body: JSON.stringify(body), orderKey: undefined, event: undefined },
  };
}

async function settle(
  inbox: Inbox,
  claimed: Claimed,
  number: number,
  count: number,
  deadEach: number,
): Promise<void> {
  const fromEnd = count - number;
  if (fromEnd > deadEach * 2) {
    await inbox.settle(claimed, { state: "done", done: ["onStar"], failures: [] });
    return;
  }
  const message = fromEnd % 2 === 0 ? `Timeout after ${fromEnd} ms` : "The database is down";
  const failure = {
    callback: "onStar",
    attempt: 1,
    at: Date.now(),
    message,
    stack: `Error: ${message}\n    at x`,
  };
  await inbox.settle(claimed, { state: "dead", done: [], failures: [failure] });
}

/** The URL of a dashboard over an inbox. */
export async function servedInbox(
  inbox: Inbox,
  options: Omit<DashboardOptions, "token"> = {},
): Promise<string> {
  const board = dashboard({ inbox }, { token: TOKEN, ...options });
  const server = createServer(board.nodeHandler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    board.close();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
