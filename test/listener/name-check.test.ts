import { github, type ListenerEvent, type ListenerOptions, Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
const config = { owner: "acme", repo: "site" };

async function aWorld(options: ListenerOptions = {}, apiVersion: "v3" | "v1" = "v3") {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, apiVersion });
  onTestFinished(() => toolset.close());
  const listener = toolset.createTriggerListener({ signals: false, ...options });
  onTestFinished(() => listener.stop());
  const warnings: string[] = [];
  listener.on("warning", ({ error }: Extract<ListenerEvent, { type: "warning" }>) => {
    warnings.push(`${error.code}: ${error.message}`);
  });
  return { platform, toolset, listener, warnings };
}

const ignore = () => undefined;

describe.each(["v3", "v1"] as const)("a callback that no event can reach, generation %s", (apiVersion) => {
  test("is warned of once, with the reason; one that an enabled trigger is for is not", async () => {
    const { toolset, listener, warnings } = await aWorld({}, apiVersion);
    const { triggerId, connectedAccountId } = await toolset.enableTrigger(STAR, { config });
    listener.callback(STAR, ignore);
    listener.callback({ triggerId, appName: "github", connectionId: connectedAccountId }, ignore);
    listener.callback({}, ignore);
    listener.callback("GITHUB_STAR_ADDED_EVNET", ignore);
    listener.callback({ triggerName: ["github_star_added_event", "issues.opened"] }, ignore);
    listener.callback("SLACK_RECEIVE_MESSAGE", ignore);
    listener.callback({ appName: "GITHUP" }, ignore);
    listener.callback({ appName: "slack" }, ignore);
    listener.callback({ triggerId: "ti_unknown" }, ignore);
    listener.callback({ connectionId: "ca_unknown" }, ignore);
    listener.callback({ triggerId, connectionId: "ca_unknown" }, ignore);
    await listener.start();
    const unreached = "so its callback receives nothing.";
    const expected = [
      `ERR_TRIGGER_UNKNOWN: The platform has no trigger GITHUB_STAR_ADDED_EVNET, ${unreached} Did you mean ${STAR}?`,
      `ERR_TRIGGER_UNKNOWN: The platform has no trigger ISSUES.OPENED, ${unreached}`,
      `ERR_TRIGGER_NOT_ENABLED: The trigger SLACK_RECEIVE_MESSAGE is enabled nowhere, ${unreached}`,
      `ERR_TRIGGER_UNKNOWN: The platform has no triggers of the app GITHUP, ${unreached}`,
      `ERR_TRIGGER_NOT_ENABLED: No trigger is enabled for the app SLACK, ${unreached}`,
      `ERR_TRIGGER_NOT_ENABLED: The trigger instance TI_UNKNOWN does not exist, ${unreached}`,
      `ERR_TRIGGER_NOT_ENABLED: No trigger is enabled for the connected account CA_UNKNOWN, ${unreached}`,
    ];
    await vi.waitFor(() => expect(warnings).toEqual(expected), { timeout: 10_000 });
  });

  test("is warned of when it comes later, and when its trigger is disabled, and not again", async () => {
    // Pauses between the looks are a hundredth of what they are.
    const clock: Clock = {
      ...systemClock,
      monotonic: () => systemClock.monotonic() * 100,
      after: (delayMs, fn) => systemClock.after(delayMs / 100, fn),
    };
    const socket = { quietLimitMs: 1_000_000, pongLimitMs: 1_000_000, handshakeLimitMs: 1_000_000 };
    const { toolset, listener, warnings } = await aWorld({ clock, socket }, apiVersion);
    const { triggerId } = await toolset.enableTrigger(STAR, { config });
    listener.callback(STAR, ignore);
    await listener.start();
    listener.callback({ triggerId: "ti_unknown" }, ignore);
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 10_000 });
    await toolset.disableTrigger(triggerId);
    await vi.waitFor(() => expect(warnings).toHaveLength(2), { timeout: 15_000 });
    expect(warnings[1]).toContain(`${STAR} is disabled`);
    listener.callback(STAR, ignore);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(warnings).toHaveLength(2);
  });
});

test("a user of whom no trigger is enabled is warned of", async () => {
  const { toolset, listener, warnings } = await aWorld();
  await toolset.enableTrigger(STAR, { config });
  listener.callback({ entityId: "default", triggerName: STAR }, ignore);
  listener.callback({ entityId: "stranger" }, ignore);
  await listener.start();
  await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 10_000 });
  expect(warnings[0]).toContain("No trigger is enabled for the user STRANGER");
});

test("names that may be another sender's are not warned of, unless they are misspelt", async () => {
  const routes = { "/hooks/github": github({ secrets: "a secret of some length" }) };
  const { listener, warnings } = await aWorld({
    websocket: true,
    webhook: { routes, secrets: `whsec_${btoa("0123456789abcdef01234567")}` },
  });
  listener.callback({ appName: "github", triggerName: "issues.opened" }, ignore);
  listener.callback({ appName: "acme" }, ignore);
  listener.callback("GITHUB_STAR_ADDED_EVNET", ignore);
  await listener.start();
  await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 10_000 });
  expect(warnings[0]).toContain(`Did you mean ${STAR}?`);
});

test("where the platform says neither names nor instances, the listener receives all the same", async () => {
  const { platform, toolset, listener, warnings } = await aWorld();
  await toolset.enableTrigger(STAR, { config });
  const received: string[] = [];
  listener.callback(STAR, ({ id }) => void received.push(id));
  listener.callback("SLACK_RECEIVE_MESSAGE", ignore);
  platform.faults.calls.add({ path: "/api/v3.1/triggers_types/list/enum", status: 403, times: 1 });
  platform.faults.calls.add({ path: "/api/v3.1/trigger_instances/active", status: 403, times: 1 });
  await listener.start();
  await platform.fire(STAR);
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect(warnings).toEqual([]);
});
