import { type Report, Toolset } from "earshot";
import { startPlatform } from "earshot/dev";
import { describe, expect, onTestFinished, test, vi } from "vitest";

describe.each(["v3", "v1"] as const)("a misspelt trigger name, generation %s", (apiVersion) => {
  test("is warned of with what was meant; names that are right, or only unknown, are not", async () => {
    const platform = await startPlatform();
    onTestFinished(() => platform.stop());
    const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, apiVersion });
    const listener = toolset.createTriggerListener();
    onTestFinished(() => listener.stop());
    const warnings: string[] = [];
    listener.on("warning", ({ error }: Extract<Report, { type: "warning" }>) => {
      warnings.push(error.message);
      expect(error.code).toBe("ERR_TRIGGER_UNKNOWN");
    });
    listener.callback("GITHUB_STAR_ADDED_EVNET", () => undefined);
    listener.callback({ triggerName: ["github_star_added_event", "issues.opened"] }, () => undefined);
    listener.callback({ appName: "GITHUP" }, () => undefined);
    await listener.start();
    const sentence = (name: string, meant: string) =>
      `The platform has no trigger ${name}, so its callback hears nothing. Did you mean ${meant}?`;
    const first = sentence("GITHUB_STAR_ADDED_EVNET", "GITHUB_STAR_ADDED_EVENT");
    await vi.waitFor(() => expect(warnings).toEqual([first]));
    // Said once for a name, and of those that come later as well.
    listener.callback("github_star_added_evnet", () => undefined);
    listener.callback("SLACK_RECEIVE_MESAGE", () => undefined);
    await vi.waitFor(() =>
      expect(warnings).toEqual([first, sentence("SLACK_RECEIVE_MESAGE", "SLACK_RECEIVE_MESSAGE")]),
    );
  });
});

test("where the platform does not say its names, the listener listens all the same", async () => {
  const platform = await startPlatform();
  onTestFinished(() => platform.stop());
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url });
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
  const listener = toolset.createTriggerListener();
  onTestFinished(() => listener.stop());
  const heard: string[] = [];
  listener.callback("GITHUB_STAR_ADDED_EVENT", ({ id }) => void heard.push(id));
  platform.faults.calls.add({ path: "/api/v3.1/triggers_types/list/enum", status: 403, times: 1 });
  await listener.start();
  await platform.fire("GITHUB_STAR_ADDED_EVENT");
  await vi.waitFor(() => expect(heard).toHaveLength(1));
});
