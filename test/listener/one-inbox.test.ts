import { type Inbox, memoryInbox, TriggerListener } from "earshot";
import { redisInbox } from "earshot/redis";
import { sqliteInbox } from "earshot/sqlite";
import { signedWebhook } from "earshot/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { startRedis, withoutRedis } from "../support/redis-server.js";

const secret = "a secret of some length";

const kinds: readonly {
  readonly what: string;
  readonly missing?: string | undefined;
  make(): Promise<Inbox>;
}[] = [
  { what: "memory", make: async () => memoryInbox() },
  {
    what: "SQLite",
    async make() {
      const { folder, remove } = temporaryFolder();
      onTestFinished(remove);
      return sqliteInbox({ path: `${folder}/events.db` });
    },
  },
  {
    what: "Redis",
    missing: withoutRedis,
    async make() {
      const { url, stop } = await startRedis({ appendonly: "yes", appendfsync: "always" });
      onTestFinished(stop);
      return redisInbox({ connection: url });
    },
  },
];

function listenerOn(inbox: Inbox) {
  const listener = new TriggerListener({
    inbox,
    signals: false,
    webhook: { port: 0, host: "127.0.0.1", secrets: secret },
  });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const ran: string[] = [];
  listener.callback("A", function note(event) {
    ran.push(event.id);
  });
  return {
    listener,
    ran,
    async send(logId: string) {
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId });
      const url = `${listener.health().webhook?.url}/webhook`;
      return (await fetch(url, { method: "POST", headers, body })).status;
    },
  };
}

describe.each(kinds)("one $what inbox in two listeners", ({ missing, make }) => {
  test.skipIf(missing !== undefined)("the second start rejects, and the first listener goes on", async () => {
    const inbox = await make();
    const [first, second] = [listenerOn(inbox), listenerOn(inbox)];
    await first.listener.start();
    await expect(second.listener.start()).rejects.toMatchObject({
      code: "ERR_OPTION",
      message: expect.stringMatching(/^The .*inbox.* is in use: .* another listener/),
    });
    await second.listener.stop();
    expect(await first.send("log_1")).toBe(200);
    await vi.waitFor(() => expect(first.ran).toEqual(["log_1"]));
  });

  test.skipIf(missing !== undefined)(
    "a listener that starts after the first has stopped uses it",
    async () => {
      const inbox = await make();
      const [first, second] = [listenerOn(inbox), listenerOn(inbox)];
      await first.listener.start();
      expect(await first.send("log_1")).toBe(200);
      await vi.waitFor(() => expect(first.ran).toEqual(["log_1"]));
      await first.listener.stop();
      await second.listener.start();
      expect(await second.send("log_1")).toBe(200);
      expect(await second.send("log_2")).toBe(200);
      await vi.waitFor(() => expect(second.ran).toEqual(["log_2"]));
    },
  );

  test.skipIf(missing !== undefined)("a listener that stops while it starts leaves it closed", async () => {
    const inbox = await make();
    const [first, second] = [listenerOn(inbox), listenerOn(inbox)];
    const started = first.listener.start().catch(() => undefined);
    await first.listener.stop();
    await started;
    await second.listener.start();
    expect(await second.send("log_1")).toBe(200);
    await vi.waitFor(() => expect(second.ran).toEqual(["log_1"]));
  });
});
