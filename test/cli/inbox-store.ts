import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, type Inbox, openInbox, type RecordState } from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.js";

/** An entry as the path makes it. */
export function entryOf(id: string, own: Partial<Entry> = {}): Entry {
  return {
    id,
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    source: "webhook",
    origin: { provider: "composio", signed: true },
    body: JSON.stringify({ log_id: id, payload: { starred_by: "ada" } }),
    receivedAt: Date.now(),
    orderKey: undefined,
    event: undefined,
    ...own,
  };
}

/** Puts a record into an inbox and brings it to a state. */
export async function put(inbox: Inbox, id: string, state: RecordState, own: Partial<Entry> = {}) {
  await inbox.store(entryOf(id, own), false);
  if (state === "waiting") return;
  const [claimed] = await inbox.claim(1, new AbortController().signal);
  if (claimed?.record.id !== id) throw new Error(`claimed ${claimed?.record.id} for ${id}`);
  if (state === "running") return;
  const failure = {
    callback: "fragile",
    attempt: 1,
    at: Date.now(),
    message: "it broke",
    stack: "Error: it broke\n    at x",
  };
  await inbox.settle(claimed, {
    state,
    done: state === "done" ? ["work"] : ["good"],
    failures: state === "dead" ? [failure] : [],
  });
}

/** A folder that ends with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "earshot-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An SQLite inbox with what `fill` puts into it, closed again. @returns its file */
export async function fileWith(fill: (inbox: Inbox) => Promise<unknown>): Promise<string> {
  const path = join(temporaryFolder(), "events.db");
  const inbox = sqliteInbox({ path });
  await inbox.open({
    clock: systemClock,
    dedupeWindowMs: 86_400_000,
    maxPending: 100_000,
    leaseMs: 3_600_000,
    warn: () => undefined,
  });
  try {
    await fill(inbox);
  } finally {
    await inbox.close();
  }
  return path;
}

/** One record of each state. The oldest first: done, dead, running, waiting. */
export const oneOfEach = async (inbox: Inbox): Promise<void> => {
  await put(inbox, "log_done", "done", { receivedAt: Date.now() - 3 * 3_600_000 });
  await put(inbox, "log_dead", "dead", { triggerName: "SLACK_RECEIVE_MESSAGE" });
  await put(inbox, "log_running", "running");
  await put(inbox, "log_waiting", "waiting");
};

/** How the records of a file stand: `{ log_done: "done", … }`. */
export async function statesIn(path: string): Promise<Record<string, RecordState>> {
  const inbox = await openInbox(sqliteInbox({ path }));
  const states: Record<string, RecordState> = {};
  for await (const { id, state } of inbox.find({})) states[id] = state;
  await inbox.close();
  return states;
}
