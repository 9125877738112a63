// Which callbacks there are, which events they ask for, and when they are registered. The processes register them,
// and the parent knows from here which of them each event has to run.
import type { EventFilter } from "earshot";

/** The version of the program: a rolling restart replaces `old` by `new`. */
export type Version = "old" | "new";

export interface Asked {
  readonly name: string;
  readonly filter: EventFilter;
  /** Default: at once. `late`: some time after the listener has started. */
  readonly when?: "late";
  /** Default: both processes. */
  readonly only?: "second process" | Version;
  /** Fails always. */
  readonly poisoned?: true;
}

export const TRIGGER = "SLACK_RECEIVE_MESSAGE";

export const callbacks: readonly Asked[] = [
  { name: "onGithub", filter: { provider: "github" } },
  { name: "onStripe", filter: { provider: "stripe" } },
  { name: "onCharge", filter: { provider: "stripe", triggerName: "charge.succeeded" } },
  { name: "onPoison", filter: { provider: "stripe", triggerName: "poison" }, poisoned: true },
  {
    name: "onContact",
    filter: { provider: "hubspot", triggerName: ["contact.creation", "contact.deletion"] },
  },
  { name: "onDeal", filter: { provider: "hubspot", triggerName: "deal.creation" }, only: "second process" },
  { name: "onTask", filter: { provider: "asana" }, only: "second process" },
  { name: "onOne", filter: { route: "/standard/one" } },
  { name: "onTwo", filter: { route: "/standard/two" }, when: "late" },
  { name: "onMessage", filter: { provider: "slack" }, when: "late" },
  { name: "onUser", filter: { provider: "clerk", triggerName: "user.created" }, when: "late" },
  { name: "onChange", filter: { provider: "drive" } },
  { name: "onTick", filter: { provider: "ticker" }, only: "old" },
  { name: "onTickRenamed", filter: { provider: "ticker" }, only: "new" },
  { name: "onForm", filter: { provider: "forms" }, only: "new" },
  { name: "onText", filter: { provider: "plain" } },
  { name: "onTrigger", filter: { triggerName: TRIGGER } },
];

/** Where an event of a route without ids has its number, or in the body. */
export const NUMBER_HEADER = "x-goog-message-number";
