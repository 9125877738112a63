import type { Clock } from "../base/clock.js";
import type { NewsDesk } from "./event-bus.js";
import type { Ids } from "./state/ids.js";
import type { State } from "./state/state.js";
import type { TriggerTypes } from "./trigger-catalog.js";

/** What every call of the API works with. */
export interface Core {
  readonly state: State;
  readonly types: TriggerTypes;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly news: NewsDesk;
  /** Signs a subscription of a realtime connection. */
  readonly authorize: (socketId: string, channel: string) => string;
  /** Whether a user that has no account gets one of every app, once the user is asked for. */
  readonly accountsOnDemand: boolean;
  /** Whether webhooks may go to other machines. */
  readonly allowRemoteWebhooks: boolean;
}

/** Now, in ISO 8601. */
export function nowIso(core: Pick<Core, "clock">): string {
  return new Date(core.clock.now()).toISOString();
}
