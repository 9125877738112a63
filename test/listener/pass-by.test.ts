import { memoryInbox, TriggerListener } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { accessTo } from "../support/pusher-server/access.js";
import { startPusherServer } from "../support/pusher-server/server.js";

const event = (name: string) => ({
  id: `msg_${name}`,
  type: "composio.trigger.message",
  timestamp: "2026-01-02T03:04:05.000Z",
  metadata: { log_id: `log_${name}`, trigger_slug: name },
  data: {},
});

test("what no callback asked for never comes to the inbox; it is heard all the same", async () => {
  const server = await startPusherServer();
  onTestFinished(() => server.stop());
  const inbox = memoryInbox();
  const store = vi.spyOn(inbox, "store");
  const listener = new TriggerListener(
    { inbox, signals: false, socket: { backoff: { baseMs: 0, capMs: 0 } } },
    {
      baseUrl: "https://platform.example",
      account: server.url,
      realtime: accessTo(server),
      async *logs() {},
      webhook: {
        current: async () => ({ url: undefined, secret: undefined }),
        register: async () => ({ secret: undefined, replaced: undefined }),
      },
    },
  );
  onTestFinished(() => listener.stop());
  const heard: string[] = [];
  listener.callback("ASKED", ({ triggerName }) => {
    heard.push(triggerName);
  });
  await listener.start();
  expect(listener.health().lastEventAt).toBeUndefined();

  const before = Date.now();
  server.publish("trigger_to_client", event("OTHER"));
  await vi.waitFor(() => expect(listener.health().lastEventAt?.getTime()).toBeGreaterThanOrEqual(before));
  expect(store).not.toHaveBeenCalled();
  server.publish("trigger_to_client", event("ASKED"));
  await vi.waitFor(() => expect(heard).toEqual(["ASKED"]));
  expect(store).toHaveBeenCalledTimes(1);
});
