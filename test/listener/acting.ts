import { join } from "node:path";
import {
  type CallbackContext,
  type CallbackOptions,
  type Inbox,
  type ListenerEvent,
  type ListenerOptions,
  memoryInbox,
  type TriggerEvent,
  TriggerListener,
} from "earshot";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";

const secret = "a secret of some length";

/** The inboxes of one process, each empty. */
export const inboxes: readonly (readonly [what: string, make: () => Inbox])[] = [
  ["memory", () => memoryInbox()],
  [
    "SQLite",
    () => {
      const { folder, remove } = temporaryFolder();
      onTestFinished(remove);
      return sqliteInbox({ path: join(folder, "events.db"), pollMs: 10 });
    },
  ],
];

type Run = (event: TriggerEvent, context: CallbackContext) => unknown;

/** A listener with the callback `work`, and how to send it events and wait for their end. */
export async function listen(
  inbox: Inbox,
  run: Run,
  options: CallbackOptions<undefined> = {},
  settings: Omit<ListenerOptions, "inbox" | "webhook"> = {},
) {
  const retry = { attempts: 3, baseMs: 1, capMs: 1 };
  const listener = new TriggerListener({ retry, ...settings, inbox, webhook: { secrets: secret } });
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  for (const type of ["warning", "callback.failed", "event.dead-lettered", "inbox.error"] as const)
    listener.on(type, () => undefined);
  listener.callback({}, run, { name: "work", ...options });
  await listener.start();
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const handle = listener.fetchHandler();
  const of = <Type extends ListenerEvent["type"]>(type: Type) =>
    reports.filter((report): report is Extract<ListenerEvent, { type: Type }> => report.type === type);
  const ended = (id: string) =>
    vi.waitFor(
      () => {
        const end = reports.find(
          (report) =>
            (report.type === "event.done" || report.type === "event.dead-lettered") && report.id === id,
        );
        return end?.type ?? expect.fail(`${id} has not ended`);
      },
      { timeout: 20_000, interval: 5 },
    );
  async function send(logId: string, payload: Record<string, unknown> = {}) {
    const { headers, body } = signedWebhook({ secret, triggerName: "ACT", payload, logId });
    const response = await handle(new Request("http://localhost/webhook", { method: "POST", headers, body }));
    expect(response.status).toBe(200);
  }
  return {
    listener,
    of,
    ended,
    send,
    async run(id: string, payload: Record<string, unknown> = {}) {
      await send(id, payload);
      return ended(id);
    },
    async record(id: string) {
      for await (const record of inbox.find({ ids: [id] })) return record;
      return expect.fail(`no record ${id}`);
    },
  };
}
