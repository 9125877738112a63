import type { Clock } from "../../base/clock.js";
import { AppNames } from "../../decode/app-names.js";
import type { Inbox, InboxRecord } from "../../inbox/contract.js";
import type { Toolset } from "../../toolset.js";
import { EventView } from "./event-view.js";

/** What the tools read, and what they may change. */
export interface InboxToolsOptions {
  /** An open inbox: a listener's `inbox`, or one that `openInbox` has opened. */
  readonly inbox: Inbox;
  /** The platform, for the tools about triggers and actions. */
  readonly toolset: Toolset;
  /**
   * What may change something, by name: `enable_trigger`, `disable_trigger`, `replay_event`, and each action that
   * `run_action` may run, such as `GITHUB_CREATE_ISSUE`. Default: nothing.
   */
  readonly allow?: readonly string[] | undefined;
  /** How a person allows a name; the rejection of a call says it. Default: the option of `earshot mcp`. */
  readonly allowLine?: ((name: string) => string) | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** What every tool has at hand. */
export interface ToolParts {
  readonly inbox: Inbox;
  readonly toolset: Toolset;
  readonly clock: Clock;
  readonly view: (record: InboxRecord) => EventView;
}

/** Bytes of an answer, unless the tool has its own limit. About 6,000 tokens: hosts cut longer answers. */
export const MAX_ANSWER_BYTES = 24_576;

export function toolParts({ inbox, toolset }: InboxToolsOptions, clock: Clock): ToolParts {
  const apps = new AppNames({ clock });
  return { inbox, toolset, clock, view: (record) => new EventView(record, apps) };
}
