import { hmac, Toolset, type TriggerEvent } from "earshot";
import { startPlatform } from "earshot/dev";
import { expect, onTestFinished, test, vi } from "vitest";
import { open, post, secret } from "./sender.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const acme = () => hmac({ provider: "acme", secrets: secret, header: "x-signature" });

/** A listener of the platform's events that has another sender's route too. */
async function mixed() {
  const platform = await startPlatform();
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  const listener = toolset.createTriggerListener({ webhook: { port: 0, routes: { "/acme": acme() } } });
  onTestFinished(async () => {
    await listener.stop({ timeoutMs: 0 });
    await toolset.close();
    await platform.stop();
  });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  const got: Record<string, TriggerEvent[]> = {};
  const into = (name: string) => {
    got[name] = [];
    return (event: TriggerEvent) => void got[name]?.push(event);
  };
  return { platform, listener, got, into };
}

test("a plain trigger name means the platform's: another sender that uses it does not run its callback", async () => {
  const { platform, listener, got, into } = await mixed();
  listener.callback(STAR, into("plain"));
  listener.callback({ triggerName: STAR }, into("object"));
  listener.callback({ triggerName: STAR, provider: "acme" }, into("provider"));
  listener.callback({ triggerName: STAR, appName: "acme" }, into("app"));
  listener.callback({ route: "/acme/" }, into("route"));
  listener.callback({ provider: "composio" }, into("composio"));
  await listener.start();
  const url = listener.health().webhook?.url ?? expect.fail();
  expect(await post(`${url}/acme`, JSON.stringify({ type: STAR }))).toBe(200);
  await vi.waitFor(() => expect(got.route).toHaveLength(1));
  await platform.fire(STAR);
  await vi.waitFor(() => expect(got.plain).toHaveLength(1));
  const counts = Object.fromEntries(Object.entries(got).map(([name, events]) => [name, events.length]));
  expect(counts).toEqual({ plain: 1, object: 1, provider: 1, app: 1, route: 1, composio: 1 });
  expect(got.route?.[0]?.origin).toEqual({ provider: "acme", route: "/acme", signed: true });
  expect(got.plain?.[0]?.origin).toMatchObject({ provider: "composio", signed: true });
});

test("where no platform sends, a plain name means whatever sender is there", async () => {
  const { listener, url } = await open({ "/acme": acme() });
  const names: string[] = [];
  listener.callback("order.paid", ({ triggerName }) => void names.push(triggerName));
  expect(await post(`${url}/acme`, '{"type":"order.paid"}')).toBe(200);
  await vi.waitFor(() => expect(names).toEqual(["order.paid"]));
});

test("a plain name that only another sender can have is warned of, with what to write", async () => {
  const { listener } = await mixed();
  const warnings: string[] = [];
  listener.on("warning", ({ error }) => void warnings.push(error.message));
  listener.callback("order.paid", () => undefined);
  await listener.start();
  await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 10_000 });
  expect(warnings[0]).toContain("`provider`");
});

test.each(["websocket", "both"] as const)(
  "events in the shape without an id run as often as they were fired, over %s",
  async (over) => {
    const platform = await startPlatform();
    const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, apiVersion: "v1" });
    const listener = toolset.createTriggerListener({
      websocket: true,
      ...(over === "both" && { webhook: { port: 0 } }),
    });
    onTestFinished(async () => {
      await listener.stop({ timeoutMs: 0 });
      await toolset.close();
      await platform.stop();
    });
    const name = "SLACK_RECEIVE_MESSAGE";
    await toolset.enableTrigger(name, {});
    const events: TriggerEvent[] = [];
    listener.callback(name, (event) => void events.push(event));
    const seen: string[] = [];
    listener.on("event.stored", ({ type }) => void seen.push(type));
    listener.on("event.duplicate", ({ type }) => void seen.push(type));
    const count = (type: string) => seen.filter((one) => one === type).length;
    await listener.start();
    for (let times = 0; times < 3; times += 1) await platform.fire(name, { data: { text: "ok" } });
    await platform.idle();
    const copies = over === "both" ? 3 : 0;
    await vi.waitFor(() => expect([events.length, count("event.duplicate")]).toEqual([3, copies]), {
      timeout: 10_000,
    });
    expect(count("event.stored")).toBe(3);
  },
);
