import {
  type ListenerEvent,
  type ListenerOptions,
  Toolset,
  type ToolsetOptions,
  type TriggerListener,
} from "earshot";
import { type Platform, type PlatformOptions, startPlatform } from "earshot/dev";
import { onTestFinished } from "vitest";

/** A local platform that ends with the test. */
export async function platformFor(options: PlatformOptions = {}): Promise<Platform> {
  const platform = await startPlatform(options);
  onTestFinished(() => platform.stop());
  return platform;
}

export function toolsetFor(platform: Platform, options: ToolsetOptions = {}): Toolset {
  const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, ...options });
  onTestFinished(() => toolset.close());
  return toolset;
}

/** A listener that ends with the test, and what it reports. */
export function listenerFor(
  toolset: Toolset,
  options: ListenerOptions = {},
): { listener: TriggerListener; reports: ListenerEvent[] } {
  const listener = toolset.createTriggerListener({ signals: false, ...options });
  onTestFinished(async () => void (await listener.stop()));
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  return { listener, reports };
}

/** The projects that an agent meets: some of generation 3 have the older shape on their channel. */
export const projects = [
  { project: "generation 3", apiVersion: "v3", realtimeShape: "V3" },
  { project: "generation 3 with the older shape", apiVersion: "v3", realtimeShape: "legacy" },
  { project: "generation 1", apiVersion: "v1", realtimeShape: "V3" },
] as const;

/** The three ways to listen. */
export const ways = [
  ["the WebSocket", {}],
  ["the door", { webhook: { port: 0 } }],
  ["both", { websocket: true, webhook: { port: 0 } }],
] as const satisfies readonly (readonly [string, ListenerOptions])[];
