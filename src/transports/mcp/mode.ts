import type { Clock } from "../../base/clock.js";
import type { McpSettings } from "../../settings/mcp.js";
import type { McpConnection } from "./connection.js";
import type { McpFailure } from "./failure.js";
import type { McpClientSubscription } from "./subscription.js";

/** What receiving in one of the modes works with. */
export interface ModeContext {
  readonly server: McpSettings;
  readonly subscription: McpClientSubscription;
  readonly connection: McpConnection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Events are received now. */
  readonly established: () => void;
  readonly warn: (failure: McpFailure) => void;
}
