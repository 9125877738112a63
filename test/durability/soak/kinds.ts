// What comes, how often, and what has to become of it. The sender makes events from here, the receiver registers these
// callbacks, and the ledger knows from here what each event has to run.

/** By what an event comes: a route of the receiver, or the WebSocket of the local platform. */
export type SenderName = "github" | "stripe" | "billing" | "platform";

export interface Kind {
  readonly sender: SenderName;
  /** The sender's name of the event. */
  readonly event: string;
  /** How many of 100 events; 0 for those that others bring about. */
  readonly share: number;
  /** Callbacks and handlers that have to succeed once: two at most. */
  readonly runs: readonly string[];
  /** How its record ends. Nothing runs for `unmatched`. */
  readonly ends: "done" | "dead" | "unmatched";
}

export const MESSAGE = "SLACK_RECEIVE_MESSAGE";

const done = "done";

export const kinds = {
  push: { sender: "github", event: "push", share: 20, runs: ["onPush"], ends: done },
  /** Coalesced, by the issue. Some batches fail first. */
  issue: { sender: "github", event: "issues", share: 15, runs: ["triage"], ends: done },
  charge: {
    sender: "stripe",
    event: "charge.succeeded",
    share: 20,
    runs: ["onCharge", "onStripe"],
    ends: done,
  },
  /** Some fail once or twice before they succeed; where five in a row do, the circuit breaker opens. */
  invoice: {
    sender: "stripe",
    event: "invoice.paid",
    share: 5,
    runs: ["onInvoice", "onStripe"],
    ends: done,
  },
  /** Fails always. */
  poison: { sender: "stripe", event: "poison", share: 1, runs: ["onStripe"], ends: "dead" },
  /** Two for each user: the callback runs on one of them, and says so under the number of the first. */
  user: { sender: "billing", event: "user.seen", share: 4, runs: ["greet"], ends: done },
  userAgain: { sender: "billing", event: "user.seen", share: 0, runs: [], ends: done },
  /** Expects a reply, which comes. */
  approval: { sender: "billing", event: "approval.asked", share: 3, runs: ["ask", "approved"], ends: done },
  reply: { sender: "billing", event: "approval.given", share: 0, runs: [], ends: done },
  /** Expects a reply, which does not come. */
  silence: { sender: "billing", event: "approval.asked", share: 1, runs: ["ask", "timedOut"], ends: done },
  unread: { sender: "billing", event: "report.unread", share: 3, runs: [], ends: "unmatched" },
  message: { sender: "platform", event: MESSAGE, share: 28, runs: ["onMessage"], ends: done },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as readonly KindName[];

/** Of so many events in a row, those about an issue are about the same one: about five. */
export const NUMBERS_OF_AN_ISSUE = 35;

export const secret = "8f14e45fceea167a5a36dedd4bea2543";
const key = Buffer.from("0123456789abcdef0123456789abcdef");
export const whsec = `whsec_${key.toString("base64")}`;
