import { isLoopback, isLoopbackUrl } from "../base/loopback.js";
import { readOptions } from "../base/options.js";
import { VERSION } from "../base/version.js";
import type { DevReportTarget, PlatformAccess, RealtimePlace, TriggerInstance } from "../model/platform.js";
import { DEV_HEADER, DEV_REPORTS_PATH } from "../protocol/dev.js";
import { PROTOCOL_VERSION, triggerChannel } from "../protocol/pusher.js";
import { route } from "../protocol/routes.js";
import type { ToolsetSettings } from "../settings/toolset.js";
import { type ApiAdapter, everyInstance } from "./api-adapter.js";
import { enableTable, enableTrigger } from "./enable.js";
import type { Requester } from "./request.js";

/** The platform as a listener uses it, over an API adapter. */
export function platformAccess(adapter: ApiAdapter, settings: ToolsetSettings): PlatformAccess {
  return {
    baseUrl: settings.baseUrl,
    account: JSON.stringify([settings.baseUrl, settings.apiVersion, settings.realtimeUrl, settings.apiKey]),
    realtime: {
      async locate(signal): Promise<RealtimePlace> {
        const { key, cluster, project } = await adapter.realtime.credentials(signal);
        return { url: realtimeUrl(settings, key, cluster), channel: triggerChannel(project) };
      },
      authorize: (socketId, channel, signal) => adapter.realtime.authorize(socketId, channel, signal),
    },
    enable(name, options, signal) {
      const given = readOptions("keepEnabled", keepEnabledTable, options);
      return enableTrigger(adapter, name, { ...given, defaultEntityId: settings.entityId, signal });
    },
    triggersEnabled: (signal) => adapter.triggersEnabled(signal),
    triggerNames: (signal) => adapter.triggers.names(signal),
    logs: ({ since, until, signal, onDoubt = () => undefined }) =>
      adapter.logs.oldestFirst({ since, until }, signal, onDoubt),
    triggerInstances: (signal) => triggerInstances(adapter, signal),
    webhook: {
      current: (signal) => adapter.webhook.current(signal),
      async register(url, events, signal) {
        // Generation 1 has no choice.
        const alsoEvents = adapter.generation === "v1" ? [] : events;
        const wanted = { version: undefined, events: undefined, alsoEvents };
        const { secret, replaced } = await adapter.webhook.set(url, wanted, signal);
        // The response to a change may lack the secret.
        return { secret: secret ?? (await adapter.webhook.current(signal)).secret, replaced };
      },
    },
  };
}

const { signal: _, ...keepEnabledTable } = enableTable;

/** More instances than this are not listed only to check a few filters. */
const MOST_INSTANCES = 2000;

async function triggerInstances(
  { instances }: ApiAdapter,
  signal: AbortSignal,
): Promise<readonly TriggerInstance[] | undefined> {
  const found: TriggerInstance[] = [];
  for await (const page of instances.active(everyInstance, signal)) {
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

const reports = route("POST", DEV_REPORTS_PATH);

/**
 * Posts the listener's events to the local platform. Two conditions must hold: the base URL is this machine, and the
 * server there has identified itself as the local platform. The real platform receives none.
 */
export function devReportTarget(
  requester: Requester,
  { baseUrl }: Pick<ToolsetSettings, "baseUrl">,
): DevReportTarget {
  const onThisMachine = isLoopbackUrl(baseUrl);
  return {
    isLoopback: onThisMachine,
    isIdentified: () => onThisMachine && requester.local,
    async post(posted, signal) {
      await requester.call(reports, {}, { json: posted, headers: { [DEV_HEADER]: "1" }, signal });
    },
  };
}
