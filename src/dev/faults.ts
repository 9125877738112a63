import type { CallFault, CallFaults } from "./http/call-faults.js";
import type { ModelFaults } from "./model/scripted-model.js";
import type { RealtimeFaults } from "./realtime/faults.js";
import type { ToolFaults } from "./tools/tool-faults.js";
import type { WebhookFaults } from "./webhooks/faults.js";

/** What can be made to go wrong on purpose, so that a listener or client can be seen to survive it. */
export interface PlatformFaults {
  /** The next calls to a path: an error status, a delay, a dropped connection. */
  readonly calls: Pick<CallFaults, "add" | "current" | "clear">;
  /** The WebSocket connections, and the messages on them. */
  readonly realtime: RealtimeFaults;
  /** Webhooks on their way out. */
  readonly webhooks: WebhookFaults;
  /** The scripted model's replies. Its calls may also fail or be slow: {@link calls} with the path `/model/`. */
  readonly model: ModelFaults;
  /** The next runs of a tool: failing, slow, hanging, rate-limited, a lost answer, a huge result. */
  readonly tools: Pick<ToolFaults, "add" | "current" | "clear">;
  /** Ends every fault. */
  clear(): void;
}

export function platformFaults(
  calls: CallFaults,
  realtime: RealtimeFaults,
  webhooks: WebhookFaults,
  tools: ToolFaults,
  model: ModelFaults,
): PlatformFaults {
  return {
    calls,
    realtime,
    webhooks,
    model,
    tools,
    clear() {
      calls.clear();
      tools.clear();
      realtime.reset();
      webhooks.reset();
      model.reset();
    },
  };
}

export type { CallFault };
