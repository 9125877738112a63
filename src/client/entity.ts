import type { ConfigOf, TriggerName } from "../model/triggers.js";
import type { Pages } from "./pages.js";
import type { AccountFilter, CallOptions, ConnectedAccount, EnabledTrigger } from "./types.js";

/** What `enableTrigger` takes beside the name. */
export interface EnableOptions<Name extends string = string> extends CallOptions {
  /** As the trigger's `.config` schema describes it. Default: empty. */
  readonly config?: ConfigOf<Name> | undefined;
  /** Whose account to use. Default: the toolset's `entityId`. */
  readonly entityId?: string | undefined;
  /** Which account to use. Default: the entity's only active one for the trigger's app. */
  readonly connectedAccountId?: string | undefined;
}

/** A user of yours, and what they have with the platform. */
export interface Entity {
  readonly id: string;
  /** As {@link Toolset.enableTrigger}, with this entity's account. */
  enableTrigger<const Name extends TriggerName>(
    name: Name,
    options?: Omit<EnableOptions<Name>, "entityId">,
  ): Promise<EnabledTrigger>;
  connectedAccounts(filter?: Omit<AccountFilter, "entityIds">): Pages<ConnectedAccount>;
}
