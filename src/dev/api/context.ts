import type { PlatformContext } from "../context.js";
import type { InboxView } from "../dashboard/inbox-view.js";
import type { PlatformFaults } from "../faults.js";
import type { Fired, FireOptions } from "../fire.js";
import type { ScriptedModel } from "../model/scripted-model.js";
import type { PayloadMaker } from "../payload.js";
import type { RealtimeServer } from "../realtime/server.js";
import type { Monitor } from "../timeline/monitor.js";
import type { WebhookSender } from "../webhooks/sender.js";

/** The parts of the platform that the control API and the dashboard API read and change. */
export interface ApiContext {
  readonly context: PlatformContext;
  readonly realtime: RealtimeServer;
  readonly sender: WebhookSender;
  readonly faults: PlatformFaults;
  readonly monitor: Monitor;
  readonly model: ScriptedModel;
  readonly payloads: PayloadMaker;
  /** The inbox that was passed to the platform, if any. */
  readonly inbox: InboxView | undefined;
  readonly fire: (name: string, options: FireOptions) => Fired;
  readonly url: string;
  /** Aborted when the platform stops. */
  readonly stopping: AbortSignal;
}
