import { onTestFinished } from "vitest";
import type { Platform } from "../../src/dev/index.js";
import { type ListenerOptions, Toolset, type TriggerEvent, type TriggerListener } from "../../src/index.js";

export const STAR = "GITHUB_STAR_ADDED_EVENT";

export interface Agent {
  readonly toolset: Toolset;
  readonly listener: TriggerListener;
  /** The events that its callback ran for, in the order of the starts. */
  readonly received: TriggerEvent[];
  readonly ids: () => readonly string[];
}

/** A listener for the star trigger, which is enabled. It stops with the test. */
export async function agent(
  { url }: Pick<Platform, "url">,
  options: ListenerOptions = {},
  enable = true,
): Promise<Agent> {
  const toolset = new Toolset({ baseUrl: url, apiKey: "local" });
  if (enable) await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  const listener = toolset.createTriggerListener(options);
  onTestFinished(() => listener.stop());
  const received: TriggerEvent[] = [];
  listener.callback(STAR, function onStar(event) {
    received.push(event);
  });
  await listener.start();
  return { toolset, listener, received, ids: () => received.map(({ id }) => id) };
}
