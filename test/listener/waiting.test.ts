import { type ListenerOptions, Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test } from "vitest";

const STAR = "GITHUB_STAR_ADDED_EVENT";

async function aListener(options: ListenerOptions = {}) {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  onTestFinished(() => toolset.close());
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  const listener = toolset.createTriggerListener({ signals: false, ...options });
  onTestFinished(() => listener.stop());
  return { platform, listener };
}

const notStarted = {
  code: "ERR_LISTENER_STATE",
  message: expect.stringContaining("listener.start()"),
};

test("once() on a listener that is not started rejects at once and says what to do", async () => {
  const { listener } = await aListener();
  await expect(listener.once(STAR, { timeoutMs: 60_000 })).rejects.toMatchObject(notStarted);
  await expect(listener.once(STAR)).rejects.toMatchObject(notStarted);
});

test("a loop over the events of a listener that is not started ends with what to do", async () => {
  const { listener } = await aListener();
  const loop = async () => {
    for await (const event of listener.events(STAR)) void event;
  };
  await expect(loop()).rejects.toMatchObject(notStarted);
});

test("once() and events() before a start in the same turn miss no event", async () => {
  const { platform, listener } = await aListener();
  const first = listener.once(STAR, { timeoutMs: 30_000 });
  const events = listener.events(STAR);
  const next = events.next();
  await listener.start();
  await platform.fire(STAR);
  expect((await first).triggerName).toBe(STAR);
  expect((await next).value?.triggerName).toBe(STAR);
});

test("once() and events() on a listener that has stopped reject at once", async () => {
  const { listener } = await aListener();
  await listener.start();
  await listener.stop();
  const stopped = { code: "ERR_LISTENER_STATE", message: expect.stringContaining("stopped") };
  await expect(listener.once(STAR)).rejects.toMatchObject(stopped);
  await expect(listener.events(STAR).next()).rejects.toMatchObject(stopped);
});

test("once() that is pending when the listener stops rejects with ERR_ABORTED", async () => {
  const { listener } = await aListener();
  await listener.start();
  const pending = listener.once(STAR);
  const ended = expect(pending).rejects.toMatchObject({ code: "ERR_ABORTED" });
  await listener.stop();
  await ended;
});

test("once() that nobody awaits ends with the listener, and leaves no unhandled rejection", async () => {
  const { listener } = await aListener();
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  await listener.start();
  void listener.once(STAR);
  await listener.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled).toEqual([]);
});

test("once() that is pending when a start fails rejects with ERR_ABORTED", async () => {
  const platform = await startPlatform({ apiKeys: ["right"] });
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "wrong", baseUrl: platform.url });
  onTestFinished(() => toolset.close());
  const listener = toolset.createTriggerListener({ signals: false });
  const pending = expect(listener.once(STAR)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  await expect(listener.start()).rejects.toMatchObject({ code: "ERR_UNAUTHORIZED" });
  await pending;
});
