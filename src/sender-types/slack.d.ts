/**
 * The payloads of Slack's Events API, as `@slack/types` has them. Install it beside this package.
 *
 * @example
 * import type {} from "earshot/types/slack";
 *
 * listener.callback({ provider: "slack", triggerName: "reaction_added" }, ({ payload }) => payload.event.reaction);
 */

import type { SlackEvent } from "@slack/types";

/**
 * Without the package, everything in it is `any`: then there are no names, and a payload is a record of unknown values.
 * In brackets, since a condition on what was not found is `any` again.
 */
type IsMissing<Type> = [Type] extends [0] ? ([Type] extends [1] ? true : false) : false;

/** What Slack sends around an event. */
export interface SlackEnvelope<Event> {
  readonly type: "event_callback";
  readonly token: string;
  readonly team_id: string;
  readonly api_app_id: string;
  readonly event: Event;
  readonly event_id: string;
  /** Epoch seconds. */
  readonly event_time: number;
  readonly event_context?: string | undefined;
  readonly is_ext_shared_channel?: boolean | undefined;
  readonly authorizations?:
    | readonly {
        readonly enterprise_id: string | null;
        readonly team_id: string | null;
        readonly user_id: string;
        readonly is_bot: boolean;
        readonly is_enterprise_install?: boolean | undefined;
      }[]
    | undefined;
}

/** Type of the inner event → the envelope with it. */
export type SlackEvents = IsMissing<SlackEvent> extends true
  ? {}
  : { readonly [Type in SlackEvent["type"]]: SlackEnvelope<Extract<SlackEvent, { type: Type }>> };

declare module "earshot" {
  interface SenderEvents {
    slack: SlackEvents;
  }
}
