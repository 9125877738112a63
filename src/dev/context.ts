import type { Clock } from "../base/clock.js";
import type { EventBus } from "./event-bus.js";
import type { RealtimeShape } from "./options.js";
import type { RealtimeServer } from "./realtime/server.js";
import type { Ids } from "./state/ids.js";
import type { State } from "./state/state.js";
import type { ToolCatalog } from "./tools/tool-catalog.js";
import type { ToolRuns } from "./tools/tool-runs.js";
import type { TriggerCatalog } from "./trigger-catalog.js";
import type { WebhookSender } from "./webhooks/sender.js";
import type { World } from "./world/world.js";

/** What every call of the API works with. */
export interface PlatformContext {
  readonly state: State;
  readonly types: TriggerCatalog;
  readonly tools: ToolCatalog;
  /** What the tools act in. */
  readonly world: World;
  readonly toolRuns: ToolRuns;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: EventBus;
  /** Where events about accounts and triggers go, besides the webhook. */
  readonly realtime: Pick<RealtimeServer, "publish">;
  readonly sender: Pick<WebhookSender, "send">;
  /** Signs a subscription of a realtime connection. */
  readonly authorize: (socketId: string, channel: string) => string;
  /** Whether a user that has no account gets one of every app, once a call names the user. */
  readonly accountsOnDemand: boolean;
  /** Whether a call that names an account also names its owner. */
  readonly twoFactor: boolean;
  /** Whether triggers fire. */
  readonly triggersEnabled: boolean;
  /** The shape of the events on generation 3's realtime channel. */
  readonly realtimeShape: RealtimeShape;
  /** Whether webhooks may go to other machines. */
  readonly allowRemoteWebhooks: boolean;
  /** Hosts besides this machine that the connect page may send a browser back to. */
  readonly callbackHosts: readonly string[];
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
}

/** Now, in ISO 8601. */
export function nowIso(context: Pick<PlatformContext, "clock">): string {
  return new Date(context.clock.now()).toISOString();
}
