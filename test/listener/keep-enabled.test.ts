import { EarshotError, type ListenerEvent, type TriggerEvent } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { Client } from "../../src/client/client.js";
import { KeptTriggers } from "../../src/keep-enabled.js";
import type { PlatformAccess } from "../../src/model/platform.js";
import { earshot } from "../cli/cli.js";
import { settingsFor } from "../client/support.js";
import { control } from "../dev/rest/fixture.js";
import { listenerFor, platformFor, toolsetFor } from "../e2e/agent.js";
import { manualClock } from "../support/manual-clock.js";

const star = "GITHUB_STAR_ADDED_EVENT";
const config = { owner: "acme", repo: "site" };

/** A running listener that keeps a trigger enabled, and the events about it. */
async function keeping(options: object = {}) {
  const platform = await platformFor();
  const toolset = toolsetFor(platform);
  const { listener } = listenerFor(toolset, options);
  const seen: ListenerEvent[] = [];
  listener.on("*", (event) => void seen.push(event));
  listener.on("warning", () => undefined);
  listener.keepEnabled(star, { config });
  const stars: unknown[] = [];
  listener.callback(star, ({ payload }) => void stars.push(payload));
  await listener.start();
  const of = (type: ListenerEvent["type"]) => seen.filter((event) => event.type === type);
  const [enabled] = of("trigger.enabled");
  if (enabled?.type !== "trigger.enabled") throw new Error("the trigger is not enabled after the start");
  return { platform, toolset, listener, of, stars, id: enabled.triggerId };
}

const ways = [
  ["the WebSocket", {}],
  ["the webhook", { websocket: false, webhook: { port: 0 } }],
] as const;

/** Within these milliseconds an agent is told. */
const TOLD_MS = 5000;

test.each(ways)(
  "a trigger that the platform disables is told over %s, enabled again and counted",
  async (_, options) => {
    const { platform, toolset, listener, of, stars, id } = await keeping(options);
    expect(listener.health().triggers).toEqual({ kept: 1, enabled: 1, again: 0 });
    const reason = "subscription_refresh_failure";
    await control(platform, "POST", `/instances/${id}/disable`, { reason });
    await vi.waitFor(
      () => expect(of("trigger.disabled")).toMatchObject([{ triggerId: id, reason }]),
      TOLD_MS,
    );
    await vi.waitFor(() => expect(of("trigger.enabled")).toMatchObject([{ again: 0 }, { again: 1 }]), 10_000);
    expect(listener.health().triggers).toEqual({ kept: 1, enabled: 1, again: 1 });
    expect(await toolset.activeTriggers()).toMatchObject([{ id, enabled: true }]);
    platform.fire(star);
    await vi.waitFor(() => expect(stars).toHaveLength(1));
  },
);

test.each(ways)(
  "while its account is expired, the trigger is told over %s, tried with backoff, and warned of once",
  async (_, options) => {
    const { platform, toolset, listener, of, stars, id } = await keeping(options);
    const [account] = await toolset.connectedAccounts({ appNames: "github" });
    await control(platform, "PATCH", `/accounts/${account?.id}`, { status: "EXPIRED" });
    await vi.waitFor(
      () => expect(of("trigger.disabled")).toMatchObject([{ triggerId: id, reason: "connection_expired" }]),
      TOLD_MS,
    );
    expect(listener.health().triggers).toEqual({ kept: 1, enabled: 0, again: 0 });
    const told = () => of("warning").map((event) => event.type === "warning" && event.error.message);
    await vi.waitFor(
      () => expect(told()).toContainEqual(expect.stringContaining("could not be enabled")),
      10_000,
    );
    await control(platform, "PATCH", `/accounts/${account?.id}`, { status: "ACTIVE" });
    await vi.waitFor(() => expect(of("trigger.enabled")).toMatchObject([{ again: 0 }, { again: 1 }]), 20_000);
    expect(listener.health().triggers).toEqual({ kept: 1, enabled: 1, again: 1 });
    expect(await toolset.activeTriggers()).toMatchObject([{ id, enabled: true }]);
    expect(told().filter((message) => String(message).includes("could not be enabled"))).toHaveLength(1);
    platform.fire(star);
    await vi.waitFor(() => expect(stars).toHaveLength(1));
  },
  40_000,
);

test("generation 1 sends no event about a disabled trigger: it is found by a look at all of them, and enabled again", async () => {
  const platform = await platformFor();
  const toolset = toolsetFor(platform, { apiVersion: "v1" });
  const clock = manualClock();
  const seen: ListenerEvent[] = [];
  const access = new Client(settingsFor(platform.url, { apiVersion: "v1" }));
  onTestFinished(() => access.close());
  const kept = new KeptTriggers({
    platform: access.platformAccess(),
    clock,
    send: (event) => void seen.push(event),
  });
  onTestFinished(() => kept.stop());
  kept.add(star, { config });
  await kept.start();
  const [{ id } = { id: "" }] = await toolset.activeTriggers();
  await control(platform, "POST", `/instances/${id}/disable`, { reason: "subscription_auth_failure" });
  clock.advance(300_000);
  await vi.waitFor(() => expect(seen.map(({ type }) => type)).toContain("trigger.disabled"));
  clock.advance(1000);
  await vi.waitFor(() =>
    expect(seen.at(-1)).toMatchObject({ type: "trigger.enabled", triggerId: id, again: 1 }),
  );
  expect(kept.health).toEqual({ kept: 1, enabled: 1, again: 1 });
  expect(await toolset.activeTriggers()).toMatchObject([{ id, enabled: true }]);
});

test("without a callback for it, a disabled trigger and an expired account are warnings", async () => {
  const platform = await platformFor();
  const toolset = toolsetFor(platform);
  const { triggerId } = await toolset.enableTrigger(star, { config });
  const { listener } = listenerFor(toolset);
  const warnings: string[] = [];
  listener.on("warning", ({ error }) => void warnings.push(`${error.code} ${error.message}`));
  // Frames of other names are skipped unread.
  listener.callback(star, () => undefined);
  await listener.start();
  await control(platform, "POST", `/instances/${triggerId}/disable`, {});
  await vi.waitFor(() =>
    expect(warnings).toContainEqual(
      expect.stringMatching(/^ERR_TRIGGER_DISABLED .*GITHUB_STAR_ADDED_EVENT.*subscription_auth_failure/),
    ),
  );
  const [account] = await toolset.connectedAccounts({ appNames: "github" });
  await control(platform, "PATCH", `/accounts/${account?.id}`, { status: "EXPIRED" });
  await vi.waitFor(() =>
    expect(warnings).toContainEqual(expect.stringMatching(/^ERR_ACCOUNT_EXPIRED .*ca_/)),
  );
});

test("an event of another sender, or without an id, is about no kept trigger", async () => {
  const sent: string[] = [];
  const kept = new KeptTriggers({
    platform: { enable: async () => ({ triggerId: "ti_1", triggerName: star }) } as never,
    clock: manualClock(),
    send: ({ type }) => void sent.push(type),
  });
  const disabled = (triggerId: string | undefined, provider: string) =>
    kept.onDisabled({
      ...{ triggerId, triggerName: "composio.trigger.disabled", payload: {}, origin: { provider } },
    } as never);
  kept.add(star, {});
  disabled(undefined, "composio");
  expect(sent).toEqual(["warning"]);
  await kept.start();
  disabled("ti_1", "acme");
  expect(sent).toEqual(["warning", "trigger.enabled"]);
  disabled("ti_1", "composio");
  expect(sent).toEqual(["warning", "trigger.enabled", "trigger.disabled"]);
  kept.stop();
});

test("a config that does not fit is an error of the start; a listener without a toolset keeps nothing", async () => {
  const toolset = toolsetFor(await platformFor());
  const { listener } = listenerFor(toolset);
  listener.keepEnabled(star as string, { config: { ownr: "acme" } });
  await expect(listener.start()).rejects.toMatchObject({ code: "ERR_TRIGGER_CONFIG" });
});

test.each(["v3", "v1"] as const)(
  "where the project's triggers are off, the listener warns of it at the start, and so does doctor: %s",
  async (apiVersion) => {
    const platform = await platformFor({ triggersEnabled: false });
    const toolset = toolsetFor(platform, { apiVersion });
    expect(await toolset.triggersEnabled()).toBe(false);
    const { listener } = listenerFor(toolset);
    const codes: string[] = [];
    listener.on("warning", ({ error }) => void codes.push(error.code));
    listener.callback(star, () => undefined);
    await listener.start();
    await vi.waitFor(() => expect(codes).toContain("ERR_TRIGGERS_OFF"));
    const env = { COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" };
    const { code, stdout } = await earshot(["doctor"], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fix +triggers +off/m);
  },
);

test("a trigger that cannot be enabled again for good is not counted as enabled", async () => {
  let key = true;
  const sent: ListenerEvent[] = [];
  const clock = manualClock();
  const platform = {
    enable: async () => {
      if (key) return { triggerId: "ti_1", triggerName: star };
      throw new EarshotError("ERR_UNAUTHORIZED", "no");
    },
  } as unknown as PlatformAccess;
  const kept = new KeptTriggers({ platform, clock, send: (event) => void sent.push(event) });
  kept.add(star, {});
  await kept.start();
  expect(kept.health).toEqual({ kept: 1, enabled: 1, again: 0 });
  key = false;
  kept.onDisabled({ triggerId: "ti_1", origin: { provider: "composio" }, payload: {} } as TriggerEvent);
  expect(kept.health).toMatchObject({ enabled: 0 });
  clock.advance(1000);
  await vi.waitFor(() => expect(sent.at(-1)?.type).toBe("warning"));
  expect(kept.health).toEqual({ kept: 1, enabled: 0, again: 0 });
  kept.stop();
});
