import type { Faults } from "../types.js";

/** A fault that can be tried: how it is set, how it is taken off, what is left of it. */
export interface Fault {
  readonly name: string;
  /** What it does, and what a listener that survives it does. */
  readonly effect: string;
  readonly set: object;
  /** Absent where it is over as soon as it has happened. */
  readonly off?: object;
  /** What is still to come of it, in words; empty where it is not in force. */
  readonly left: (now: Faults) => readonly string[];
}

const count = (number: number, what: string) => (number === 0 ? [] : [`${number} ${what}`]);
const late = (ms: number, what: string) => (ms === 0 ? [] : [`${what} ${ms / 1_000} s late`]);

export const faults: readonly Fault[] = [
  {
    name: "Drop the sockets",
    effect: "Every WebSocket is cut. A listener comes back, and fetches what it missed.",
    set: { realtime: { dropAll: "terminate" } },
    left: () => [],
  },
  {
    name: "Lose the next event",
    effect: "It goes out on no socket and by no webhook: only the log has it.",
    set: { realtime: { lose: 1 }, webhooks: { lose: 1 } },
    off: { realtime: { lose: 0 }, webhooks: { lose: 0 } },
    left: ({ realtime, webhooks }) => [
      ...count(realtime.toLose, "on sockets"),
      ...count(webhooks.lose, "by webhook"),
    ],
  },
  {
    name: "Delay by 2 s",
    effect: "Everything goes out 2 s late, until it is taken off.",
    set: { realtime: { delayMs: 2_000 }, webhooks: { delayMs: 2_000 } },
    off: { realtime: { delayMs: 0 }, webhooks: { delayMs: 0 } },
    left: ({ realtime, webhooks }) => [
      ...late(realtime.delayMs, "sockets"),
      ...late(webhooks.delayMs, "webhooks"),
    ],
  },
  {
    name: "Duplicate the next 3",
    effect: "They come twice, on sockets and by webhook. Callbacks run once.",
    set: { realtime: { duplicate: 3 }, webhooks: { duplicate: 3 } },
    off: { realtime: { duplicate: 0 }, webhooks: { duplicate: 0 } },
    left: ({ realtime, webhooks }) => [
      ...count(realtime.toDuplicate, "on sockets"),
      ...count(webhooks.duplicate, "by webhook"),
    ],
  },
  {
    name: "Reorder the next 3",
    effect: "They are held until the third has come, and go out last first, on sockets and by webhook.",
    set: { realtime: { reorder: 3 }, webhooks: { reorder: 3 } },
    off: { realtime: { reorder: 0 }, webhooks: { reorder: 0 } },
    left: ({ realtime, webhooks }) => [
      ...count(realtime.toReorder, "on sockets"),
      ...count(webhooks.reorder, "by webhook"),
    ],
  },
  {
    name: "500 to the next 3 webhooks",
    effect:
      "They reach their target, but its answer comes back as a 500, as from a proxy that fails. They are sent again; callbacks run once.",
    set: { webhooks: { failAnswer: 3 } },
    off: { webhooks: { failAnswer: 0 } },
    left: ({ webhooks }) => count(webhooks.failAnswer, "by webhook"),
  },
  {
    name: "500 to the next 3 API calls",
    effect:
      "The platform's own API fails: what enables triggers, starts listeners and reads the log. Clients try again.",
    set: { calls: [{ path: "/api", status: 500, times: 3 }] },
    off: { calls: null },
    left: ({ calls }) =>
      calls.map(
        ({ path, status, times }) =>
          `${times ?? 1} calls of ${path}${status === undefined ? "" : ` answer ${status}`}`,
      ),
  },
  {
    name: "Bad signature once",
    effect:
      "The next webhook is signed with another secret. A door refuses it with 401; the platform tries again.",
    set: { webhooks: { badSignature: 1 } },
    off: { webhooks: { badSignature: 0 } },
    left: ({ webhooks }) => count(webhooks.badSignature, "by webhook"),
  },
  {
    name: "Old timestamp once",
    effect: "The next webhook is signed as of ten minutes ago: a replay, as far as a door can tell.",
    set: { webhooks: { staleTimestamp: 1 } },
    off: { webhooks: { staleTimestamp: 0 } },
    left: ({ webhooks }) => count(webhooks.staleTimestamp, "by webhook"),
  },
];

/** What was set from code and has no button here. */
export function othersInForce({ realtime }: Faults): readonly string[] {
  return [
    ...(realtime.silent ? ["sockets are silent"] : []),
    ...(realtime.refuseCode === undefined ? [] : [`new sockets are refused with ${realtime.refuseCode}`]),
  ];
}
