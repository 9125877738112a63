import type { FaultState } from "../types.js";

/** A fault with a button: the request bodies that set and remove it, and how to read its state. */
export interface Fault {
  readonly name: string;
  /** The text beside the button. */
  readonly effect: string;
  readonly set: object;
  /** Absent for a fault that ends at once. */
  readonly remove?: object;
  /** What remains of it, for display; empty while it is not active. */
  readonly remaining: (now: FaultState) => readonly string[];
}

const count = (number: number, unit: string) => (number === 0 ? [] : [`${number} ${unit}`]);
const delay = (ms: number, name: string) => (ms === 0 ? [] : [`${name} ${ms / 1_000} s late`]);

export const faults: readonly Fault[] = [
  {
    name: "Drop all WebSockets",
    effect: "Every WebSocket is terminated. A listener reconnects and backfills the events that it missed.",
    set: { realtime: { dropAll: "terminate" } },
    remaining: () => [],
  },
  {
    name: "Lose the next event",
    effect: "It is sent neither over a WebSocket nor by webhook. A listener backfills it from the log.",
    set: { realtime: { lose: 1 }, webhooks: { lose: 1 } },
    remove: { realtime: { lose: 0 }, webhooks: { lose: 0 } },
    remaining: ({ realtime, webhooks }) => [
      ...count(realtime.toLose, "on WebSockets"),
      ...count(webhooks.lose, "by webhook"),
    ],
  },
  {
    name: "Delay by 2 s",
    effect: "Every event is sent 2 s late, until the fault is removed.",
    set: { realtime: { delayMs: 2_000 }, webhooks: { delayMs: 2_000 } },
    remove: { realtime: { delayMs: 0 }, webhooks: { delayMs: 0 } },
    remaining: ({ realtime, webhooks }) => [
      ...delay(realtime.delayMs, "WebSockets"),
      ...delay(webhooks.delayMs, "webhooks"),
    ],
  },
  {
    name: "Duplicate the next 3",
    effect: "They are sent twice, over WebSockets and by webhook. Callbacks run once.",
    set: { realtime: { duplicate: 3 }, webhooks: { duplicate: 3 } },
    remove: { realtime: { duplicate: 0 }, webhooks: { duplicate: 0 } },
    remaining: ({ realtime, webhooks }) => [
      ...count(realtime.toDuplicate, "on WebSockets"),
      ...count(webhooks.duplicate, "by webhook"),
    ],
  },
  {
    name: "Reorder the next 3",
    effect:
      "They are held until the third is fired, and sent in reverse order, over WebSockets and by webhook.",
    set: { realtime: { reorder: 3 }, webhooks: { reorder: 3 } },
    remove: { realtime: { reorder: 0 }, webhooks: { reorder: 0 } },
    remaining: ({ realtime, webhooks }) => [
      ...count(realtime.toReorder, "on WebSockets"),
      ...count(webhooks.reorder, "by webhook"),
    ],
  },
  {
    name: "500 to the next 3 webhooks",
    effect:
      "They reach the endpoint, but the response is replaced by a 500, as by a failing proxy. They are sent again; callbacks run once.",
    set: { webhooks: { failAnswer: 3 } },
    remove: { webhooks: { failAnswer: 0 } },
    remaining: ({ webhooks }) => count(webhooks.failAnswer, "by webhook"),
  },
  {
    name: "500 to the next 3 API calls",
    effect:
      "The platform's REST API fails: enabling triggers, starting listeners, reading the log. Clients retry.",
    set: { calls: [{ path: "/api", status: 500, times: 3 }] },
    remove: { calls: null },
    remaining: ({ calls }) =>
      calls.map(
        ({ path, status, times }) =>
          `${times ?? 1} calls of ${path}${status === undefined ? "" : ` fail with ${status}`}`,
      ),
  },
  {
    name: "Bad signature once",
    effect:
      "The next webhook is signed with another secret. The endpoint rejects it with 401; the platform retries.",
    set: { webhooks: { badSignature: 1 } },
    remove: { webhooks: { badSignature: 0 } },
    remaining: ({ webhooks }) => count(webhooks.badSignature, "by webhook"),
  },
  {
    name: "Old timestamp once",
    effect:
      "The next webhook is signed as of ten minutes ago, as in a replay attack. The endpoint rejects it with 401; the platform retries.",
    set: { webhooks: { staleTimestamp: 1 } },
    remove: { webhooks: { staleTimestamp: 0 } },
    remaining: ({ webhooks }) => count(webhooks.staleTimestamp, "by webhook"),
  },
];

/** Active faults without a button: they were set from code. */
export function otherActiveFaults({ realtime }: FaultState): readonly string[] {
  return [
    ...(realtime.silent ? ["WebSockets are silent"] : []),
    ...(realtime.refuseCode === undefined ? [] : [`new WebSockets are rejected with ${realtime.refuseCode}`]),
  ];
}
