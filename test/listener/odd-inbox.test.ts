import { type Inbox, type ListenerEvent, memoryInbox, TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";

const secret = "a secret of some length";

/** A value that throws wherever it is read, even where it is asked whether it is an error. */
function unreadable(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A memory inbox whose method throws, or rejects, with such a value at its first call. */
function failingOnce(method: keyof Inbox, how: "throws" | "rejects"): Inbox {
  const inbox = memoryInbox();
  let hasFailed = false;
  return new Proxy(inbox, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name !== method || hasFailed) return Reflect.apply(value, target, args);
        hasFailed = true;
        if (how === "throws") throw unreadable();
        return Promise.reject(unreadable());
      };
    },
  });
}

test.each([
  ["store", "throws"],
  ["store", "rejects"],
  ["settle", "throws"],
  ["settle", "rejects"],
  ["claim", "throws"],
  ["claim", "rejects"],
  ["claimKey", "throws"],
  ["claimKey", "rejects"],
  ["storeStep", "throws"],
  ["storeStep", "rejects"],
] as const)(
  "an inbox whose %s %s what cannot be read is reported, and the event runs",
  async (method, how) => {
    const listener = new TriggerListener({
      inbox: failingOnce(method, how),
      signals: false,
      webhook: { port: 0, host: "127.0.0.1", secrets: secret },
    });
    onTestFinished(() => listener.stop());
    const reports: ListenerEvent[] = [];
    listener.on("inbox.error", (report) => reports.push(report));
    listener.on("event.done", (report) => reports.push(report));
    listener.callback(
      "A",
      async function act(_event, { step }) {
        await step("a part", () => 1);
      },
      { once: ({ id }) => id },
    );
    await listener.start();
    const { url } = listener.health().webhook ?? expect.fail();
    const fire = async () => {
      const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, logId: "log_1" });
      return (await fetch(`${url}/webhook`, { method: "POST", headers, body })).status;
    };
    const status = await fire();
    if (method === "store") expect([status, await fire()]).toEqual([503, 200]);
    else expect(status).toBe(200);
    await vi.waitFor(
      () => expect(reports.map(({ type }) => type).sort()).toEqual(["event.done", "inbox.error"]),
      {
        timeout: 10_000,
      },
    );
  },
);
