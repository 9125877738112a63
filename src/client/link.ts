import { isLoopback } from "../base/loopback.js";
import { VERSION } from "../base/version.js";
import type { PlatformLink, RealtimePlace, TriggerInstance } from "../model/platform.js";
import { PROTOCOL_VERSION, triggerChannel } from "../protocol/pusher.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import type { Dialect } from "./dialect.js";

/** What a listener asks of the platform, by way of a dialect. */
export function platformLink(dialect: Dialect, settings: ToolsetSettings): PlatformLink {
  return {
    baseUrl: settings.baseUrl,
    account: JSON.stringify([settings.baseUrl, settings.apiVersion, settings.realtimeUrl, settings.apiKey]),
    realtime: {
      async locate(signal): Promise<RealtimePlace> {
        const { key, cluster, project } = await dialect.realtime.credentials(signal);
        return { url: realtimeUrl(settings, key, cluster), channel: triggerChannel(project) };
      },
      authorize: (socketId, channel, signal) => dialect.realtime.authorize(socketId, channel, signal),
    },
    triggerNames: (signal) => dialect.triggers.names(signal),
    logs: ({ since, until, signal, onDoubt = () => undefined }) =>
      dialect.logs.oldestFirst({ since, until }, signal, onDoubt),
    triggerInstances: (signal) => triggerInstances(dialect, signal),
    webhook: {
      current: (signal) => dialect.webhook.current(signal),
      async register(url, signal) {
        const { secret, replaced } = await dialect.webhook.set(url, undefined, signal);
        // What was just written may be answered without its secret.
        return { secret: secret ?? (await dialect.webhook.current(signal)).secret, replaced };
      },
    },
  };
}

/** More instances than this are not listed only to check a few filters. */
const MOST_INSTANCES = 2000;

async function triggerInstances(
  { instances }: Dialect,
  signal: AbortSignal,
): Promise<readonly TriggerInstance[] | undefined> {
  const found: TriggerInstance[] = [];
  const all = {
    triggerIds: [],
    triggerNames: [],
    connectedAccountIds: [],
    integrationIds: [],
    entityIds: [],
    showDisabled: true,
  };
  for await (const page of instances.active(all, signal)) {
    found.push(...page);
    if (found.length > MOST_INSTANCES) return undefined;
  }
  return found;
}

/**
 * The WebSocket URL: a self-hosted server where one is named, this machine where the platform is on it, else the
 * hosted cluster. Parameters as the Pusher Channels protocol, version 7, has them.
 */
export function realtimeUrl(
  { baseUrl, realtimeUrl: own }: Pick<ToolsetSettings, "baseUrl" | "realtimeUrl">,
  key: string,
  cluster: string,
): string {
  const url = new URL(own ?? hostFor(baseUrl, cluster));
  url.pathname = `${url.pathname.replace(/\/$/, "")}/app/${encodeURIComponent(key)}`;
  url.search = new URLSearchParams({
    protocol: String(PROTOCOL_VERSION),
    client: "earshot",
    version: VERSION,
    flash: "false",
  }).toString();
  return url.href;
}

function hostFor(baseUrl: string, cluster: string): string {
  const { protocol, hostname, host } = new URL(baseUrl);
  if (!isLoopback(hostname)) return `wss://ws-${cluster}.pusher.com:443`;
  return `${protocol === "https:" ? "wss:" : "ws:"}//${host}`;
}
